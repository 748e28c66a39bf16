"""Telling both sides when a need and a product come to fit.

Whoever publishes or changes something only leaves a row: to hold it against the whole market is the worker's work, done
outside every transaction, so that no writer waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.catalogue.events import ProductChanged, ProductListed
from marketplace.challenges.events import ChallengePublished
from marketplace.challenges.models import Challenge
from marketplace.challenges.states import State
from marketplace.fit.explain import Standing, explain
from marketplace.infra.jobs.services import drains
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import record, session, unit_of_work
from marketplace.kernel.events import Event, subscribe
from marketplace.matching import events
from marketplace.matching.market import market
from marketplace.matching.models import Arrival, ArrivalKind, Woken

log = structlog.get_logger()
UNANSWERED = (State.NO_BIDS, State.NONE_SELECTED)
WAKES_DAYS = 730
"""A challenge that ended longer ago than this is let rest."""


def _published(work: Session, event: ChallengePublished) -> None:
    work.add(Arrival(kind=ArrivalKind.CHALLENGE, subject_id=event.challenge_id, at=event.at))


def _offered(work: Session, event: ProductListed | ProductChanged) -> None:
    work.add(Arrival(kind=ArrivalKind.PRODUCT, subject_id=event.product_id, at=event.at))


subscribe(ChallengePublished, _published)
subscribe(ProductListed, _offered)
subscribe(ProductChanged, _offered)


def _woken(work: Session, event: events.NeedWoken) -> None:
    work.add(Woken(challenge_id=event.challenge_id, product_id=event.product_id, created_at=event.at))


subscribe(events.NeedWoken, _woken)


class _Came(NamedTuple):
    """An arrival that nobody was told of yet."""

    id: int
    kind: ArrivalKind
    subject_id: int
    at: datetime


@drains
def tell() -> int:
    """Tell of everything that came to the market since the last time; runs again safely."""
    work = session()
    work.rollback()
    query = select(Arrival.id, Arrival.kind, Arrival.subject_id, Arrival.at).where(Arrival.done_at.is_(None))
    waiting = [_Came(*row) for row in work.execute(query.order_by(Arrival.id))]
    work.rollback()
    offered = {a.subject_id: a.at for a in waiting if a.kind is ArrivalKind.PRODUCT}  # of several changes the last
    together: dict[tuple[ArrivalKind, int], list[int]] = {}
    for arrival in waiting:
        together.setdefault((arrival.kind, arrival.subject_id), []).append(arrival.id)
    done = 0
    for (kind, subject_id), ids in together.items():
        try:
            found = list(_suiting(subject_id) if kind is ArrivalKind.CHALLENGE else _met_by(subject_id, offered))
            work.rollback()
            with unit_of_work():
                work.execute(update(Arrival).where(Arrival.id.in_(ids)).values(done_at=clock.now()))
                for event in found:
                    record(event)
        except Exception:
            # One of which nothing can be told must not silence the others; it stays, and `marketplace check` names it.
            work.rollback()
            log.exception("arrival_failed", kind=kind.value, subject=subject_id)
            continue
        done += len(ids)
    return done


def _suiting(challenge_id: int) -> Iterable[Event]:
    """Each vendor of the domain, with that of all its products that answers best: the one that its own page shows first."""
    with market() as now:
        need = now.needs.get(challenge_id)
        if need is None:
            return
        judged = now.catalogue.judge(need, clock.today())
        of_domain = now.catalogue.kind(need) > 0
        concerned = {now.vendors[int(product_id)] for product_id in judged.ids[of_domain]}
        best: dict[int, int] = {}
        for position in judged.order().tolist():
            product_id = int(judged.ids[position])
            best.setdefault(now.vendors[product_id], product_id)
    owner_id = session().get_one(Challenge, challenge_id).owner_id
    for vendor_id, product_id in sorted(best.items()):
        if vendor_id != owner_id and vendor_id in concerned:
            yield events.ChallengeFits(
                actor=SYSTEM, challenge_id=challenge_id, vendor_id=vendor_id, product_id=product_id
            )


def _met_by(product_id: int, offered: Mapping[int, datetime]) -> Iterable[Event]:
    """The challenges that ended unanswered and that this product meets, and none that was there before they ended or
    before ``offered`` came: products that were listed or changed, and when."""
    query: Any = select(Challenge.id, Challenge.closes_at).where(
        Challenge.state.in_(UNANSWERED), Challenge.id.not_in(select(Woken.challenge_id)),
        Challenge.closes_at > clock.now() - timedelta(days=WAKES_DAYS),
    )  # fmt: skip
    asleep: list[tuple[int, datetime]] = list(session().execute(query.order_by(Challenge.id)).tuples())
    if not asleep:
        return
    with market() as now:
        product = now.offers([product_id]).get(product_id)
        if product is None:
            return
        for challenge_id, ended in asleep:
            need = now.needs.get(challenge_id)
            if need is None or not need.musts or need.domain != product.domain or offered[product_id] <= ended:
                continue
            if explain(need, product, today=clock.today()).standing is not Standing.MEETS:
                continue
            judged = now.catalogue.judge(need, clock.today())
            fresh = {i for i, at in offered.items() if at > ended}
            if fresh.issuperset(judged.ids[judged.standings == int(Standing.MEETS)].tolist()):
                yield events.NeedWoken(actor=SYSTEM, challenge_id=challenge_id, product_id=product_id)
