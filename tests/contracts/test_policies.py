"""Permissions are written once and read three ways: row by row, as a condition, as keys. Here all three are crossed.

Rows of every policy in every telling state, times every kind of actor, times every act and every single grant.
"""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from sqlalchemy import select

import marketplace.features  # noqa: F401 - registers every policy
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.policy import POLICIES, Grant, Policy
from marketplace.kernel.workflow import WORKFLOWS
from tests.contracts.town import Town, build
from tests.factories.world import World

pytestmark = pytest.mark.db

TELLING: dict[str, set[str]] = {
    "account": {"active", "deactivated", "blocked", "leaving", "deleted"},
    "bid": {"draft", "submitted", "withdrawn", "opened", "disqualified", "void"},
    "organisation": {"draft", "submitted", "returned", "verified", "suspended"},
    "scenario": {"draft", "submitted", "returned", "admitted", "matching", "landed", "listed", "rejected", "withdrawn"},
    "introduction": {"pending", "accepted", "declined", "withdrawn", "lapsed", "concluded"},
    "slot": {"offered", "booked", "dropped", "cancelled"},
    "challenge": {
        "draft",
        "published",
        "suspended",
        "eligibility",
        "evaluation",
        "shortlisted",
        "cancelled",
        "no_bids",
    },
    "product": {"draft", "listed", "withdrawn"},
    "specification_doubt": {"open", "answered", "closed"},
    "bid_stage": {"pending", "passed", "failed"},
    "decision": {"staged", "released"},
    "notice": {"running"},
    "objection": {"received"},
    "round": {"draft", "open", "closed", "archived"},
    "recommendation": {"pending", "recommended", "declined", "lapsed", "withdrawn"},
}
"""The states that some condition of a policy, or a reader of one, could tell apart."""

Readings = dict[tuple[str, int], bool]
"""The answer for each actor (by kind) and row (by id)."""


@pytest.fixture
def town(world: World, clock: time_machine.Traveller) -> Town:
    """Rows of every kind, in every telling state."""
    return build(world, clock)


def _rows(policy: Policy) -> list[Any]:
    return list(session().scalars(select(policy.model).order_by(policy.model.id)))


def _asked(asked: Grant | Policy, act: str, actors: dict[str, Actor], rows: list[Any]) -> Readings:
    """What ``allows`` says of each row."""
    if isinstance(asked, Policy):
        return {(kind, row.id): asked.allows(actor, act, row) for kind, actor in actors.items() for row in rows}
    return {(kind, row.id): asked.allows(actor, row) for kind, actor in actors.items() for row in rows}


def _selected(asked: Grant | Policy, act: str, model: Any, actors: dict[str, Actor], rows: list[Any]) -> Readings:
    """What ``where`` selects."""
    found: Readings = {}
    for kind, actor in actors.items():
        condition = asked.where(actor, act) if isinstance(asked, Policy) else asked.where(actor, model)
        chosen = set(session().scalars(select(model.id).where(condition)))
        found |= {(kind, row.id): row.id in chosen for row in rows}
    return found


def _keyed(asked: Grant | Policy, actors: dict[str, Actor], rows: list[Any]) -> Readings:
    """Whether row and actor have a key in common."""
    return {(k, row.id): bool(asked.keys(row) & actor.keys) for k, actor in actors.items() for row in rows}


def _differences(label: str, one: Readings, other: Readings) -> list[str]:
    return [f"{label}: {kind} and row {row_id}" for (kind, row_id), yes in one.items() if other[kind, row_id] != yes]


def test_the_rows_stand_in_every_telling_state(town: Town) -> None:
    models = {name: workflow.model for name, workflow in WORKFLOWS.items() if workflow.model is not None}
    seen = {name: {row.state.value for row in session().scalars(select(m))} for name, m in models.items()}
    assert seen.keys() == TELLING.keys()
    assert {name: TELLING[name] - seen[name] for name in TELLING} == {name: set() for name in TELLING}
    assert [policy.model.__name__ for policy in POLICIES.values() if len(_rows(policy)) < 1] == []


def test_what_is_allowed_is_what_is_selected_for_every_act(town: Town) -> None:
    actors = town.actors()
    wrong = []
    for policy in POLICIES.values():
        rows = _rows(policy)
        for act in policy.rules:
            selected = _selected(policy, act, policy.model, actors, rows)
            wrong += _differences(f"{policy.model.__name__}.{act}", _asked(policy, act, actors, rows), selected)
    assert wrong == []


def test_what_may_be_seen_is_what_the_search_index_would_show(town: Town) -> None:
    actors = town.actors()
    wrong = []
    for policy in POLICIES.values():
        if not policy.rules["view"].unless:
            rows = _rows(policy)
            asked, keyed = _asked(policy, "view", actors, rows), _keyed(policy, actors, rows)
            wrong += _differences(f"{policy.model.__name__}.view", asked, keyed)
    assert wrong == []


def test_each_grant_alone_reads_the_same_so_that_none_hides_behind_another(town: Town) -> None:
    actors = town.actors()
    wrong = []
    for policy in POLICIES.values():
        rows = _rows(policy)
        for act, rule in policy.rules.items():
            for number, grant in enumerate((*rule.grants, *rule.unless)):
                label = f"{policy.model.__name__}.{act}[{number}]"
                asked = _asked(grant, act, actors, rows)
                wrong += _differences(label, asked, _selected(grant, act, policy.model, actors, rows))
    assert wrong == []


def test_every_grant_was_seen_to_allow_and_to_refuse(town: Town) -> None:
    actors = town.actors()
    unseen = []
    for policy in POLICIES.values():
        rows = _rows(policy)
        for act, rule in policy.rules.items():
            for number, grant in enumerate((*rule.grants, *rule.unless)):
                answers = set(_asked(grant, act, actors, rows).values())
                label = f"{policy.model.__name__}.{act}[{number}]"
                unseen += [f"{label} never {'allowed' if yes else 'refused'}" for yes in {True, False} - answers]
                if grant.when is not None:
                    audience = [r for r in rows if any(grant.audience.allows(a, r) for a in actors.values())]
                    met = {bool(getattr(r, grant.when)) for r in audience}
                    unseen += [f"{label}: {grant.when} was never {yes}" for yes in {True, False} - met]
    assert unseen == []
