"""Inviting vendors to look, and telling both sides when a need and a product come to fit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from marketplace.catalogue.events import ProductChanged, ProductListed
from marketplace.challenges import queries as challenges
from marketplace.challenges.events import ChallengePublished
from marketplace.challenges.models import Challenge
from marketplace.challenges.states import State
from marketplace.fit.explain import Standing
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, SYSTEM, Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Forbidden, NotFound
from marketplace.kernel.events import subscribe
from marketplace.kernel.i18n import gettext as _
from marketplace.matching import events
from marketplace.matching.market import market
from marketplace.matching.models import InvitationToLook, NoInvitations, Woken
from marketplace.matching.offering import offers

MOST_PER_CHALLENGE, MOST_PER_DAY = 10, 20
"""Invitations for one challenge in all, and of one owner within a day: they are few, or nobody reads them."""
UNANSWERED = (State.NO_BIDS, State.NONE_SELECTED)


def invite(actor: Actor, challenge_id: int, product_id: int) -> InvitationToLook:
    """Ask the vendor of a listed product to look at an open challenge; only its owner may, and each vendor once."""
    challenge = challenges.get(actor, challenge_id)
    if challenge.owner_id not in actor.organisations(EDITORS):
        raise Forbidden(_("只有这项榜题的场景方能邀请企业来看。"))
    if not challenge.accepts_bids:
        raise Conflict(_("这项榜题现在不接受揭榜，不能再邀请。"))
    product = offers([product_id]).get(product_id)
    if product is None:
        raise NotFound()
    if session().scalar(select(NoInvitations.id).where(NoInvitations.vendor_id == product.vendor_id)):
        raise Conflict(_("这家企业不接受邀请。它仍会收到本领域的新榜题。"))
    of_challenge = select(InvitationToLook).where(InvitationToLook.challenge_id == challenge_id)
    if session().scalar(of_challenge.where(InvitationToLook.vendor_id == product.vendor_id)):
        raise Conflict(_("已经邀请过这家企业。"))
    _room(challenge)
    assert actor.user_id is not None
    row = InvitationToLook(
        challenge_id=challenge_id,
        vendor_id=product.vendor_id,
        product_id=product_id,
        created_by=actor.user_id,
        created_at=clock.now(),
    )
    session().add(row)
    record(
        events.InvitedToLook(actor=actor, challenge_id=challenge_id, vendor_id=product.vendor_id, product_id=product_id)
    )
    return row


def _room(challenge: Challenge) -> None:
    """``Conflict`` when the challenge or its owner has sent as many invitations as it may."""
    count: Any = select(func.count()).select_from(InvitationToLook)
    if session().scalar(count.where(InvitationToLook.challenge_id == challenge.id)) >= MOST_PER_CHALLENGE:
        raise Conflict(_("一项榜题最多邀请 %(most)s 家企业。", most=MOST_PER_CHALLENGE))
    since = clock.now() - timedelta(days=1)
    today = count.join(Challenge).where(Challenge.owner_id == challenge.owner_id, InvitationToLook.created_at > since)
    if session().scalar(today) >= MOST_PER_DAY:
        raise Conflict(_("一天最多发 %(most)s 份邀请，请明天再来。", most=MOST_PER_DAY))


def choose_invitations(actor: Actor, vendor_id: int, *, wanted: bool) -> None:
    """Whether the vendor takes invitations to look."""
    if vendor_id not in actor.organisations(EDITORS):
        raise NotFound()
    known = session().scalar(select(NoInvitations).where(NoInvitations.vendor_id == vendor_id))
    if wanted:
        session().execute(delete(NoInvitations).where(NoInvitations.vendor_id == vendor_id))
    elif known is None:
        session().add(NoInvitations(vendor_id=vendor_id, created_at=clock.now()))


def _published(_session: Any, event: ChallengePublished) -> None:
    """Tell each vendor of the domain, with the product of its that answers best."""
    with market() as now:
        need = now.needs.get(event.challenge_id)
        if need is None:
            return
        judged = now.catalogue.judge(need, clock.beijing(clock.now()).date())
        of_domain = now.catalogue.kind(need) > 0
        best: dict[int, int] = {}
        for position in judged.order().tolist():
            if of_domain[position]:
                product_id = int(judged.ids[position])
                best.setdefault(now.vendors[product_id], product_id)
    owner_id = session().get_one(Challenge, event.challenge_id).owner_id
    for vendor_id, product_id in sorted(best.items()):
        if vendor_id != owner_id:
            record(
                events.ChallengeFits(
                    actor=SYSTEM, challenge_id=event.challenge_id, vendor_id=vendor_id, product_id=product_id
                )
            )


def _offered(_session: Any, event: ProductListed | ProductChanged) -> None:
    """Wake the challenges that ended unanswered and that this product, and no other, meets now."""
    query = select(Challenge.id).where(
        Challenge.state.in_(UNANSWERED), Challenge.id.not_in(select(Woken.challenge_id)),
        Challenge.closes_at > clock.now() - timedelta(days=WAKES_DAYS),
    )  # fmt: skip
    asleep = set(session().scalars(query))
    if not asleep:
        return
    today = clock.beijing(clock.now()).date()
    found = offers([event.product_id]).get(event.product_id)
    if found is None:
        return
    with market() as now:
        suited = now.board.suit(found, today)
        met = suited.ids[suited.standings == int(Standing.MEETS)].tolist()
        for challenge_id in sorted(asleep.intersection(met)):
            need = now.needs[challenge_id]
            if need.domain != found.domain or not need.musts:
                continue
            judged = now.catalogue.judge(need, today)
            if int((judged.standings == int(Standing.MEETS)).sum()) == 1:
                session().add(Woken(challenge_id=challenge_id, product_id=event.product_id, created_at=clock.now()))
                record(events.NeedWoken(actor=SYSTEM, challenge_id=challenge_id, product_id=event.product_id))


WAKES_DAYS = 730
"""A challenge that ended longer ago than this is let rest."""

subscribe(ChallengePublished, _published)
subscribe(ProductListed, _offered)
subscribe(ProductChanged, _offered)
