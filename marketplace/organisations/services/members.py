"""Inviting members, changing and removing them, and handing the management over."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import one_at_a_time, record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import events, queries
from marketplace.organisations.models import INVITATION_LIFE, Handover, Invitation, MemberRole, Membership, Organisation
from marketplace.organisations.policies import HANDOVER, INVITATION, ORGANISATION

INVITED_UNVERIFIED = 5
"""Invitations within 24 hours while nobody has seen the licence: enough for colleagues, too few for mails to strangers."""


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="organisations.invitation")


def invitation_token(invitation: Invitation) -> str:
    """The token of an invitation's link."""
    return _signer().dumps([invitation.id, invitation.email])


def invitation_of(token: str) -> Invitation | None:
    """The open invitation that a link stands for."""
    try:
        invitation_id, email = _signer().loads(token, max_age=int(INVITATION_LIFE.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    row = session().get(Invitation, invitation_id)
    if row is None or row.email != email or row.accepted_at or row.withdrawn_at:
        return None
    return row


def _managed(actor: Actor, organisation_id: int) -> tuple[Organisation, list[Membership]]:
    """The organisation of a manager with its members as they are now; one manager acts at a time.

    The actor was built when the request came in: another manager may have taken the rights away while this one waited.
    """
    row = queries.get(actor, organisation_id)
    ORGANISATION.require(actor, "manage", row)
    one_at_a_time(Organisation, organisation_id)
    query = select(Membership).where(Membership.organisation_id == organisation_id).order_by(Membership.id)
    members = list(session().scalars(query.execution_options(populate_existing=True)))
    if not any(m.user_id == actor.user_id and m.role is MemberRole.MANAGER for m in members):
        raise Forbidden(_("您已经不是管理员了，刚才另一位管理员改了成员。请刷新页面。"))
    return row, members


def invite(actor: Actor, organisation_id: int, *, email: str, role: MemberRole, language: str) -> Invitation:
    """Invite somebody by email to the actor's organisation.

    At most 20 wait for an answer; before the verification 5 are sent within 24 hours, whichever organisation they are for.
    """
    row, _members = _managed(actor, organisation_id)
    assert actor.user_id is not None
    waiting = queries.open_invitations(actor, organisation_id)
    if any(i.email == email.lower() for i in waiting):
        raise Invalid("email", _("已经邀请过这个邮箱，等对方接受。要重发，请先撤回再邀请。"))
    if len(waiting) >= 20:
        raise Conflict(_("还有 20 份邀请没有答复。请先撤回一些。"))
    if not row.is_verified and queries.invited_unverified(row.id, by=actor.user_id) >= INVITED_UNVERIFIED:
        raise Conflict(
            _(
                "没有通过核验或已暂停的单位，一天最多邀请 %(count)s 人，撤回的也算。请明天再邀请。",
                count=INVITED_UNVERIFIED,
            )
        )
    invitation = Invitation(
        organisation_id=row.id,
        email=email.lower(),
        role=role,
        language=language,
        invited_by=actor.user_id,
        created_at=clock.real_now(),
    )
    session().add(invitation)
    session().flush()
    record(events.MemberInvited(actor=actor, organisation_id=row.id, invitation_id=invitation.id))
    return invitation


def withdraw_invitation(actor: Actor, invitation_id: int) -> int:
    """Take an open invitation back; answers the organisation's id."""
    row = session().scalar(select(Invitation).where(Invitation.id == invitation_id, INVITATION.where(actor)))
    if row is None:
        raise NotFound()
    one_at_a_time(Organisation, row.organisation_id)
    session().refresh(row)
    if row.accepted_at:
        raise NotFound()
    INVITATION.require(actor, "withdraw", row)
    row.withdrawn_at = clock.real_now()
    return row.organisation_id


def accept(actor: Actor, token: str, *, email: str) -> Organisation:
    """Join by an invitation's link; only the invited address may."""
    row = invitation_of(token)
    if row is not None:
        one_at_a_time(Organisation, row.organisation_id)
        session().refresh(row)
        row = invitation_of(token)  # the same link pressed twice, or withdrawn meanwhile
    if row is None or not _is_manager(row.organisation_id, row.invited_by):
        raise Conflict(_("这份邀请已经用过、撤回或超过七天。请让对方再邀请一次。"))
    if row.email != email.lower() or actor.user_id is None:
        raise Forbidden(_("邀请发给了另一个邮箱。请用那个邮箱登录后再打开链接。"))
    row.accepted_at = clock.real_now()
    known = session().scalar(
        select(Membership).where(Membership.organisation_id == row.organisation_id, Membership.user_id == actor.user_id)
    )
    if known is None:
        session().add(Membership(organisation_id=row.organisation_id, user_id=actor.user_id, role=row.role))
        session().flush()
        record(events.MemberJoined(actor=actor, organisation_id=row.organisation_id, user_id=actor.user_id))
    return row.organisation


def _is_manager(organisation_id: int, user_id: int) -> bool:
    """Whether a person manages the organisation now: an invitation holds as long as whoever sent it does."""
    query = select(Membership.id).where(Membership.organisation_id == organisation_id, Membership.user_id == user_id)
    return session().scalar(query.where(Membership.role == MemberRole.MANAGER)) is not None


def change_member(actor: Actor, organisation_id: int, user_id: int, *, role: MemberRole | None) -> None:
    """Give a member another role, or remove the member; the last manager stays."""
    _row, members = _managed(actor, organisation_id)
    membership = next((m for m in members if m.user_id == user_id), None)
    if membership is None:
        raise NotFound()
    _set(actor, membership, role)
    _require_manager(organisation_id)


def change_members(actor: Actor, organisation_id: int, roles: Mapping[int, MemberRole]) -> None:
    """Give several members their roles at once; afterwards there is a manager still."""
    _row, members = _managed(actor, organisation_id)
    for membership in members:
        _set(actor, membership, roles.get(membership.user_id, membership.role))
    _require_manager(organisation_id)


def _set(actor: Actor, membership: Membership, role: MemberRole | None) -> None:
    if membership.role is role:
        return
    if role is None:
        session().delete(membership)
    else:
        membership.role = role
    record(
        events.MemberChanged(
            actor=actor,
            organisation_id=membership.organisation_id,
            user_id=membership.user_id,
            role=role.value if role else "left",
        )
    )


def _require_manager(organisation_id: int) -> None:
    session().flush()
    if not session().scalar(
        select(Membership.id)
        .where(Membership.organisation_id == organisation_id, Membership.role == MemberRole.MANAGER)
        .limit(1)
    ):
        raise Conflict(_("至少要留一位管理员。请先把另一位成员设为管理员，或移交给对方。"))


def offer_handover(actor: Actor, organisation_id: int, *, to: int, afterwards: MemberRole | None) -> Handover:
    """Offer the management to another member; nothing changes until they accept.

    ``afterwards`` is what the manager then is; nothing: they leave the organisation.
    """
    row, members = _managed(actor, organisation_id)
    assert actor.user_id is not None
    if afterwards is MemberRole.MANAGER:
        raise Invalid("afterwards", _("移交之后不能还是管理员。要两人一起管理，请直接把对方设为管理员。"))
    if to == actor.user_id or all(m.user_id != to for m in members):
        raise Invalid("to", _("请选本单位的另一位成员。名单里没有，请先邀请对方加入。"))
    if queries.open_handover(actor, organisation_id) is not None:
        raise Conflict(_("已经有一份移交在等对方答复。要换人，请先撤回。"))
    handover = Handover(
        organisation_id=row.id, from_id=actor.user_id, to_id=to, afterwards=afterwards, created_at=clock.real_now()
    )
    session().add(handover)
    session().flush()
    record(events.HandoverOffered(actor=actor, organisation_id=row.id, handover_id=handover.id))
    return handover


def _open(actor: Actor, organisation_id: int, act: str) -> Handover:
    one_at_a_time(Organisation, organisation_id)
    handover = queries.open_handover(actor, organisation_id)
    if handover is None:
        raise Conflict(_("这份移交已经答复、撤回或超过七天。"))
    HANDOVER.require(actor, act, handover)
    return handover


def withdraw_handover(actor: Actor, organisation_id: int) -> None:
    """Take an offer back while it has not been answered."""
    handover = _open(actor, organisation_id, "withdraw")
    handover.ended_at = clock.real_now()
    record(events.HandoverWithdrawn(actor=actor, organisation_id=organisation_id, handover_id=handover.id))


def decline_handover(actor: Actor, organisation_id: int) -> None:
    """Say no; the manager stays."""
    handover = _open(actor, organisation_id, "decline")
    handover.ended_at = clock.real_now()
    record(events.HandoverDeclined(actor=actor, organisation_id=organisation_id, handover_id=handover.id))


def accept_handover(actor: Actor, organisation_id: int) -> None:
    """Become manager in the place of whoever offered it; both must still be what they were."""
    handover = _open(actor, organisation_id, "accept")
    members = {
        m.user_id: m
        for m in session().scalars(
            select(Membership)
            .where(Membership.organisation_id == organisation_id)
            .execution_options(populate_existing=True)
        )
    }
    former, new = members.get(handover.from_id), members.get(handover.to_id)
    if former is None or new is None or former.role is not MemberRole.MANAGER:
        raise Conflict(_("对方已经不是管理员，或您已经不是成员，不能再移交。"))
    new.role = MemberRole.MANAGER
    if handover.afterwards is None:
        session().delete(former)
    else:
        former.role = handover.afterwards
    handover.accepted_at = clock.real_now()
    session().flush()
    record(events.HandoverAccepted(actor=actor, organisation_id=organisation_id, handover_id=handover.id))
