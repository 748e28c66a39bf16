"""The audit chain: whoever changes or removes a row leaves a break that is found."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update

from marketplace.console.checks import differences
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.audit.services import GENESIS, broken, write
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import session, unit_of_work
from tests.factories.stages import Stages, client
from tests.factories.world import World

pytestmark = pytest.mark.db


def _ids() -> list[int]:
    return list(session().scalars(select(AuditRow.id).order_by(AuditRow.id)))


def _broken() -> list[int]:
    session().rollback()
    return list(broken(session()))


def test_every_act_is_one_row_and_each_row_holds_the_one_before(world: World) -> None:
    world.submitted()
    session().rollback()
    rows = list(session().scalars(select(AuditRow).order_by(AuditRow.id)))
    assert [r.previous for r in rows] == [GENESIS, *(r.digest for r in rows[:-1])]
    last = rows[-1]
    assert (last.act, last.subject, last.actor_id, last.actor_kind) == (
        "scenario.submit",
        "scenario",
        world.users["owner"],
        "person",
    )
    assert last.data == {"from": "draft", "to": "submitted"}
    assert _broken() == []


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"from": "draft", "to": "admitted"}},
        {"actor_id": 999},
        {"act": "scenario.admit"},
        {"subject_id": 999},
        {"actor_kind": "officer"},
        {"previous": "f" * 64},
    ],
)
def test_a_changed_row_is_found(world: World, change: dict[str, Any]) -> None:
    world.submitted()
    victim = _ids()[3]
    with unit_of_work() as work:
        work.execute(update(AuditRow).where(AuditRow.id == victim).values(**change))
    assert _broken() == [victim]
    assert f"audit: the chain breaks at row {victim}" in list(differences())


def test_a_row_that_was_changed_together_with_its_digest_breaks_the_next(world: World) -> None:
    from marketplace.infra.audit.services import _digest

    world.submitted()
    victim, following = _ids()[3:5]
    with unit_of_work() as work:
        row = work.get_one(AuditRow, victim)
        row.data = {"from": "draft", "to": "admitted"}
        row.digest = _digest(row)
    assert _broken() == [following]


def test_a_removed_row_is_found_at_the_one_after_it(world: World) -> None:
    world.submitted()
    victim, following = _ids()[3:5]
    with unit_of_work() as work:
        work.execute(delete(AuditRow).where(AuditRow.id == victim))
    assert _broken() == [following]


def test_a_row_written_in_between_is_found(world: World) -> None:
    world.submitted()
    first, second = _ids()[:2]
    with unit_of_work() as work:
        work.execute(update(AuditRow).where(AuditRow.id == second).values(id=9_999))
    assert set(_broken()) >= {9_999}
    assert first not in _broken()


def test_what_is_rolled_back_leaves_no_row(world: World) -> None:
    before = _ids()
    with pytest.raises(ZeroDivisionError), unit_of_work():  # noqa: PT012
        write(SYSTEM, "test", "test", 1, {})
        raise ZeroDivisionError
    session().rollback()
    assert _ids() == before
    with unit_of_work():
        write(SYSTEM, "test", "test", 1, {"文": "字"})
    assert _broken() == []


def test_an_administrator_reads_no_judgement_of_a_bid(world: World, clock: time_machine.Coordinates) -> None:
    story = Stages(world, clock)
    challenge_id, bids = story.begun("anna", "bert")
    story.decide(challenge_id, {bids["anna"]: "报价低于成本，不可信。"})
    assert "报价低于成本" not in client(world, "administrator").get("/zh/audit").text
    assert "报价低于成本" in client(world, "auditor").get("/zh/audit").text
