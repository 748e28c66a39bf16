"""Reads of notices and objections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.bids import queries as bids
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import NotFound
from marketplace.publicity.models import Notice, Objection
from marketplace.publicity.policies import NOTICES, OBJECTIONS
from marketplace.publicity.states import OPEN, NoticeState


def get(actor: Actor, notice_id: int, *, fresh: bool = False) -> Notice:
    """The notice; ``fresh`` locks its row until the end of the transaction."""
    query = select(Notice).where(Notice.id == notice_id, NOTICES.where(actor)).options(selectinload(Notice.objections))
    if fresh:
        query = query.with_for_update(of=Notice).execution_options(populate_existing=True)
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def objection(actor: Actor, objection_id: int) -> Objection:
    """The objection, for its author and for those of the staff who belong to neither owner nor bidder."""
    query = (
        select(Objection)
        .where(Objection.id == objection_id, OBJECTIONS.where(actor))
        .options(joinedload(Objection.notice))
    )
    row = session().scalar(query)
    if row is None or (row.user_id != actor.user_id and _concerns_own(actor, row.notice)):
        raise NotFound()
    return row


def _concerns_own(actor: Actor, row: Notice) -> bool:
    if not actor.memberships:
        return False
    return row.challenge.owner_id in actor.organisations() or bids.is_recused(actor, row.challenge_id)


def visible(actor: Actor, ids: Sequence[int]) -> list[Notice]:
    """Those of the notices that the actor may see, in the order of ``ids``."""
    query = select(Notice).where(Notice.id.in_(ids), NOTICES.where(actor)).options(joinedload(Notice.challenge))
    rows = {row.id: row for row in session().scalars(query)}
    return [rows[i] for i in ids if i in rows]


def of_challenge(challenge_id: int) -> list[Notice]:
    """A challenge's notices, newest first."""
    query = select(Notice).where(Notice.challenge_id == challenge_id).order_by(Notice.id.desc())
    return list(session().scalars(query))


def running(limit: int = 50) -> list[Notice]:
    """Notices that are not concluded, the nearest end first."""
    query = select(Notice).where(Notice.state == NoticeState.RUNNING).options(joinedload(Notice.challenge))
    return list(session().scalars(query.order_by(Notice.ends_at, Notice.id).limit(limit)))


def open_objections(actor: Actor) -> list[Objection]:
    """Objections that wait for an answer, oldest first."""
    query = (
        select(Objection)
        .where(Objection.state.in_(OPEN), OBJECTIONS.where(actor))
        .options(joinedload(Objection.notice))
    )
    return [
        o
        for o in session().scalars(query.order_by(Objection.created_at, Objection.id))
        if not _concerns_own(actor, o.notice)
    ]


def my_objections(actor: Actor) -> list[Objection]:
    """The actor's own objections."""
    query = select(Objection).where(Objection.user_id == actor.user_id).options(joinedload(Objection.notice))
    return list(session().scalars(query.order_by(Objection.id.desc())))


def author(payload: dict[str, Any]) -> list[int]:
    """Who wrote the objection."""
    return [session().get_one(Objection, payload["objection_id"]).user_id]
