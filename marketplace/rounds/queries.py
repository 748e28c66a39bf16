"""Reads of rounds."""

from __future__ import annotations

from flask import g, has_request_context
from sqlalchemy import select

from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import NotFound
from marketplace.rounds.defaults import Rules
from marketplace.rounds.models import Round, Stage
from marketplace.rounds.policies import ROUND
from marketplace.rounds.states import State


def get(actor: Actor, round_id: int, *, fresh: bool = False) -> Round:
    """The round, when the actor may see it; ``fresh`` locks its row until the end of the transaction."""
    query = select(Round).where(Round.id == round_id, ROUND.where(actor))
    if fresh:
        query = query.with_for_update(of=Round).execution_options(populate_existing=True)
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def visible(actor: Actor, limit: int = 200) -> list[Round]:
    """The rounds that the actor may see, the newest first."""
    query = select(Round).where(ROUND.where(actor)).order_by(Round.call_opens_at.desc(), Round.id.desc())
    return list(session().scalars(query.limit(limit)))


def taking_scenarios() -> list[Round]:
    """The rounds to which a scenario may be posted now, the nearest end first."""
    now = clock.now()
    query = select(Round).where(Round.state == State.OPEN, Round.call_opens_at <= now, Round.call_closes_at > now)
    return list(session().scalars(query.order_by(Round.call_closes_at, Round.id)))


def asking() -> list[Round]:
    """The public rounds in which something passes a recommending body, the newest first."""
    query = select(Round).where(Round.stage != Stage.NONE, Round.state.in_((State.OPEN, State.CLOSED)))
    return list(session().scalars(query.order_by(Round.call_opens_at.desc(), Round.id.desc())))


def rules_of(round_id: int | None) -> Rules:
    """The figures that hold in a round, or the defaults outside one."""
    if round_id is None:
        return Rules()
    row = session().get(Round, round_id)
    return row.rules if row else Rules()


def all_rules() -> dict[int, Rules]:
    """The figures of every round; read once per request."""
    if has_request_context() and "round_rules" in g:
        known: dict[int, Rules] = g.round_rules
        return known
    found = {row_id: Rules.of(changed) for row_id, changed in session().execute(select(Round.id, Round.changed))}
    if has_request_context():
        g.round_rules = found
    return found
