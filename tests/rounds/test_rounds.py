"""Rounds: made by staff, public once open, their figures hold for what belongs to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.console import queries as console
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany, NotFound
from marketplace.rounds import queries, services
from marketplace.rounds.defaults import DEFAULTS, Rules
from marketplace.rounds.models import Round, Stage
from marketplace.rounds.states import State
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario
from tests.factories.rounds import Rounds
from tests.factories.stages import Stages, client, said, words
from tests.factories.world import FEW, World

FORM = {
    "act": "save",
    "title_zh": "2026 年第一批",
    "title_en": "First round of 2026",
    "note_zh": "面向物流和医院。",
    "call_opens_on": "2026-03-02",
    "call_closes_on": "2026-04-30",
    "stage": "none",
} | {name: str(rule.value) for name, rule in DEFAULTS.items()}


@pytest.fixture
def made(world: World) -> Rounds:
    return Rounds(world)


def _round(round_id: int) -> Round:
    session().rollback()
    return session().get_one(Round, round_id)


def test_staff_draft_a_round_and_only_what_they_changed_is_kept(world: World) -> None:
    officer = client(world, "officer")
    answer = officer.post("/zh/staff/rounds/new", data=FORM | {"notice_days": "7"})
    assert answer.status_code == 302, said(answer.text)
    row = _round(int(answer.location.rsplit("/", 1)[1]))
    assert row.changed == {"notice_days": 7}
    assert (row.rules.notice_days, row.rules.intake_days) == (7, 5)
    assert row.call_closes_at == datetime(2026, 4, 30, 8, 30, tzinfo=UTC)
    assert client(world).get(f"/zh/rounds/{row.id}").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("bidding_days", "14", "请填 15 到 180 之间的整数。"),
        ("bidding_days", "十五", "请填整数。"),
        ("pass_mark", "101", "请填 1 到 100 之间的整数。"),
        ("notice_days", "99999999999999999999", "请填整数。"),
        ("shortlist_min", "6", "最少不能多于最多。"),
        ("call_closes_on", "2026-03-01", "征集结束要在开始之后。"),
        ("call_closes_on", "0001-01-01", "请填日期，例如 2026-12-11。"),
        ("call_opens_on", "明天", "请填日期，例如 2026-12-11。"),
        ("quota", "0", "请填 1 到 10000 之间的整数。"),
    ],
)
def test_a_wrong_figure_is_named_beside_its_field_and_nothing_typed_is_lost(
    world: World, field: str, typed: str, message: str
) -> None:
    answer = client(world, "officer").post("/zh/staff/rounds/new", data=FORM | {"stage": "none", field: typed})
    assert answer.status_code == 422
    assert message in said(answer.text)
    assert "面向物流和医院。" in answer.text
    assert session().query(Round).count() == 0


def test_a_round_that_asks_for_recommendations_needs_its_deadline(made: Rounds) -> None:
    with pytest.raises(InvalidMany) as refused:
        made.draft(stage=Stage.SCENARIOS, recommend_until=None)
    assert set(refused.value.errors) == {"recommend_until_on"}


def test_the_rules_as_a_type_and_as_a_table_are_the_same() -> None:
    assert {name: getattr(Rules(), name) for name in DEFAULTS} == {n: d.value for n, d in DEFAULTS.items()}
    assert set(Rules.__dataclass_fields__) == set(DEFAULTS)
    assert Rules.of({"intake_days": 9, "gone": 1}) == replace(Rules(), intake_days=9)


def test_everybody_sees_an_open_round_with_what_it_changed(world: World, made: Rounds) -> None:
    round_id = made.open(figures={"notice_days": 8})
    text = words(client(world), f"/zh/rounds/{round_id}")
    assert "公示期 8 个工作日 本批次改过 默认 5" in text
    assert "场景初审 5 个工作日 默认" in text
    assert "推荐" not in text
    assert "First round" in words(client(world), "/en/rounds")


def test_a_round_lives_from_draft_to_archive_and_not_back(world: World, made: Rounds) -> None:
    round_id = made.draft()
    officer = client(world, "officer")
    for act, state in (("open", State.OPEN), ("close", State.CLOSED), ("archive", State.ARCHIVED)):
        assert officer.post(f"/zh/staff/rounds/{round_id}", data={"act": act}).status_code == 302
        assert _round(round_id).state is state
    assert officer.post(f"/zh/staff/rounds/{round_id}", data={"act": "open"}).status_code == 409
    with pytest.raises(Conflict), unit_of_work():
        services.edit(world.officer, round_id, made.data(), reason="改")
    assert officer.post(f"/zh/staff/rounds/{round_id}", data={"act": "nonsense"}).status_code == 404


def test_a_public_round_is_changed_with_a_reason_and_the_audit_keeps_both_versions(world: World, made: Rounds) -> None:
    round_id = made.open()
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.edit(world.officer, round_id, made.data(figures={"intake_days": 9}))
    assert set(refused.value.errors) == {"reason"}
    with unit_of_work():
        services.edit(world.officer, round_id, made.data(figures={"intake_days": 9}), reason="场景多。")
    row = session().scalars(select(AuditRow).where(AuditRow.act == "RoundChanged")).one()
    assert row.data["changes"] == {"changed": [{}, {"intake_days": 9}]}
    assert (row.subject_id, row.data["reason"]) == (round_id, "场景多。")


def test_what_a_public_round_asks_for_is_fixed_and_its_deadline_only_moves_later(made: Rounds, world: World) -> None:
    round_id = made.open(stage=Stage.SCENARIOS)
    sooner = site_clock.now() + timedelta(days=45)
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.edit(world.officer, round_id, made.data(stage=Stage.SCENARIOS, recommend_until=sooner), reason="早些")
    assert set(refused.value.errors) == {"recommend_until_on"}
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.edit(world.officer, round_id, made.data(), reason="不要了")
    assert set(refused.value.errors) == {"stage"}


def test_two_editors_do_not_overwrite_each_other(world: World, made: Rounds) -> None:
    round_id = made.draft()
    officer = client(world, "officer")
    assert officer.post(f"/zh/staff/rounds/{round_id}", data=FORM | {"revision": "1"}).status_code == 302
    answer = officer.post(f"/zh/staff/rounds/{round_id}", data=FORM | {"revision": "1", "title_zh": "另一个名字"})
    assert answer.status_code == 409
    assert "另一个名字" in answer.text
    assert _round(round_id).title.zh == "2026 年第一批"


def test_only_an_officer_makes_a_round(world: World, made: Rounds) -> None:
    for actor in (world.owner, world.auditor, world.administrator):
        with pytest.raises(Forbidden), unit_of_work():
            services.create(actor, made.data())


def test_a_scenario_is_posted_to_an_open_round_from_its_last_page(world: World, made: Rounds) -> None:
    round_id = made.open(figures={"intake_days": 9})
    scenario_id = world.draft().id
    owner = client(world, "owner")
    page = words(owner, f"/zh/scenarios/{scenario_id}/edit/submit")
    assert "投到哪一批" in page
    assert "第一批" in page
    data = {"unclassified": "y", "truthful": "y", "declared_by": "李", "round": str(round_id)}
    answer = owner.post(f"/zh/scenarios/{scenario_id}/edit/submit", data=data)
    assert answer.status_code == 302
    assert "工作人员 9 个工作日内答复" in words(owner, answer.location)
    row = session().get_one(Scenario, scenario_id)
    assert (row.round_id, row.with_staff_at) == (round_id, row.submitted_at)


def test_where_no_round_is_open_nothing_is_asked(world: World, made: Rounds) -> None:
    made.draft()
    scenario_id = world.draft().id
    assert "投到哪一批" not in words(client(world, "owner"), f"/zh/scenarios/{scenario_id}/edit/submit")


@pytest.mark.parametrize("when", ["draft", "before", "after", "closed"])
def test_a_round_that_takes_nothing_now_is_refused_beside_its_field(
    world: World, made: Rounds, clock: time_machine.Coordinates, when: str
) -> None:
    if when == "draft":
        round_id = made.draft()
    else:
        opens = site_clock.now() + timedelta(days=3) if when == "before" else site_clock.now()
        round_id = made.open(call_opens_at=opens)
    if when == "after":
        clock.shift(timedelta(days=41))
    if when == "closed":
        with unit_of_work():
            services.close(world.officer, round_id)
    with pytest.raises((Invalid, NotFound)) as refused:
        made.sent(round_id)
    assert isinstance(refused.value, NotFound) == (when == "draft")
    assert session().query(Scenario).filter(Scenario.round_id.is_not(None)).count() == 0


def test_the_last_second_of_the_call_still_counts(world: World, made: Rounds, clock: time_machine.Coordinates) -> None:
    round_id = made.open()
    ends = _round(round_id).call_closes_at
    clock.move_to(ends - timedelta(seconds=1))
    made.sent(round_id)
    clock.move_to(ends)
    with pytest.raises(Invalid):
        made.sent(round_id, "晚了一秒")


def test_what_staff_sent_back_keeps_its_round_even_after_the_call(
    world: World, made: Rounds, clock: time_machine.Coordinates
) -> None:
    round_id = made.open()
    scenario_id = made.sent(round_id)
    with unit_of_work():
        scenarios.return_(world.officer, scenario_id, reason="补充。")
    clock.shift(timedelta(days=60))
    with unit_of_work():
        row = scenarios.submit(world.owner, scenario_id, declared_by="owner", round_id=None)
        assert row.round_id == round_id


def test_a_challenge_takes_the_figures_of_its_scenarios_round(
    world: World, made: Rounds, clock: time_machine.Coordinates
) -> None:
    figures = {"bidding_days": 45, "notice_days": 8, "eligibility_days": 12, "intake_days": 10}
    round_id = made.open(figures=figures)
    scenario_id = made.sent(round_id)
    item = console.queues(world.officer)["scenarios"][0]
    assert item.due == datetime(2026, 3, 16, 8, 30, tzinfo=UTC)
    with unit_of_work():
        scenarios.admit(world.officer, scenario_id, reason="同类已论证。")
    with unit_of_work():
        challenge_id = challenges.create(world.officer, scenario_id).id
    assert session().get_one(Challenge, challenge_id).round_id == round_id
    page = words(client(world, "officer"), f"/zh/staff/challenges/{challenge_id}")
    assert "45 天，遇公共假日顺延" in page
    proposed = challenges.proposed_deadline(site_clock.now(), round_id)
    assert (site_clock.beijing(proposed).date() - site_clock.today()).days >= 45
    with unit_of_work():
        challenges.publish(world.officer, challenge_id, closes_at=proposed, few_reason=FEW)
    text = words(client(world), f"/zh/challenges/{challenge_id}")
    assert "截止后 12 个工作日内" in text
    assert "8 个工作日" in text
    assert "第一批" in text
    assert "夜间配送" in words(client(world), f"/zh/rounds/{round_id}")


def test_the_notice_of_a_round_runs_its_days_and_its_shortlist_keeps_its_limit(
    world: World, made: Rounds, clock: time_machine.Coordinates
) -> None:
    from marketplace.evaluation import services as evaluation
    from marketplace.evaluation.models import Outcome
    from marketplace.publicity.models import Notice
    from marketplace.vocabulary import calendar

    round_id = made.open(figures={"notice_days": 8, "shortlist_max": 1, "shortlist_min": 1})
    challenge_id = made.challenge(round_id).id
    stages = Stages(world, clock)
    _same, bids = stages.begun("one", "two", challenge_id=challenge_id)
    stages.decide(challenge_id, {})
    with unit_of_work():
        evaluation.close(world.officer, challenge_id)
    with pytest.raises(Invalid, match="入围最多 1 家"):
        stages.stage(challenge_id, dict.fromkeys(bids.values(), Outcome.SELECTED))
    stages.stage(challenge_id, dict.fromkeys(bids.values(), Outcome.NOT_SELECTED) | {bids["one"]: Outcome.SELECTED})
    stages.release(challenge_id)
    notice = session().scalars(select(Notice)).one()
    assert calendar.working_days(notice.starts_on, notice.last_day) == 8


def test_a_page_of_rounds_asks_the_same_number_of_questions_for_one_and_for_thirty(world: World, made: Rounds) -> None:
    from tests.factories.stages import copies, counted

    round_id = made.open()
    browser = client(world)
    words(browser, "/zh/rounds")
    with counted(world.app) as one:
        words(browser, "/zh/rounds")
    copies(Round, round_id, 29)
    with counted(world.app) as thirty:
        words(browser, "/zh/rounds")
    assert len(one) == len(thirty) <= 15
    assert queries.all_rules()[round_id] == Rules()
