"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import (
    KnownDevice,
    RecoveryCode,
    SecondFactor,
    SignIn,
    StaffRole,
    User,
    UserRole,
    UserSession,
)
from marketplace.accounts.policies import DEVICE, SESSION, SIGN_IN, USER
from marketplace.accounts.states import State
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import NotFound


@dataclass(frozen=True)
class Addressee:
    """Where a person's mail goes, in which language."""

    user_id: int
    email: str
    name: str
    language: str


def by_email(email: str) -> User | None:
    """The account with that address."""
    return session().scalar(select(User).where(User.email == email.strip().lower()))


# Asked with every request: put together once.
_ROLES = select(UserRole.role).where(UserRole.user_id == bindparam("person"))


def roles_of(user_id: int) -> frozenset[str]:
    """A person's staff roles."""
    return frozenset(r.value for r in session().scalars(_ROLES, {"person": user_id}))


def with_role(*roles: str) -> list[int]:
    """Ids of the confirmed people with any of the staff roles, whose accounts are in use."""
    wanted = [StaffRole(r) for r in roles]
    query = select(User.id).join(UserRole).where(UserRole.role.in_(wanted), User.confirmed_at.is_not(None), User.hears)
    return list(session().scalars(query.distinct().order_by(User.id)))


def addressees(user_ids: Sequence[int], *, also_out_of_use: bool = True) -> list[Addressee]:
    """Where the mail of those people goes; a deleted account has no address."""
    query = select(User.id, User.email, User.name, User.language).where(User.id.in_(user_ids)).order_by(User.id)
    query = query.where(User.state != State.DELETED if also_out_of_use else User.hears)
    return [Addressee(*row) for row in session().execute(query)]


def names(user_ids: Sequence[int]) -> dict[int, str]:
    """The names of those people by id."""
    return dict(session().execute(select(User.id, User.name).where(User.id.in_(user_ids))).tuples().all())


def open_sessions(actor: Actor) -> list[UserSession]:
    """The actor's own sessions that have not ended, newest first."""
    query = select(UserSession).where(SESSION.where(actor), UserSession.ended_at.is_(None))
    return list(session().scalars(query.order_by(UserSession.seen_at.desc(), UserSession.id.desc())))


def sign_ins(actor: Actor, *, offset: int = 0, limit: int = 20) -> list[SignIn]:
    """Attempts to sign in to the actor's account, newest first."""
    query = select(SignIn).where(SIGN_IN.where(actor)).order_by(SignIn.at.desc(), SignIn.id.desc())
    return list(session().scalars(query.offset(offset).limit(limit)))


def count_sign_ins(actor: Actor) -> int:
    """How many attempts are kept."""
    return session().scalar(select(func.count()).select_from(SignIn).where(SIGN_IN.where(actor))) or 0


def known_devices(actor: Actor) -> int:
    """In how many browsers the actor is known."""
    return session().scalar(select(func.count()).select_from(KnownDevice).where(DEVICE.where(actor))) or 0


def devices_of(user_id: int) -> list[KnownDevice]:
    """The browsers that a person has signed in with."""
    return list(session().scalars(select(KnownDevice).where(KnownDevice.user_id == user_id)))


def has_second_factor(user_id: int) -> bool:
    """Whether the person is asked for a code beside the password."""
    query = select(SecondFactor.id).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return session().scalar(query) is not None


def must_have_second_factor(user: User) -> bool:
    """Whether this installation asks the person for one: it may of staff."""
    return bool(current_app.config["SECOND_FACTOR_FOR_STAFF"]) and bool(user.roles)


def recovery_codes_left(user_id: int) -> int:
    """How many recovery codes the person has not used."""
    query = select(func.count()).select_from(RecoveryCode)
    return session().scalar(query.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


def oneself(actor: Actor) -> User:
    """The actor's own account."""
    user = session().get(User, actor.user_id) if actor.user_id is not None else None
    if user is None:
        raise NotFound()
    return user


def get(actor: Actor, user_id: int) -> User:
    """The account, when the actor may see it."""
    row = session().scalar(select(User).where(User.id == user_id, USER.where(actor)))
    if row is None:
        raise NotFound()
    return row


def visible_users(actor: Actor, *, offset: int = 0, limit: int = 50) -> tuple[list[User], int]:
    """The accounts that the actor may see, by name, and how many there are; deleted ones are left out."""
    condition = USER.where(actor), User.state != State.DELETED
    query = select(User).where(*condition).options(selectinload(User.roles), selectinload(User.second_factor))
    total = session().scalar(select(func.count()).select_from(User).where(*condition)) or 0
    return list(session().scalars(query.order_by(User.name, User.id).offset(offset).limit(limit))), total
