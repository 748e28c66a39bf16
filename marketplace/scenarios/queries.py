"""Reads of scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import count_by, session
from marketplace.kernel.errors import NotFound
from marketplace.scenarios.models import Scenario, ScenarioFile
from marketplace.scenarios.policies import SCENARIO
from marketplace.scenarios.states import State


def get(actor: Actor, scenario_id: int) -> Scenario:
    """The scenario with requirements, metrics and files, when the actor may see it."""
    query = (
        select(Scenario)
        .where(Scenario.id == scenario_id, SCENARIO.where(actor))
        .options(
            joinedload(Scenario.owner),
            joinedload(Scenario.round),
            selectinload(Scenario.requirements),
            selectinload(Scenario.metrics),
            selectinload(Scenario.files).joinedload(ScenarioFile.file),
        )
    )
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def tally(actor: Actor) -> dict[str, int]:
    """How many scenarios the actor's organisations have in each state, in the order of the states."""
    found = count_by(Scenario.state, Scenario.owner_id.in_(sorted(actor.organisations())))
    return {state.value: found[state] for state in State if state in found}


def mine(actor: Actor, limit: int = 200, offset: int = 0, *, unlisted: bool = False) -> list[Scenario]:
    """The scenarios of the actor's organisations, newest first; ``unlisted``: those that are no challenge yet."""
    query = select(Scenario).where(Scenario.owner_id.in_(sorted(actor.organisations())))
    if unlisted:
        query = query.where(Scenario.state.not_in((State.LISTED, State.LANDED, State.REJECTED, State.WITHDRAWN)))
    query = query.options(joinedload(Scenario.owner)).order_by(Scenario.changed_at.desc(), Scenario.id.desc())
    return list(session().scalars(query.offset(offset).limit(limit)))


def whole(actor: Actor, ids: Iterable[int] | None = None) -> list[Scenario]:
    """Those scenarios, or all of the actor's organisations, with requirements and metrics; what the actor may see."""
    wanted = Scenario.owner_id.in_(sorted(actor.organisations())) if ids is None else Scenario.id.in_(list(ids))
    query = select(Scenario).where(wanted, SCENARIO.where(actor)).order_by(Scenario.id)
    query = query.options(selectinload(Scenario.requirements), selectinload(Scenario.metrics))
    return list(session().scalars(query))


def in_state(actor: Actor, states: Sequence[State], *, limit: int = 200) -> list[Scenario]:
    """Scenarios in those states that the actor may see, oldest first."""
    query = select(Scenario).where(Scenario.state.in_(states), SCENARIO.where(actor))
    query = query.options(joinedload(Scenario.owner)).order_by(Scenario.with_staff_at, Scenario.id)
    return list(session().scalars(query.limit(limit)))


def to_check(actor: Actor, ids: Iterable[int]) -> list[Scenario]:
    """Those of the scenarios that the actor may see, those longest with staff first."""
    query = select(Scenario).where(Scenario.id.in_(list(ids)), SCENARIO.where(actor))
    return list(
        session().scalars(query.options(joinedload(Scenario.owner)).order_by(Scenario.with_staff_at, Scenario.id))
    )


def is_visible(actor: Actor, scenario_id: int) -> bool:
    """Whether the actor may see it."""
    query = select(Scenario.id).where(Scenario.id == scenario_id, SCENARIO.where(actor))
    return session().scalar(query) is not None


def matching(domain: str = "", *, offset: int = 0, limit: int = 20) -> tuple[list[Scenario], dict[str, int]]:
    """What is public for direct matching, newest first, of one domain if given; and how many there are in each."""
    condition = Scenario.state == State.MATCHING
    counts = count_by(Scenario.domain, condition)
    query = select(Scenario).where(condition).options(joinedload(Scenario.owner))
    if domain:
        query = query.where(Scenario.domain == domain)
    query = query.order_by(Scenario.matching_since.desc(), Scenario.id.desc()).offset(offset).limit(limit)
    return list(session().scalars(query)), counts


def matching_of(actor: Actor) -> list[Scenario]:
    """The scenarios in direct matching of the organisations that the actor writes for, newest first."""
    query = select(Scenario).where(_matching(actor))
    return list(session().scalars(query.order_by(Scenario.matching_since.desc(), Scenario.id.desc()).limit(100)))


def is_matching(actor: Actor) -> bool:
    """Whether there is one."""
    return session().scalar(select(Scenario.id).where(_matching(actor)).limit(1)) is not None


def _matching(actor: Actor) -> ColumnElement[bool]:
    return and_(Scenario.state == State.MATCHING, Scenario.owner_id.in_(sorted(actor.organisations(EDITORS))))


def file(actor: Actor, scenario_id: int, file_id: int) -> ScenarioFile:
    """An attachment of a scenario that the actor may see."""
    row = get(actor, scenario_id)
    found = next((f for f in row.files if f.id == file_id), None)
    if found is None or not (found.is_public or SCENARIO.allows(actor, "see_confidential", row)):
        raise NotFound()
    return found


def locked(scenario_id: int) -> Scenario:
    """The scenario as it is now, held against others until the transaction ends; what calls it asks the policy."""
    query = select(Scenario).where(Scenario.id == scenario_id).with_for_update(of=Scenario)
    row = session().scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row
