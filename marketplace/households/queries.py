"""Reads of household needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import case, func, select

from marketplace.households.models import CONSENT_VERSION, FEWEST, HouseholdNeed, HouseholdPool
from marketplace.households.policies import NEED, POOL
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import NotFound
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.services import EDITABLE
from marketplace.scenarios.states import State

MOST = 500
ENDED = (State.REJECTED, State.WITHDRAWN)
"""A pool that came to one of these is no pool any more."""


def bodies(actor: Actor) -> list[Organisation]:
    """The actor's service bodies."""
    return [o for o in organisations.mine(actor) if o.is_service_body] if actor.memberships else []


def body(actor: Actor, body_id: int) -> Organisation:
    """One of them; for everybody else its desk does not exist."""
    found = next((o for o in bodies(actor) if o.id == body_id), None)
    if found is None:
        raise NotFound()
    return found


def needs(actor: Actor, body_id: int) -> list[HouseholdNeed]:
    """The needs of a body, those that are not pooled first, then the newest."""
    query = select(HouseholdNeed).where(HouseholdNeed.body_id == body_id, NEED.where(actor))
    query = query.order_by(HouseholdNeed.scenario_id.is_not(None), HouseholdNeed.task, HouseholdNeed.id.desc())
    return list(session().scalars(query.limit(MOST)))


def chosen(actor: Actor, body_id: int, ids: Iterable[int]) -> list[HouseholdNeed]:
    """Those of the needs that the actor's body holds, locked until the end of the transaction."""
    query = select(HouseholdNeed).where(
        HouseholdNeed.body_id == body_id, HouseholdNeed.id.in_(set(ids)), NEED.where(actor)
    )
    query = query.order_by(HouseholdNeed.id).with_for_update().execution_options(populate_existing=True)
    return list(session().scalars(query))


def free(rows: Iterable[HouseholdNeed]) -> list[HouseholdNeed]:
    """Those of the needs that stand in no scenario, or in one that came to nothing."""
    found = list(rows)
    ended = {i for i, _submitted in _ended(found)}
    return [r for r in found if r.scenario_id is None or r.scenario_id in ended]


def asked_again(rows: Iterable[HouseholdNeed]) -> list[HouseholdNeed]:
    """Those of free needs whose consent does not carry over: given for a pool that came to nothing, or to other words."""
    return [r for r in rows if r.scenario_id is not None or r.consent_version != CONSENT_VERSION]


def were_read(rows: Iterable[HouseholdNeed]) -> bool:
    """Whether one of free needs stood in figures that were once sent to be read."""
    return any(submitted is not None for _id, submitted in _ended(rows))


def _ended(rows: Iterable[HouseholdNeed]) -> list[tuple[int, datetime | None]]:
    ids = sorted({r.scenario_id for r in rows if r.scenario_id is not None})
    if not ids:
        return []
    query = select(Scenario.id, Scenario.submitted_at).where(Scenario.id.in_(ids), Scenario.state.in_(ENDED))
    return list(session().execute(query).tuples())


def locked(scenario_id: int) -> Scenario:
    """A pool's scenario, locked until the end of the transaction: locked before any of its needs."""
    query = select(Scenario).where(Scenario.id == scenario_id).with_for_update(of=Scenario)
    return session().scalars(query.execution_options(populate_existing=True)).one()


def taken(need_id: int) -> tuple[HouseholdNeed | None, Scenario | None]:
    """A need and the scenario that it stands in, both locked until the end of the transaction; nothing once it is gone."""
    where = HouseholdNeed.id == need_id
    before = session().scalar(select(HouseholdNeed.scenario_id).where(where))
    scenario = locked(before) if before is not None else None
    query = select(HouseholdNeed).where(where).with_for_update().execution_options(populate_existing=True)
    row = session().scalar(query)
    if row is not None and row.scenario_id != before:  # it was pooled while this waited
        scenario = locked(row.scenario_id) if row.scenario_id is not None else None
    return row, scenario


def get(actor: Actor, need_id: int) -> HouseholdNeed:
    """One need, when the actor may see it."""
    row = session().scalar(select(HouseholdNeed).where(HouseholdNeed.id == need_id, NEED.where(actor)))
    if row is None:
        raise NotFound()
    return row


def pool_of(actor: Actor, scenario_id: int) -> tuple[HouseholdPool, int] | None:
    """The pool behind a scenario with the number of its homes, for the service body's people."""
    query = select(HouseholdPool).where(HouseholdPool.scenario_id == scenario_id, POOL.where(actor))
    row = session().scalar(query)
    return (row, homes(scenario_id)) if row else None


def open_pools(actor: Actor, body_id: int) -> list[Scenario]:
    """The body's pooled scenarios that may still be edited, to which homes may be added."""
    query = select(Scenario).join(HouseholdPool, HouseholdPool.scenario_id == Scenario.id)
    query = query.where(HouseholdPool.body_id == body_id, POOL.where(actor), Scenario.state.in_(EDITABLE))
    return list(session().scalars(query.order_by(Scenario.id)))


def is_pool(scenario_id: int) -> bool:
    """Whether a scenario stands for homes."""
    return session().scalar(select(HouseholdPool.id).where(HouseholdPool.scenario_id == scenario_id)) is not None


def homes(scenario_id: int) -> int:
    """How many homes a scenario stands for today."""
    query = select(func.count()).select_from(HouseholdNeed).where(HouseholdNeed.scenario_id == scenario_id)
    return session().scalar(query) or 0


def counts() -> list[tuple[int, int, int]]:
    """For the auditor: each body with how many needs it holds and how many of them are pooled; never a need."""
    standing = case((Scenario.state.not_in(ENDED), 1))
    query = select(HouseholdNeed.body_id, func.count(), func.count(standing)).group_by(HouseholdNeed.body_id)
    query = query.outerjoin(Scenario, Scenario.id == HouseholdNeed.scenario_id)
    return [(b, n, p) for b, n, p in session().execute(query.order_by(HouseholdNeed.body_id)).tuples()]


def grouped(values: Iterable[str]) -> list[tuple[str, int]]:
    """How many homes have each value. No figure stands for fewer than five: small ones are joined under "".

    The joined figure, too, covers at least five, for which the smallest of the others is added to it where needed: from
    the total, what is left over could be computed otherwise.
    """
    counted = Counter(values).most_common()
    shown = [(value, n) for value, n in counted if n >= FEWEST]
    rest = sum(n for _value, n in counted if n < FEWEST)
    while shown and 0 < rest < FEWEST:
        rest += shown.pop()[1]
    return [*shown, ("", rest)] if rest else shown
