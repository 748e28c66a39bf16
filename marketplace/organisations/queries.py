"""Reads of organisations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import selectinload

from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import NotFound
from marketplace.organisations.models import (
    HANDOVER_LIFE,
    INVITATION_LIFE,
    Handover,
    Invitation,
    MemberRole,
    Membership,
    Organisation,
    ScopeEntry,
)
from marketplace.organisations.policies import HANDOVER, INVITATION, ORGANISATION
from marketplace.organisations.states import State


def get(actor: Actor, organisation_id: int) -> Organisation:
    """The organisation, when the actor may see it."""
    query = select(Organisation).where(Organisation.id == organisation_id, ORGANISATION.where(actor))
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


# Asked with every request: put together once.
_MEMBERSHIPS = select(Membership.organisation_id, Membership.role).where(Membership.user_id == bindparam("person"))


def memberships_of(user_id: int) -> dict[int, str]:
    """A person's organisations with the role in each."""
    found = session().execute(_MEMBERSHIPS, {"person": user_id}).tuples()
    return {organisation: role.value for organisation, role in found}


def mine(actor: Actor) -> list[Organisation]:
    """The actor's own organisations."""
    if not actor.memberships:
        return []
    query = select(Organisation).where(Organisation.id.in_(sorted(actor.organisations())))
    return list(session().scalars(query.order_by(Organisation.id)))


def member_ids(organisation_ids: Iterable[int], *, writers_only: bool = False) -> list[int]:
    """Ids of the people in those organisations."""
    query = select(Membership.user_id).where(Membership.organisation_id.in_(list(organisation_ids)))
    if writers_only:
        query = query.where(Membership.role != MemberRole.VIEWER)
    return list(session().scalars(query.distinct().order_by(Membership.user_id)))


def by_ids(organisation_ids: Iterable[int]) -> dict[int, Organisation]:
    """Organisations by id, for showing beside rows that the viewer may see."""
    rows = session().scalars(select(Organisation).where(Organisation.id.in_(set(organisation_ids))))
    return {row.id: row for row in rows}


def holding(code: str) -> Organisation | None:
    """The organisation that holds that code: it asked for verification with the licence, or was verified."""
    held = Organisation.state.in_((State.SUBMITTED, State.VERIFIED, State.SUSPENDED))
    return session().scalar(select(Organisation).where(Organisation.uscc == code, held))


def proven(code: str) -> Organisation | None:
    """The organisation whose licence staff have seen with that code."""
    seen = Organisation.state.in_((State.VERIFIED, State.SUSPENDED))
    return session().scalar(select(Organisation).where(Organisation.uscc == code, seen))


def scope_of(body_id: int) -> tuple[list[str], list[Organisation]]:
    """The districts and the named member organisations of a recommending body."""
    districts = select(ScopeEntry.district).where(ScopeEntry.body_id == body_id, ScopeEntry.district.is_not(None))
    named = select(Organisation).join(ScopeEntry, ScopeEntry.organisation_id == Organisation.id)
    return (
        [d for d in session().scalars(districts.order_by(ScopeEntry.district)) if d],
        list(session().scalars(named.where(ScopeEntry.body_id == body_id).order_by(Organisation.id))),
    )


def recommending_body(row: Organisation) -> Organisation | None:
    """The body that answers for an organisation: the one that names it, else that of its district; never itself."""
    query = select(Organisation).join(ScopeEntry, ScopeEntry.body_id == Organisation.id)
    query = query.where(
        Organisation.is_recommending_body.is_(True),
        Organisation.state == State.VERIFIED,
        Organisation.id != row.id,
        or_(ScopeEntry.organisation_id == row.id, ScopeEntry.district == row.district),
    )
    return session().scalar(query.order_by(ScopeEntry.organisation_id.is_(None), ScopeEntry.id).limit(1))


def invited_unverified(organisation_id: int, *, by: int) -> int:
    """How many invitations went out within 24 hours for this organisation, or from this person for another unverified one.

    Those that were taken back count: their mail has been sent.
    """
    since = clock.real_now() - timedelta(days=1)
    theirs = or_(Invitation.organisation_id == organisation_id, Invitation.invited_by == by)
    query = select(func.count()).select_from(Invitation).join(Organisation)
    return session().scalar(query.where(theirs, Invitation.created_at > since, ~Organisation.is_verified)) or 0


def open_invitations(actor: Actor, organisation_id: int) -> Sequence[Invitation]:
    """Invitations of an organisation that wait for an answer."""
    query = select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        INVITATION.where(actor),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.created_at > clock.real_now() - INVITATION_LIFE,
    )
    return session().scalars(query.order_by(Invitation.id)).all()


def open_handover(actor: Actor, organisation_id: int) -> Handover | None:
    """The offer to hand over that waits for an answer, when the actor may see it."""
    query = select(Handover).where(
        Handover.organisation_id == organisation_id,
        HANDOVER.where(actor),
        Handover.accepted_at.is_(None),
        Handover.ended_at.is_(None),
        Handover.created_at > clock.real_now() - HANDOVER_LIFE,
    )
    return session().scalar(query.order_by(Handover.id.desc()).limit(1))


def managed_alone(user_id: int) -> list[Organisation]:
    """The organisations whose only manager the person is, but for drafts that nobody else knows of."""
    query = select(Organisation).join(Membership).where(Membership.user_id == user_id)
    query = query.where(Membership.role == MemberRole.MANAGER).options(selectinload(Organisation.members))
    found = []
    for row in session().scalars(query.order_by(Organisation.id)):
        others = [m for m in row.members if m.user_id != user_id]
        untouched = not others and row.state in (State.DRAFT, State.RETURNED)
        if not untouched and not any(m.role is MemberRole.MANAGER for m in others):
            found.append(row)
    return found


def waiting(actor: Actor) -> list[Organisation]:
    """Organisations that wait to be verified, oldest first."""
    query = (
        select(Organisation)
        .where(Organisation.state == State.SUBMITTED, ORGANISATION.where(actor, "verify"))
        .options(selectinload(Organisation.licence))
    )
    return list(session().scalars(query.order_by(Organisation.submitted_at, Organisation.id)))
