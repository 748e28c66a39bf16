"""Two people who decide about the same row at the same moment: one does, the other is told that it has moved on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.demo.content import code, paper
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.organisations import services as organisations
from marketplace.organisations.models import Organisation
from marketplace.publicity import services as publicity
from marketplace.publicity.models import Notice, Objection
from marketplace.publicity.states import NoticeState, ObjectionState
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State
from tests.factories.at_once import at_once
from tests.factories.stages import Stages
from tests.factories.world import FEW, World

pytestmark = pytest.mark.db
ONE = ["Conflict", "ok"]


def test_an_objection_is_upheld_or_dismissed(world: World, clock: time_machine.Coordinates) -> None:
    _challenge_id, _bids, notice_id = Stages(world, clock).shortlisted("anna", "bert")
    bert = world.person("bert")
    with unit_of_work():
        number = publicity.object_to(bert, notice_id, matter="资质", grounds="不实", evidence=None).id
    with unit_of_work():
        publicity.answer(world.officer, number, act="admit", text="")
    one, two = world.officer, world.person("second", roles=("officer",))
    found = at_once(
        world,
        lambda: publicity.answer(one, number, act="uphold", text="成立"),
        lambda: publicity.answer(two, number, act="dismiss", text="不成立"),
    )
    assert sorted(found) == ONE
    end = session().get_one(Objection, number).state, session().get_one(Notice, notice_id).state
    assert end in (
        (ObjectionState.UPHELD, NoticeState.REVOKED),
        (ObjectionState.DISMISSED, NoticeState.RUNNING),
    )


def test_a_scenario_is_admitted_or_rejected(world: World) -> None:
    number = world.submitted().id
    one, two = world.officer, world.person("second", roles=("officer",))
    found = at_once(
        world,
        lambda: scenarios.admit(one, number, reason="好"),
        lambda: scenarios.reject(two, number, reason="不好"),
    )
    assert sorted(found) == ONE


def test_a_scenario_is_submitted_once(world: World) -> None:
    number, owner = world.draft().id, world.owner
    assert sorted(at_once(world, *[lambda: scenarios.submit(owner, number, declared_by="x")] * 2)) == ONE


def test_a_scenario_is_withdrawn_or_its_challenge_published(world: World) -> None:
    scenario_id = world.admitted().id
    with unit_of_work():
        challenge_id = challenges.create(world.officer, scenario_id).id
    officer, owner, closes = world.officer, world.owner, site_clock.now() + timedelta(days=30)
    found = at_once(
        world,
        lambda: scenarios.withdraw(owner, scenario_id),
        lambda: challenges.publish(officer, challenge_id, closes_at=closes, few_reason=FEW),
    )
    assert found.count("ok") == 1
    is_public = session().get_one(Challenge, challenge_id).is_public
    assert session().get_one(Scenario, scenario_id).state is (State.LISTED if is_public else State.WITHDRAWN)


def test_one_scenario_becomes_one_challenge(world: World) -> None:
    scenario_id = world.admitted().id
    one, two = world.officer, world.person("second", roles=("officer",))
    found = at_once(world, lambda: challenges.create(one, scenario_id), lambda: challenges.create(two, scenario_id))
    assert (found, session().scalar(select(func.count()).select_from(Challenge))) == (["ok", "ok"], 1)


def test_an_organisation_is_verified_or_returned(world: World) -> None:
    number = world.organisation("newcomer", "vendor", verified=False).id
    with unit_of_work():
        organisations.attach_licence(world.person("newcomer"), number, paper("x"))
        organisations.submit(world.person("newcomer"), number)
    one, two = world.officer, world.person("second", roles=("officer",))
    found = at_once(
        world,
        lambda: organisations.verify(one, number),
        lambda: organisations.return_(two, number, reason="不清"),
    )
    assert sorted(found) == ONE


def test_one_code_is_submitted_by_one_organisation(world: World) -> None:
    number = code(901, "310115")
    rivals = ("one", "two")
    ids = [world.organisation(name, "vendor", verified=False).id for name in rivals]
    with unit_of_work() as work:
        for name, row_id in zip(rivals, ids, strict=True):
            work.get_one(Organisation, row_id).uscc = number
            organisations.attach_licence(world.person(name), row_id, paper("x"))
    found = at_once(
        world, *(lambda n=n, i=i: organisations.submit(world.person(n), i) for n, i in zip(rivals, ids, strict=True))
    )
    assert sorted(found) in (ONE, ["Invalid", "ok"])
