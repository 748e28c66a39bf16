"""Inviting vendors to look, and whether a vendor takes invitations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from marketplace.challenges import queries as challenges
from marketplace.challenges.models import Challenge
from marketplace.challenges.reach import provide_reach
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import one_at_a_time, record, session
from marketplace.kernel.errors import Conflict, Forbidden, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.matching import events, inviting, queries
from marketplace.matching.models import InvitationToLook, NoInvitations
from marketplace.matching.offering import offers
from marketplace.organisations.models import Organisation
from marketplace.organisations.services import require_verified

MOST_PER_CHALLENGE, MOST_PER_DAY = 10, 20
"""Invitations for one challenge in all, and of one owner within a day in all ways: they are few, or nobody reads them."""


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
    one_at_a_time(Organisation, challenge.owner_id)
    require_verified(challenge.owner)
    if not queries.takes_invitations(product.vendor_id):
        raise Conflict(_("这家企业不接受邀请。它仍会收到本领域的新榜题。"))
    if inviting.refused(challenge.owner_id, [product.vendor_id]):
        raise Conflict(_("贵单位和这家企业之间有一方不再接收对方的对接，不能邀请。"))
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
    require_room_today(challenge.owner_id)


def require_room_today(owner_id: int) -> None:
    """``Conflict`` when the owner has sent as many invitations today, in Beijing, as it may, in whatever way."""
    since = clock.midnight()
    count: Any = select(func.count()).select_from(InvitationToLook).join(Challenge)
    sent = session().scalar(count.where(Challenge.owner_id == owner_id, InvitationToLook.created_at >= since))
    if sent + inviting.sent_elsewhere(owner_id, since) >= MOST_PER_DAY:
        raise Conflict(_("一天最多发 %(most)s 份邀请，请明天再来。", most=MOST_PER_DAY))


def choose_invitations(actor: Actor, vendor_id: int, *, wanted: bool) -> None:
    """Whether the vendor takes invitations to look."""
    if vendor_id not in actor.organisations(EDITORS):
        raise NotFound()
    one_at_a_time(Organisation, vendor_id)
    known = session().scalar(select(NoInvitations).where(NoInvitations.vendor_id == vendor_id))
    if wanted:
        session().execute(delete(NoInvitations).where(NoInvitations.vendor_id == vendor_id))
    elif known is None:
        session().add(NoInvitations(vendor_id=vendor_id, created_at=clock.now()))


provide_reach(queries.reach)
