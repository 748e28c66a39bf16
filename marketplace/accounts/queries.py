"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.accounts.models import StaffRole, User, UserRole, UserSession
from marketplace.accounts.policies import SESSION, USER
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session


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


def roles_of(user_id: int) -> frozenset[str]:
    """A person's staff roles."""
    return frozenset(r.value for r in session().scalars(select(UserRole.role).where(UserRole.user_id == user_id)))


def with_role(*roles: str) -> list[int]:
    """Ids of the confirmed people with any of the staff roles."""
    wanted = [StaffRole(r) for r in roles]
    query = select(User.id).join(UserRole).where(UserRole.role.in_(wanted), User.confirmed_at.is_not(None))
    return list(session().scalars(query.distinct().order_by(User.id)))


def addressees(user_ids: Sequence[int]) -> list[Addressee]:
    """Where the mail of those people goes."""
    query = select(User.id, User.email, User.name, User.language).where(User.id.in_(user_ids)).order_by(User.id)
    return [Addressee(*row) for row in session().execute(query)]


def names(user_ids: Sequence[int]) -> dict[int, str]:
    """The names of those people by id."""
    return dict(session().execute(select(User.id, User.name).where(User.id.in_(user_ids))).tuples().all())


def open_sessions(actor: Actor) -> list[UserSession]:
    """The actor's own sessions that have not ended, newest first."""
    query = select(UserSession).where(SESSION.where(actor), UserSession.ended_at.is_(None))
    return list(session().scalars(query.order_by(UserSession.seen_at.desc())))


def visible_users(actor: Actor, limit: int = 500) -> list[User]:
    """The accounts that the actor may see, by name."""
    return list(session().scalars(select(User).where(USER.where(actor)).order_by(User.name, User.id).limit(limit)))
