"""States: every step has its rule, nothing but the workflow writes a state, and the database keeps terminal facts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import marketplace.features  # noqa: F401 - registers every workflow
from marketplace.challenges.states import State as ChallengeState
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import Base, db, session
from marketplace.kernel.errors import Conflict
from marketplace.kernel.policy import POLICIES
from marketplace.kernel.workflow import WORKFLOWS
from tests.contracts.town import Town, build
from tests.factories.world import World

ROOT = Path(__file__).parents[2]
SUBJECTS = sorted(WORKFLOWS)
MOVES = [(subject, move.name) for subject in SUBJECTS for move in WORKFLOWS[subject].steps]
PAST_DRAFT = [s.value for s in ChallengeState if s not in (ChallengeState.DRAFT, ChallengeState.CANCELLED)]


def test_every_table_with_a_state_has_its_workflow() -> None:
    stateful = {m.class_ for m in Base.registry.mappers if "state" in m.columns}
    assert stateful == {w.model for w in WORKFLOWS.values()}
    assert SUBJECTS == [
        "account", "bid", "bid_stage", "challenge", "decision", "introduction", "notice", "objection", "organisation", "product",
        "recommendation", "round", "scenario", "slot", "specification_doubt",
    ]  # fmt: skip


@pytest.mark.parametrize(("subject", "name"), MOVES)
def test_every_step_has_a_policy_rule(subject: str, name: str) -> None:
    model = WORKFLOWS[subject].model
    assert model is not None
    assert name in POLICIES[model].rules


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_state_is_reached_from_the_first_one(subject: str) -> None:
    workflow = WORKFLOWS[subject]
    reached = {workflow.initial}
    for _round in workflow.steps:
        reached |= {move.to for move in workflow.steps if reached & set(move.sources)}
    assert reached == set(type(workflow.initial))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_new_row_starts_at_the_beginning_and_cannot_be_born_elsewhere(app: Flask, subject: str) -> None:
    workflow = WORKFLOWS[subject]
    assert workflow.model is not None
    assert workflow.model().state is workflow.initial
    for state in type(workflow.initial):
        with pytest.raises(ValueError, match="initial state"):
            workflow.model(state=state)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_state_set_outside_the_workflow_is_refused(app: Flask, subject: str) -> None:
    workflow = WORKFLOWS[subject]
    assert workflow.model is not None
    row = workflow.model()
    for state in type(workflow.initial):
        with pytest.raises(RuntimeError, match="written by the workflow only"):
            row.state = state
    assert row.state is workflow.initial


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_step_is_refused_from_every_state_that_the_table_does_not_name(app: Flask, subject: str) -> None:
    workflow = WORKFLOWS[subject]
    assert workflow.model is not None
    row = workflow.model()
    for move in workflow.steps:
        if workflow.initial not in move.sources:
            with pytest.raises(Conflict):
                workflow.fire(row, move.name, actor=SYSTEM)
    assert row.state is workflow.initial


def _writes_of_state(path: Path) -> list[str]:
    """Calls that would write a state past the guard: bulk updates, inserts and SQL."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        label = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            keys = {k.arg for k in node.keywords}
            dicts = [a for a in node.args if isinstance(a, ast.Dict)]
            dicts += [k.value for k in node.keywords if k.arg is None and isinstance(k.value, ast.Dict)]
            for entry in dicts:
                keys |= {str(k.value) for k in entry.keys if isinstance(k, ast.Constant)}
                keys |= {k.attr for k in entry.keys if isinstance(k, ast.Attribute)}
            if name in ("values", "update") and "state" in keys:
                found.append(label)
            if name.startswith("bulk_") or name in ("set_committed_value", "__setattr__"):
                found.append(label)
            if name == "setattr" and isinstance(node.args[1], ast.Constant) and node.args[1].value == "state":
                found.append(label)
        if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
            found.append(label)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.upper().split()
            if words[:1] == ["UPDATE"] and "SET" in words:
                found.append(label)
    return found


