"""Telling both sides when a need and a product come to fit.

Whoever publishes or changes something only leaves a row: to hold it against the whole market is the worker's work, done
outside every transaction, so that no writer waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
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
    done = 0
    for arrival in waiting:
        if arrival.kind is ArrivalKind.CHALLENGE:
            done += _tell([arrival], partial(_suiting, arrival.subject_id))
    offered = [a for a in waiting if a.kind is ArrivalKind.PRODUCT]
    return done + (_tell(offered, partial(_met_by, offered)) if offered else 0)


def _tell(arrivals: list[_Came], find: Callable[[], Iterable[Event]]) -> int:
    try:
        found = list(find())
        session().rollback()
        _done(arrivals, found)
    except Exception:
        # One of which nothing can be told must not silence the others; it stays, and `marketplace check` names it.
        session().rollback()
        log.exception("arrival_failed", arrivals=[a.id for a in arrivals])
        return 0
    return len(arrivals)


def _done(arrivals: list[_Came], found: list[Event]) -> None:
    with unit_of_work() as work:
        ids = sorted(a.id for a in arrivals)
        work.execute(update(Arrival).where(Arrival.id.in_(ids)).values(done_at=clock.now()))
        for event in found:
            if isinstance(event, events.NeedWoken):
                row = Woken(challenge_id=event.challenge_id, product_id=event.product_id, created_at=clock.now())
                work.add(row)
            record(event)


def _suiting(challenge_id: int) -> Iterable[events.ChallengeFits]:
    """Each vendor of the domain, with the product of its that answers best."""
    with market() as now:
        need = now.needs.get(challenge_id)
        if need is None:
            return
        judged = now.catalogue.judge(need, clock.today())
        of_domain = now.catalogue.kind(need) > 0
        best: dict[int, int] = {}
        for position in judged.order().tolist():
            if of_domain[position]:
                product_id = int(judged.ids[position])
                best.setdefault(now.vendors[product_id], product_id)
    owner_id = session().get_one(Challenge, challenge_id).owner_id
    for vendor_id, product_id in sorted(best.items()):
        if vendor_id != owner_id:
            yield events.ChallengeFits(
                actor=SYSTEM, challenge_id=challenge_id, vendor_id=vendor_id, product_id=product_id
            )


def _met_by(offered: Iterable[_Came]) -> Iterable[events.NeedWoken]:
    """The challenges that ended unanswered and that a product which came since then meets, and none that was there."""
    query: Any = select(Challenge.id, Challenge.closes_at).where(
        Challenge.state.in_(UNANSWERED), Challenge.id.not_in(select(Woken.challenge_id)),
        Challenge.closes_at > clock.now() - timedelta(days=WAKES_DAYS),
    )  # fmt: skip
    asleep: list[tuple[int, datetime]] = list(session().execute(query.order_by(Challenge.id)).tuples())
    if not asleep:
        return
    came = {a.subject_id: a.at for a in offered}  # of several changes the last
    with market() as now:
        products = now.offers(sorted(came))
        for challenge_id, ended in asleep:
            need = now.needs.get(challenge_id)
            if need is None or not need.musts:
                continue
            fresh = {i for i, one in products.items() if came[i] > ended and one.domain == need.domain}
            meeting = {i for i in fresh if explain(need, products[i], today=clock.today()).standing is Standing.MEETS}
            if not meeting:
                continue
            judged = now.catalogue.judge(need, clock.today())
            if meeting.issuperset(judged.ids[judged.standings == int(Standing.MEETS)].tolist()):
                yield events.NeedWoken(actor=SYSTEM, challenge_id=challenge_id, product_id=min(meeting))
