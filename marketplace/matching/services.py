"""Inviting vendors to look, and whether a vendor takes invitations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from marketplace.challenges import queries as challenges
from marketplace.challenges.models import Challenge
from marketplace.challenges.reach import provide_reach
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Forbidden, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.matching import events, queries
from marketplace.matching.models import InvitationToLook, NoInvitations
from marketplace.matching.offering import offers

MOST_PER_CHALLENGE, MOST_PER_DAY = 10, 20
"""Invitations for one challenge in all, and of one owner within a day: they are few, or nobody reads them."""


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


provide_reach(queries.reach)
