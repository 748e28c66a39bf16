"""Reads of inbox and preferences."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.notifications.models import InboxItem, Preference
from marketplace.notifications.policies import INBOX


def inbox(actor: Actor, *, offset: int = 0, limit: int = 20) -> list[InboxItem]:
    """The actor's items, newest first."""
    query = select(InboxItem).where(INBOX.where(actor)).order_by(InboxItem.id.desc())
    return list(session().scalars(query.offset(offset).limit(limit)))


def count(actor: Actor) -> int:
    """How many items the actor has."""
    return session().scalar(select(func.count()).select_from(InboxItem).where(INBOX.where(actor))) or 0


def preference(actor: Actor) -> Preference:
    """The actor's preferences, the defaults where nothing was chosen."""
    row = session().scalar(select(Preference).where(Preference.user_id == actor.user_id))
    return row or Preference(user_id=actor.user_id or 0, domains=[], hears_of_challenges=True)


def followers_of(domain: str) -> list[int]:
    """People who follow that domain."""
    rows = session().scalars(select(Preference).where(Preference.hears_of_challenges.is_(True)))
    return [row.user_id for row in rows if domain in row.domains]


def without_the_deaf(user_ids: Iterable[int]) -> list[int]:
    """Those of the people who did not switch mails about new challenges off."""
    ids = list(user_ids)
    query = select(Preference.user_id).where(Preference.user_id.in_(ids), Preference.hears_of_challenges.is_(False))
    deaf = set(session().scalars(query))
    return [i for i in ids if i not in deaf]
