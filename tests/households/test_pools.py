"""What must hold of a pool: consent that is withdrawn at the last moment, pools formed anew, and every text that it publishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.challenges.states import State as ChallengeState
from marketplace.demo.content import paper
from marketplace.households import queries, services
from marketplace.households.models import Area, HouseholdNeed
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.text import Text
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State
from marketplace.vocabulary.parameters import parameters
from tests.factories.at_once import Turns, at_once
from tests.factories.homes import complete, home, submit
from tests.factories.stages import client, mails, words
from tests.factories.world import FEW, World

pytestmark = pytest.mark.db
NAMED = Text.of("联系王阿姨，政立路 500 弄。", "Ask Mrs Wang.")


def _pool(world: World, body_id: int, ids: list[int], *, agreed_again: bool = False) -> int:
    with unit_of_work():
        title = Text.of("夜间看护")
        return services.pool(world.person("helper"), body_id, ids, title=title, agreed_again=agreed_again).id


def _ready(world: World, body_id: int) -> tuple[list[int], int, int]:
    """Five homes, their admitted scenario and the challenge that is drafted from it."""
    ids = [home(world, body_id) for _each in range(5)]
    scenario_id = _pool(world, body_id, ids)
    complete(world, scenario_id)
    submit(world, scenario_id)
    with unit_of_work():
        scenarios.admit(world.officer, scenario_id, reason="同类已论证。")
    with unit_of_work():
        return ids, scenario_id, challenges.create(world.officer, scenario_id).id


def _publishing(world: World, challenge_id: int) -> Callable[[], object]:
    officer, closes_at = world.officer, site_clock.now() + timedelta(days=30)
    return lambda: challenges.publish(officer, challenge_id, closes_at=closes_at, few_reason=FEW)


def test_a_consent_withdrawn_while_the_pool_is_published_counts_or_comes_after(world: World, body_id: int) -> None:
    helper = world.person("helper")
    for _time in range(4):
        ids, _scenario_id, challenge_id = _ready(world, body_id)
        seen: list[int] = []

        def publish(challenge_id: int = challenge_id, seen: list[int] = seen) -> None:
            row = _publishing(world, challenge_id)()
            assert isinstance(row, Challenge)
            seen.append(queries.homes(row.scenario_id))

        published, left = at_once(world, publish, lambda need_id=ids[0]: services.forget(helper, need_id))
        assert left == "ok"
        state = session().get_one(Challenge, challenge_id).state
        if published == "ok":
            assert (state, seen) == (ChallengeState.PUBLISHED, [5])
        else:
            assert (published, state) == ("Conflict", ChallengeState.DRAFT)


def test_a_publication_that_has_counted_is_not_overtaken_by_a_home_that_leaves(world: World, body_id: int) -> None:
    ids, scenario_id, challenge_id = _ready(world, body_id)
    helper, turns = world.person("helper"), Turns()

    def leave() -> None:
        services.forget(helper, ids[0])
        turns.take()

    def publish() -> None:
        turns.follow()
        _publishing(world, challenge_id)()

    left, published = at_once(world, leave, publish)
    assert (left, queries.homes(scenario_id)) == ("ok", 4)
    expected = ChallengeState.DRAFT if published == "Conflict" else ChallengeState.PUBLISHED
    assert session().get_one(Challenge, challenge_id).state is expected
    if session().get_bind().dialect.name == "postgresql":  # on SQLite whoever begins first is alone
        assert published == "Conflict"


def test_a_home_that_leaves_while_it_is_pooled_is_not_counted(world: World, body_id: int) -> None:
    ids, helper, turns = [home(world, body_id) for _each in range(5)], world.person("helper"), Turns()

    def leave() -> None:
        services.forget(helper, ids[0])
        turns.take()

    def gather() -> None:
        turns.follow()
        services.pool(helper, body_id, ids, title=Text.of("夜间看护"))

    left, gathered = at_once(world, leave, gather)
    assert left == "ok"
    for scenario_id in session().scalars(select(Scenario.id)):  # pooled before the home left: the body is told
        assert queries.homes(scenario_id) == 4
        assert mails(world)[-1][1].startswith("不足 5 户")
    if session().get_bind().dialect.name == "postgresql":
        assert gathered == "Invalid"


def test_a_consent_withdrawn_twice_at_once_is_withdrawn_once(world: World, body_id: int) -> None:
    need_id, helper = home(world, body_id), world.person("helper")
    act = lambda: services.forget(helper, need_id)  # noqa: E731
    assert sorted(at_once(world, act, act)) == ["NotFound", "ok"]
    assert session().query(AuditRow).filter(AuditRow.act == "NeedDeleted").count() == 1


def test_homes_of_a_withdrawn_pool_are_asked_again_before_they_are_pooled_anew(
    world: World, body_id: int, clock: time_machine.Coordinates
) -> None:
    ids = [home(world, body_id) for _each in range(5)]
    first = _pool(world, body_id, ids)
    with unit_of_work():
        scenarios.withdraw(world.person("helper"), first)
    clock.shift(timedelta(days=3))
    fresh, browser = home(world, body_id), client(world, "helper")
    page = words(browser, f"/zh/households/{body_id}")
    assert page.count("要再问一次") == 5 + 1, "five homes and the words of the box"
    sent = {"act": "pool", "title_zh": "夜间看护", "home": [str(i) for i in (*ids, fresh)]}
    refused = browser.post(f"/zh/households/{body_id}", data=sent)
    assert refused.status_code == 422
    assert "原来的同意不能沿用" in refused.text
    assert session().query(AuditRow).filter(AuditRow.act == "ConsentRenewed").count() == 0
    assert browser.post(f"/zh/households/{body_id}", data=sent | {"agreed_again": "y"}).status_code == 302
    rows = session().scalars(select(HouseholdNeed).order_by(HouseholdNeed.id)).all()
    assert {r.consent_on for r in rows} == {site_clock.today()}
    assert {r.scenario_id for r in rows} == {session().scalars(select(Scenario.id).where(Scenario.id != first)).one()}
    renewed = session().scalars(select(AuditRow).where(AuditRow.act == "ConsentRenewed")).all()
    assert [r.data["need_id"] for r in renewed] == ids


def test_a_consent_to_older_words_is_asked_for_again(world: World, body_id: int) -> None:
    ids = [home(world, body_id) for _each in range(5)]
    with unit_of_work() as work:
        work.get_one(HouseholdNeed, ids[0]).consent_version = "2025-1"
    with pytest.raises(Invalid, match="再问一次"):
        _pool(world, body_id, ids)
    _pool(world, body_id, ids, agreed_again=True)
    session().expire_all()
    assert session().get_one(HouseholdNeed, ids[0]).consent_version == "2026-1"


@pytest.mark.parametrize("end", ["withdraw", "reject"])
def test_from_the_old_pool_and_the_new_nobody_learns_which_home_left(world: World, body_id: int, end: str) -> None:
    ids = [home(world, body_id) for _each in range(5)] + [home(world, body_id, area=Area.OVER_90)]
    first = _pool(world, body_id, ids)
    complete(world, first)
    submit(world, first)
    with unit_of_work():
        if end == "withdraw":
            scenarios.withdraw(world.person("helper"), first)
        else:
            scenarios.reject(world.officer, first, reason="与在库场景重复。")
    with unit_of_work():
        services.forget(world.person("helper"), ids.pop())
    row = session().get_one(Scenario, _pool(world, body_id, ids, agreed_again=True))
    assert row.volumes.zh == "共 5 户家庭。"
    assert queries.counts() == [(body_id, 5, 5)]


def _in_site(world: World, scenario_id: int) -> None:
    scenarios.edit(world.person("helper"), scenario_id, site={"people": NAMED})


def _in_a_test(world: World, scenario_id: int) -> None:
    line = replace(world.requirement("payload", "40"), test=NAMED)
    scenarios.set_requirements(world.person("helper"), scenario_id, [line])


def _in_a_metric(name: str) -> Callable[[World, int], None]:
    def write(world: World, scenario_id: int) -> None:
        said = {name: NAMED.zh if name == "baseline" else NAMED}
        scenarios.set_metrics(
            world.person("helper"), scenario_id, [replace(world.metric("availability", "99"), **said)]
        )

    return write


def _in_a_value_in_words(world: World, scenario_id: int) -> None:
    key = next(k for k, p in parameters().items() if p.kind == "set")
    line = world.requirement("payload", "40")
    named = replace(line, parameter=key, op=parameters()[key].op, value=replace(line.value, kind="set", typed=NAMED.zh))
    scenarios.set_requirements(world.person("helper"), scenario_id, [line, named])


def _in_a_file_s_name(world: World, scenario_id: int) -> None:
    upload = replace(paper("Plan"), name="王阿姨家平面图.pdf")
    scenarios.attach(world.person("helper"), scenario_id, upload, is_public=True)


@pytest.mark.parametrize(
    "write",
    [_in_site, _in_a_test, _in_a_metric("method"), _in_a_metric("window"), _in_a_metric("baseline"),
     _in_a_value_in_words, _in_a_file_s_name],
)  # fmt: skip
def test_every_text_that_a_pool_publishes_is_screened(
    world: World, body_id: int, write: Callable[[World, int], None]
) -> None:
    scenario_id = _pool(world, body_id, [home(world, body_id) for _each in range(5)])
    complete(world, scenario_id)
    with unit_of_work():
        write(world, scenario_id)
    with pytest.raises(Conflict, match="王阿姨"):
        submit(world, scenario_id)
    session().rollback()
    assert session().get_one(Scenario, scenario_id).state is State.DRAFT


def test_what_an_officer_says_publicly_about_a_pool_s_challenge_is_screened_too(world: World, body_id: int) -> None:
    _ids, _scenario_id, challenge_id = _ready(world, body_id)
    with unit_of_work():
        _publishing(world, challenge_id)()
    later = site_clock.now() + timedelta(days=60)
    with pytest.raises(Conflict, match="王阿姨"), unit_of_work():
        challenges.extend(world.officer, challenge_id, closes_at=later, reason=NAMED)
    with pytest.raises(Conflict, match="王阿姨"), unit_of_work():
        challenges.suspend(world.officer, challenge_id, reason=NAMED.zh)
    with pytest.raises(Conflict, match="王阿姨"), unit_of_work():
        challenges.cancel(world.officer, challenge_id, reason=NAMED.zh)
    with unit_of_work():
        challenges.extend(world.officer, challenge_id, closes_at=later, reason=Text.of("现场踏勘推迟。"))
