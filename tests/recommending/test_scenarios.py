"""Scenarios before a recommending body: who sees them when, quotas, reasons, and what the clock does."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from marketplace.console import queries as console
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Late, NotFound
from marketplace.organisations import queries as organisation_queries
from marketplace.organisations import services as organisations
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.organisations.states import State as Verification
from marketplace.recommending import queries, services
from marketplace.recommending.states import State
from marketplace.rounds.models import Stage
from marketplace.scenarios import queries as scenario_queries
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State as ScenarioState
from tests.factories.rounds import Rounds, recommendation
from tests.factories.stages import client, last_mail, mail_bodies, mails, words
from tests.factories.world import World

pytestmark = pytest.mark.db


@pytest.fixture
def made(world: World) -> Rounds:
    return Rounds(world)


@pytest.fixture
def body_id(made: Rounds) -> int:
    return made.body()


def _scenario(scenario_id: int) -> Scenario:
    session().rollback()
    return session().get_one(Scenario, scenario_id)


def _desk(made: Rounds, round_id: int, body_id: int) -> str:
    return f"/zh/recommending/{round_id}/{body_id}"


def test_without_a_round_that_asks_nothing_of_it_is_shown(world: World, made: Rounds, body_id: int) -> None:
    round_id = made.open()
    scenario_id = made.sent(round_id)
    assert _scenario(scenario_id).is_with_staff
    assert "推荐" not in words(client(world, "owner"), f"/zh/scenarios/{scenario_id}")
    assert "推荐" not in words(client(world, "body"), "/zh/desk")
    assert client(world, "body").get(_desk(made, round_id, body_id)).status_code == 404


def test_a_scenario_waits_with_the_body_of_its_scope_and_staff_do_not_see_it(
    world: World, made: Rounds, body_id: int
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS)
    seen = last_mail(world)
    scenario_id = made.sent(round_id)
    assert _scenario(scenario_id).body_id == body_id
    with pytest.raises(NotFound):
        scenario_queries.get(world.officer, scenario_id)
    assert console.queues(world.officer)["scenarios"] == []
    assert scenario_queries.get(world.person("body"), scenario_id).id == scenario_id
    assert [who for who, _subject in mails(world, since=seen)] == ["body", "owner"]
    assert "1 项待推荐" in words(client(world, "body"), "/zh/desk")
    assert "夜间配送" in words(client(world, "body"), _desk(made, round_id, body_id))
    assert client(world, "officer").get(f"/zh/staff/scenarios/{scenario_id}").status_code == 404


def test_what_is_recommended_goes_to_staff_whose_days_begin_then(
    world: World, made: Rounds, body_id: int, clock: time_machine.Coordinates
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS)
    scenario_id = made.sent(round_id)
    clock.shift(timedelta(days=14))
    seen = last_mail(world)
    answer = client(world, "body").post(
        _desk(made, round_id, body_id), data={"act": "recommend", "id": str(made.of_scenario(scenario_id))}
    )
    assert answer.status_code == 302
    item = console.queues(world.officer)["scenarios"][0]
    assert (item.row.id, item.waited) == (scenario_id, 0)
    told = mails(world, since=seen)
    assert ("owner", "已获推荐：夜间配送") in told
    assert ("officer", "请初审场景：夜间配送") in told
    page = words(client(world, "officer"), f"/zh/staff/scenarios/{scenario_id}")
    assert "推荐单位意见 已推荐 body示例推荐办" in page
    assert "夜间配送" in words(client(world, "officer"), f"/zh/rounds/{round_id}")


def test_what_is_declined_goes_back_with_its_reason_and_may_be_mended_and_sent_again(
    world: World, made: Rounds, body_id: int
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS)
    scenario_id = made.sent(round_id)
    recommendation_id = made.of_scenario(scenario_id)
    body = client(world, "body")
    empty = {"act": "decline", "id": str(recommendation_id), "reason": " "}
    answer = body.post(_desk(made, round_id, body_id), data=empty)
    assert (answer.status_code, "请写明不推荐的理由，会发给对方。" in answer.text) == (422, True)
    seen = last_mail(world)
    assert body.post(_desk(made, round_id, body_id), data=empty | {"reason": "缺少资金来源。"}).status_code == 302
    mails(world, since=seen)
    assert "缺少资金来源。" in mail_bodies("owner", since=seen)
    assert "选“不限批次”直接交初审" in mail_bodies("owner", since=seen)
    assert _scenario(scenario_id).state is ScenarioState.RETURNED
    assert not _scenario(scenario_id).is_with_staff
    with pytest.raises(NotFound):
        scenario_queries.get(world.person("body"), scenario_id)  # the mending is the owner's own
    with unit_of_work():
        scenarios.submit(world.owner, scenario_id, declared_by="owner", round_id=round_id)
    assert recommendation(recommendation_id).state is State.PENDING
    made.recommend(recommendation_id)
    assert _scenario(scenario_id).is_with_staff


def test_what_was_declined_may_go_to_the_standing_call_instead(world: World, made: Rounds, body_id: int) -> None:
    scenario_id = made.sent(made.open(stage=Stage.SCENARIOS))
    made.decline(made.of_scenario(scenario_id))
    with unit_of_work():
        scenarios.submit(world.owner, scenario_id, declared_by="owner", round_id=None)
    row = _scenario(scenario_id)
    assert (row.is_with_staff, row.round_id, row.body_id) == (True, None, None)


def test_beyond_the_quota_it_is_refused_clearly(world: World, made: Rounds, body_id: int) -> None:
    round_id = made.open(stage=Stage.SCENARIOS, quota=1)
    first, second = (made.of_scenario(made.sent(round_id, t)) for t in ("甲", "乙"))
    made.recommend(first)
    answer = client(world, "body").post(_desk(made, round_id, body_id), data={"act": "recommend", "id": str(second)})
    assert answer.status_code == 409
    assert "本批次的名额是 1 项，已经用完，不能再推荐。" in answer.text
    assert recommendation(second).state is State.PENDING


def test_a_withdrawn_scenario_frees_its_place(world: World, made: Rounds, body_id: int) -> None:
    round_id = made.open(stage=Stage.SCENARIOS, quota=1)
    first, second = (made.sent(round_id, t) for t in ("甲", "乙"))
    made.recommend(made.of_scenario(first))
    with unit_of_work():
        scenarios.withdraw(world.owner, first)
    made.recommend(made.of_scenario(second))
    assert recommendation(made.of_scenario(first)).state is State.WITHDRAWN


@pytest.mark.parametrize("cap", ["lead_cap", "part_cap"])
def test_one_organisation_is_recommended_no_more_often_than_the_round_allows(
    world: World, made: Rounds, body_id: int, cap: str
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS, **{cap: 2})
    found = [made.of_scenario(made.sent(round_id, t)) for t in ("甲", "乙", "丙")]
    made.recommend(found[0])
    made.recommend(found[1])
    with pytest.raises(Conflict, match="青禾示例医院"):
        made.recommend(found[2])


def test_the_deadline_hands_what_was_left_unanswered_to_staff(
    world: World, made: Rounds, body_id: int, clock: time_machine.Coordinates
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS)
    scenario_id = made.sent(round_id)
    recommendation_id = made.of_scenario(scenario_id)
    until = recommendation(recommendation_id).round.recommend_until
    assert until is not None
    clock.move_to(until - timedelta(seconds=1))
    assert services.lapse_due() == 0
    clock.move_to(until)
    seen = last_mail(world)  # the worker looks at the clock
    assert recommendation(recommendation_id).state is State.LAPSED
    assert _scenario(scenario_id).with_staff_at == until
    assert services.lapse_due() == 0
    assert "推荐截止，没有答复：夜间配送" in mail_bodies("owner", since=0)
    with pytest.raises(Late):
        made.recommend(recommendation_id)
    assert seen > 0


def test_after_the_deadline_a_scenario_goes_to_staff_at_once(
    world: World, made: Rounds, body_id: int, clock: time_machine.Coordinates
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS, recommend_until=made.data().call_opens_at + timedelta(days=5))
    clock.shift(timedelta(days=6))
    row = _scenario(made.sent(round_id))
    assert (row.is_with_staff, row.body_id) == (True, None)


def test_what_was_declined_and_waits_for_the_deadline_comes_to_staff_with_the_bodys_reason(
    world: World, made: Rounds, body_id: int, clock: time_machine.Coordinates
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS)
    scenario_id = made.sent(round_id)
    made.decline(made.of_scenario(scenario_id))
    assert "夜间配送" not in words(client(world, "officer"), f"/zh/rounds/{round_id}")
    clock.shift(timedelta(days=60))
    with unit_of_work():
        scenarios.submit(world.owner, scenario_id, declared_by="owner", round_id=round_id)
    page = words(client(world, "officer"), f"/zh/staff/scenarios/{scenario_id}")
    assert "推荐单位意见 未予推荐" in page
    assert "缺少资金来源。" in page


def test_where_no_body_answers_for_the_owner_staff_have_it_at_once(world: World, made: Rounds) -> None:
    made.body(districts=("310151",))
    assert _scenario(made.sent(made.open(stage=Stage.SCENARIOS))).is_with_staff


def test_a_named_member_goes_to_the_body_that_names_it(world: World, made: Rounds, body_id: int) -> None:
    code = session().get_one(Organisation, world.owner_id).uscc
    group = made.body("group", districts=(), members=(code,))
    owner = session().get_one(Organisation, world.owner_id)
    found = organisation_queries.recommending_body(owner)
    assert found is not None
    assert found.id == group
    assert organisation_queries.recommending_body(found).id == body_id  # type: ignore[union-attr]


def test_a_district_or_member_has_one_body_only(world: World, made: Rounds, body_id: int) -> None:
    with pytest.raises(Invalid, match="已经归 body示例推荐办 推荐"):
        made.body("second")
    assert session().query(Organisation).filter_by(is_recommending_body=True).count() == 1


def test_a_member_stays_a_member_though_its_verification_has_not_ended(world: World, made: Rounds) -> None:
    member = world.organisation("member", "owner")
    code, member_id = member.uscc, member.id
    body_id = made.body("group", districts=(), members=(code,))
    with unit_of_work() as work:
        work.execute(update(Organisation).where(Organisation.id == member_id).values(state=Verification.RETURNED))
    with unit_of_work():
        organisations.set_scope(world.officer, body_id, is_body=True, districts=["310151"], codes=[code])
    assert [o.id for o in organisation_queries.scope_of(body_id)[1]] == [member_id]


def test_staff_set_the_scope_on_its_page_and_bad_codes_are_named(world: World, made: Rounds) -> None:
    organisation_id = world.organisation("body", "owner").id
    page = client(world, "officer")
    address = f"/zh/staff/organisations/{organisation_id}/scope"
    answer = page.post(address, data={"is_body": "y", "districts": ["310151"], "codes": "91310118MA0DEM128D"})
    assert (answer.status_code, "没有通过核验、代码为 91310118MA0DEM128D 的单位。" in answer.text) == (422, True)
    assert page.post(address, data={"is_body": "y", "districts": ["999999"]}).status_code == 422
    assert page.post(address, data={"is_body": "y"}).status_code == 422
    assert page.post(address, data={"is_body": "y", "districts": ["310151"]}).status_code == 302
    assert organisation_queries.scope_of(organisation_id)[0] == ["310151"]
    with pytest.raises(Forbidden), unit_of_work():
        organisations.set_scope(world.person("body"), organisation_id, is_body=False, districts=[], codes=[])
    assert page.post(address, data={"codes": ""}).status_code == 302
    session().rollback()
    assert not session().get_one(Organisation, organisation_id).is_recommending_body


def test_a_body_sees_its_own_scope_and_not_another_bodys(world: World, made: Rounds, body_id: int) -> None:
    other = made.body("other", districts=("310151",))
    round_id = made.open(stage=Stage.SCENARIOS)
    recommendation_id = made.of_scenario(made.sent(round_id))
    foreigner = world.person("other")
    with pytest.raises(NotFound):
        queries.get(foreigner, recommendation_id)
    with pytest.raises(NotFound):
        made.recommend(recommendation_id, "other")
    browser = client(world, "other")
    assert "夜间配送" not in words(browser, _desk(made, round_id, other))
    assert browser.get(_desk(made, round_id, body_id)).status_code == 404
    data = {"act": "recommend", "id": str(recommendation_id)}
    assert browser.post(_desk(made, round_id, other), data=data).status_code == 404
    for path in ("letter", "summary", "summary.xlsx"):
        assert browser.get(f"{_desk(made, round_id, body_id)}/{path}").status_code == 404


def test_a_reader_of_the_body_reads_and_decides_nothing(world: World, made: Rounds, body_id: int) -> None:
    reader = world.join("reader", session().get_one(Organisation, body_id), MemberRole.VIEWER)
    recommendation_id = made.of_scenario(made.sent(made.open(stage=Stage.SCENARIOS)))
    assert queries.get(reader, recommendation_id).id == recommendation_id
    for act in (made.recommend, lambda i, p: made.decline(i, "不行。", p)):
        with pytest.raises(Forbidden):
            act(recommendation_id, "reader")


def test_nobody_recommends_the_own_organisation(world: World, made: Rounds, body_id: int) -> None:
    world.join("owner", session().get_one(Organisation, body_id), MemberRole.EDITOR)
    recommendation_id = made.of_scenario(made.sent(made.open(stage=Stage.SCENARIOS)))
    with pytest.raises(Forbidden, match="不能推荐自己所在的单位"):
        made.recommend(recommendation_id, "owner")


def test_confidential_drawings_do_not_go_to_the_body(world: World, made: Rounds, body_id: int) -> None:
    from marketplace.demo.content import paper

    round_id = made.open(stage=Stage.SCENARIOS)
    scenario_id = world.draft("有图纸").id
    ids = {}
    for is_public in (True, False):
        with unit_of_work():
            ids[is_public] = scenarios.attach(world.owner, scenario_id, paper("Drawing"), is_public=is_public).id
    with unit_of_work():
        scenarios.submit(world.owner, scenario_id, declared_by="owner", round_id=round_id)
    browser = client(world, "body")
    assert browser.get(f"/zh/scenarios/{scenario_id}/files/{ids[True]}").status_code == 200
    assert browser.get(f"/zh/scenarios/{scenario_id}/files/{ids[False]}").status_code == 404
    assert f"/files/{ids[False]}" not in browser.get(f"/zh/scenarios/{scenario_id}").text


def test_a_list_is_put_in_order_by_numbers_and_a_stale_order_is_refused(
    world: World, made: Rounds, body_id: int
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS)
    a, b, c = (made.of_scenario(made.sent(round_id, t)) for t in "甲乙丙")
    browser = client(world, "body")
    held = queries.list_of(world.person("body"), round_id, body_id)
    assert held is not None
    seen = str(held.revision)
    order = {f"rank-{a}": "3", f"rank-{b}": "1", f"rank-{c}": "２"}
    address = _desk(made, round_id, body_id)
    assert browser.post(address, data=order | {"act": "rank", "revision": seen}).status_code == 302
    found = [r.id for r in queries.listed(world.person("body"), round_id, body_id)]
    assert found[0] == b
    assert set(found) == {a, b, c}
    answer = browser.post(address, data={f"rank-{a}": "1", "act": "rank", "revision": seen})
    assert answer.status_code == 409
    assert browser.post(address, data={"rank-x": "1", f"rank-{a}": "9" * 40, "act": "rank"}).status_code == 302


def test_letter_and_summary_print_their_version_and_say_when_they_are_drafts(
    world: World, made: Rounds, body_id: int
) -> None:
    round_id = made.open(stage=Stage.SCENARIOS)
    first, second = (made.of_scenario(made.sent(round_id, t)) for t in ("甲场景", "乙场景"))
    made.recommend(first)
    address = _desk(made, round_id, body_id)
    browser = client(world, "body")
    letter = words(browser, f"{address}/letter")
    assert "现推荐 1 项" in letter
    assert "甲场景" in letter
    assert "乙场景" not in letter
    assert "还有 1 项没有答复，这是草稿。" in letter
    made.decline(second, "材料不全。")
    assert "草稿" not in words(browser, f"{address}/letter")
    summary = words(browser, f"{address}/summary")
    assert "材料不全。" in summary
    assert "第 4 版" in summary


def test_the_workbook_holds_text_and_no_formula(world: World, made: Rounds, body_id: int) -> None:
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    round_id = made.open(stage=Stage.SCENARIOS)
    recommendation_id = made.of_scenario(made.sent(round_id, '=HYPERLINK("http://evil.example","x")'))
    made.decline(recommendation_id, "=1+1")
    answer = client(world, "body").get(f"{_desk(made, round_id, body_id)}/summary.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[4][2] == '=HYPERLINK("http://evil.example","x")'
    assert rows[4][7] == "=1+1"
    import zipfile

    sheet = zipfile.ZipFile(BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_what_staff_ended_as_a_body_decides_nothing_more(world: World, made: Rounds, body_id: int) -> None:
    recommendation_id = made.of_scenario(made.sent(made.open(stage=Stage.SCENARIOS)))
    with unit_of_work():
        organisations.set_scope(world.officer, body_id, is_body=False, districts=[], codes=[])
    with pytest.raises(Conflict):
        made.recommend(recommendation_id)


def test_the_desk_asks_the_same_number_of_questions_for_one_and_for_thirty(
    world: World, made: Rounds, body_id: int
) -> None:
    from marketplace.recommending.models import Recommendation
    from tests.factories.stages import copies, counted

    round_id = made.open(stage=Stage.SCENARIOS)
    scenario_id = made.sent(round_id)
    address = _desk(made, round_id, body_id)
    browser = client(world, "body")
    words(browser, address)
    with counted(world.app) as one:
        words(browser, address)
    more = copies(Scenario, scenario_id, 29)
    copies(Recommendation, made.of_scenario(scenario_id), 29, scenario_id=lambda n: more[n])
    with counted(world.app) as thirty:
        words(browser, address)
    assert len(one) == len(thirty) <= 15