def test_no_module_outside_the_kernel_writes_a_state_in_bulk_or_by_hand() -> None:
    modules = [p for p in (ROOT / "marketplace").rglob("*.py") if "kernel" not in p.parts]
    assert len(modules) > 100
    assert [line for module in modules for line in _writes_of_state(module)] == []


BULK = [
    "s.execute(update(Bid).values(state='opened'))",
    "s.execute(update(Bid).values({Bid.state: 'opened'}))",
    "s.query(Bid).update({'state': 'opened'})",
    "s.bulk_update_mappings(Bid, [])",
    "row.state = 'opened'",
    "setattr(row, 'state', 'opened')",
    "s.execute(text('UPDATE bid SET state = 1'))",
]


@pytest.mark.parametrize("line", BULK)
def test_the_search_for_bulk_writes_would_find_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("tests.contracts.test_workflows.ROOT", tmp_path)
    module = tmp_path / "module.py"
    module.write_text(line, encoding="utf-8")
    assert _writes_of_state(module) == ["module.py:1"]


def _refused(statement: str, **values: object) -> bool:
    """Whether the database itself refuses the statement; nothing stays changed either way."""
    session().rollback()
    with db.engine.connect() as connection:
        try:
            done = connection.execute(text(statement), values)
        except IntegrityError as error:
            return "ck_" in str(error.orig)
        finally:
            connection.rollback()
    assert done.rowcount == 1, "the statement met no row, so nothing was tried"
    return False


@pytest.mark.db
def test_the_database_keeps_terminal_facts_whatever_the_code_does(world: World, clock: time_machine.Traveller) -> None:
    town: Town = build(world, clock)
    ids = town.ids
    sealed, judged, draft, open_ = ids["sealed_bid"], ids["judged_bid"], ids["draft_challenge"], ids["open_challenge"]

    for state in ("opened", "disqualified"):
        assert _refused("UPDATE bid SET state = :state WHERE id = :id", state=state, id=sealed), state
    assert _refused("UPDATE bid SET opened_at = NULL WHERE id = :id", id=judged)
    for state in PAST_DRAFT:
        assert _refused("UPDATE challenge SET state = :state WHERE id = :id", state=state, id=draft), state
    assert _refused("UPDATE challenge SET published_at = NULL WHERE id = :id", id=open_)
    assert _refused("UPDATE challenge SET closes_at = published_at WHERE id = :id", id=open_)
    staged = "(SELECT id FROM decision WHERE state = 'staged')"
    released = "(SELECT id FROM decision WHERE state = 'released')"
    assert _refused(f"UPDATE decision SET state = 'released' WHERE id = {staged}")
    assert _refused(f"UPDATE decision SET released_at = NULL WHERE id = {released}")
    assert _refused(f"UPDATE decision SET state = 'staged' WHERE id = {released}")
    deleted, active = "(SELECT id FROM user_account WHERE state = 'deleted')", world.users["stranger"]
    assert _refused("UPDATE user_account SET state = 'deleted' WHERE id = :id", id=active)
    assert _refused(f"UPDATE user_account SET deleted_at = NULL WHERE id = {deleted}")
    assert _refused("UPDATE notice SET ends_at = published_at WHERE id = :id", id=ids["notice"])


@pytest.mark.db
def test_the_same_statements_pass_where_the_fact_is_recorded(world: World, clock: time_machine.Traveller) -> None:
    """So that the refusals above come from the constraints and from nothing else."""
    ids = build(world, clock).ids
    moment = "(SELECT MAX(created_at) FROM bid)"
    opened = f"UPDATE bid SET state = 'opened', opened_at = {moment} WHERE id = :id"
    assert not _refused(opened, id=ids["sealed_bid"])
    assert not _refused("UPDATE challenge SET state = 'cancelled' WHERE id = :id", id=ids["draft_challenge"])
    staged = "(SELECT id FROM decision WHERE state = 'staged')"
    assert not _refused(f"UPDATE decision SET state = 'released', released_at = {moment} WHERE id = {staged}")
