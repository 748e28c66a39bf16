"""Homes at a service body's desk: consent, who sees them, pooling in fives, leaving, and the end of keeping."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.households import queries, services
from marketplace.households.models import Area, Giver, HouseholdNeed
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.kernel.text import Text
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State
from tests.factories.homes import complete, home, need, submit
from tests.factories.stages import client, copies, counted, mails, words
from tests.factories.world import FEW, World

pytestmark = pytest.mark.db
FORM = {
    "task": "safety_watch",
    "need": "老人夜里起身不稳，希望跌倒能马上叫人。",
    "district": "310110",
    "dwelling": "public_rental",
    "area": "under_40",
    "persons": "1",
    "consent_by": "guardian",
    "consent_on": "2026-03-02",
    "agreed": "y",
}


def _pool(world: World, body_id: int, ids: list[int], title: str = "夜间看护") -> int:
    with unit_of_work():
        return services.pool(world.person("helper"), body_id, ids, title=Text.of(title)).id


def test_a_home_is_written_down_with_its_consent(world: World, body_id: int) -> None:
    answer = client(world, "helper").post(f"/zh/households/{body_id}/new", data=FORM)
    assert answer.status_code == 302
    row = session().scalars(select(HouseholdNeed)).one()
    assert (row.consent_version, row.consent_by, row.consent_on) == ("2026-1", Giver.GUARDIAN, site_clock.today())
    kept = {c.name for c in HouseholdNeed.__table__.columns}
    assert kept == {
        "id", "body_id", "district", "dwelling", "area", "persons", "task", "need", "consent_version", "consent_on",
        "consent_by", "scenario_id", "created_by", "created_at",
    }  # fmt: skip


@pytest.mark.parametrize("left", ["task", "dwelling", "area", "persons", "consent_by"])
def test_nothing_is_chosen_for_a_home_that_nobody_chose(world: World, body_id: int, left: str) -> None:
    sent = {name: value for name, value in FORM.items() if name != left}
    answer = client(world, "helper").post(f"/zh/households/{body_id}/new", data=sent)
    assert answer.status_code == 422
    assert f'id="{left}-err"' in answer.text
    assert session().query(HouseholdNeed).count() == 0


def test_text_that_names_somebody_is_not_saved_and_says_what_to_write_instead(world: World, body_id: int) -> None:
    typed = "王阿姨住政立路 500 弄，电话 13812345678。"
    answer = client(world, "helper").post(f"/zh/households/{body_id}/new", data=FORM | {"need": typed})
    assert answer.status_code == 422
    assert typed in answer.text
    for said in ("“王阿姨”像姓名或称呼", "只写“老人”“孩子”“照护者”。", "“13812345678”像电话", "只写区"):
        assert said in answer.text
    assert session().query(HouseholdNeed).count() == 0


@pytest.mark.parametrize(
    ("field", "typed"),
    [("agreed", ""), ("consent_on", "2026-03-03"), ("consent_on", "2025-03-02"), ("consent_on", "x"), ("need", " "),
     ("area", "45"), ("task", "assembly"), ("district", "999999"), ("need", "老" * 601)],
)  # fmt: skip
def test_without_consent_or_with_a_wrong_choice_nothing_is_kept(
    world: World, body_id: int, field: str, typed: str
) -> None:
    answer = client(world, "helper").post(f"/zh/households/{body_id}/new", data=FORM | {field: typed})
    assert answer.status_code == 422
    assert session().query(HouseholdNeed).count() == 0


def test_only_the_service_bodys_people_see_a_home(world: World, body_id: int) -> None:
    need_id = home(world, body_id)
    world.organisation("other", "service_body")
    for actor in (world.officer, world.auditor, world.administrator, world.owner, world.person("other")):
        with pytest.raises(NotFound):
            queries.get(actor, need_id)
    for name in ("officer", "auditor", "other"):
        assert client(world, name).get(f"/zh/households/{body_id}").status_code == 404
    assert "起身不稳" in words(client(world, "helper"), f"/zh/households/{body_id}")


def test_the_auditor_reads_figures_and_the_audit_no_word_of_a_need(world: World, body_id: int) -> None:
    need_id = home(world, body_id)
    page = words(client(world, "auditor"), "/zh/audit/households")
    assert "安和示例中心 1 0" in page
    assert "起身不稳" not in page
    with unit_of_work():
        services.forget(world.person("helper"), need_id)
    rows = session().scalars(select(AuditRow).where(AuditRow.act.like("Need%")).order_by(AuditRow.id)).all()
    assert [r.act for r in rows] == ["NeedRecorded", "NeedDeleted"]
    assert "起身不稳" not in str([r.data for r in rows])


def test_a_reader_of_the_body_changes_nothing(world: World, body_id: int) -> None:
    need_id = home(world, body_id)
    reader = world.join("reader", session().get_one(Organisation, body_id), MemberRole.VIEWER)
    with pytest.raises(Forbidden), unit_of_work():
        services.write_down(reader, body_id, need())
    with pytest.raises(Forbidden), unit_of_work():
        services.forget(reader, need_id)
    with pytest.raises(Forbidden), unit_of_work():
        services.pool(reader, body_id, [need_id], title=Text.of("x"))


def test_four_homes_are_not_pooled_and_it_says_so(world: World, body_id: int) -> None:
    ids = [home(world, body_id) for _each in range(4)]
    data = {"act": "pool", "title_zh": "夜间看护", "home": [str(i) for i in ids]}
    answer = client(world, "helper").post(f"/zh/households/{body_id}", data=data)
    assert answer.status_code == 422
    assert "至少要 5 户才能合并，现在选了 4 户。" in answer.text
    assert session().query(Scenario).count() == 0


def test_homes_of_another_body_or_another_need_do_not_count(world: World, body_id: int) -> None:
    ids = [home(world, body_id) for _each in range(4)]
    other = world.organisation("other", "service_body").id
    with pytest.raises(Invalid, match="现在选了 4 户"):
        _pool(world, body_id, [*ids, home(world, other, "other")])
    with pytest.raises(Invalid, match="同一种需要"):
        _pool(world, body_id, [*ids, home(world, body_id, task="home_cleaning")])


def test_five_homes_become_a_draft_of_figures_only(world: World, body_id: int) -> None:
    ids = [home(world, body_id, need=f"第{n}家的原话，夜里要人照看。") for n in range(5)]
    data = {"act": "pool", "title_zh": "夜间看护", "home": [str(i) for i in ids]}
    answer = client(world, "helper").post(f"/zh/households/{body_id}", data=data)
    assert answer.status_code == 302
    row = session().scalars(select(Scenario)).one()
    assert (row.domain, row.task, row.quantity, row.owner_id) == ("household", "safety_watch", 5, body_id)
    assert row.volumes.zh == "共 5 户家庭。\n按区：杨浦区 5 户。\n按住房：公租房 5 户。\n按面积：40 m² 以下 5 户。"
    assert "原话" not in words(client(world, "helper"), f"/zh/scenarios/{row.id}")
    with pytest.raises(Invalid, match="现在选了 0 户"):
        _pool(world, body_id, ids)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ("aaaaa", [("a", 5)]),
        ("aaaaabb", [("", 7)]),
        ("aaaaaaabbbbb", [("a", 7), ("b", 5)]),
        ("aaaaaaabbbbbc", [("a", 7), ("", 6)]),
        ("aaaaabbbccc", [("a", 5), ("", 6)]),
        ("abcde", [("", 5)]),
    ],
)
def test_no_figure_stands_for_fewer_than_five_nor_can_one_be_computed(
    values: str, shown: list[tuple[str, int]]
) -> None:
    assert queries.grouped(values) == shown


def test_a_home_that_leaves_is_deleted_and_the_body_is_warned_below_five(world: World, body_id: int) -> None:
    ids = [home(world, body_id) for _each in range(6)]
    scenario_id = _pool(world, body_id, ids)
    browser = client(world, "helper")
    data = {"act": "forget", "id": str(ids[0])}
    assert browser.post(f"/zh/households/{body_id}", data=data).status_code == 302
    assert session().get(HouseholdNeed, ids[0]) is None
    assert mails(world)[-1][1] != "不足 5 户，请补足：夜间看护"
    browser.post(f"/zh/households/{body_id}", data={"act": "forget", "id": str(ids[1])})
    assert mails(world)[-1] == ("helper", "不足 5 户，请补足：夜间看护")
    assert session().get_one(Scenario, scenario_id).volumes == Text()
    assert "现在 4 户。 不足 5 户，不能提交或公开。" in words(browser, f"/zh/scenarios/{scenario_id}")
    assert queries.homes(scenario_id) == 4


def test_what_fell_below_five_is_not_submitted_until_it_is_topped_up(world: World, body_id: int) -> None:
    ids = [home(world, body_id) for _each in range(5)]
    scenario_id = _pool(world, body_id, ids)
    complete(world, scenario_id)
    with unit_of_work():
        services.forget(world.person("helper"), ids[0])
    with pytest.raises(Conflict, match="不足 5 户"):
        submit(world, scenario_id)
    session().rollback()
    assert session().get_one(Scenario, scenario_id).state is State.DRAFT
    more = home(world, body_id, area=Area.OVER_90)
    with unit_of_work():
        services.top_up(world.person("helper"), scenario_id, [more])
    assert "共 5 户家庭。" in session().get_one(Scenario, scenario_id).volumes.zh
    submit(world, scenario_id)
    session().rollback()
    assert session().get_one(Scenario, scenario_id).state is State.SUBMITTED


def _returned(world: World, scenario_id: int) -> Text:
    """The figures that staff have read before they sent the scenario back."""
    complete(world, scenario_id)
    submit(world, scenario_id)
    with unit_of_work():
        scenarios.return_(world.officer, scenario_id, reason="请补充。")
    return session().get_one(Scenario, scenario_id).volumes


def test_from_two_readings_nobody_learns_which_home_came(world: World, body_id: int) -> None:
    scenario_id = _pool(world, body_id, [home(world, body_id) for _each in range(5)])
    read = _returned(world, scenario_id)
    more = [home(world, body_id, area=Area.OVER_90) for _each in range(5)]
    with pytest.raises(Invalid, match="一次至少 5 户"), unit_of_work():
        services.top_up(world.person("helper"), scenario_id, more[:1])
    session().rollback()
    assert session().get_one(Scenario, scenario_id).volumes == read
    with unit_of_work():
        services.top_up(world.person("helper"), scenario_id, more)
    assert "90 m² 以上 5 户" in session().get_one(Scenario, scenario_id).volumes.zh


def test_from_two_readings_nobody_learns_which_home_left(world: World, body_id: int) -> None:
    ids = [home(world, body_id) for _each in range(6)]
    scenario_id = _pool(world, body_id, [*ids, *(home(world, body_id, area=Area.OVER_90) for _each in range(5))])
    assert "90 m² 以上 5 户" in _returned(world, scenario_id).zh
    for left in (10, 9):
        with unit_of_work():
            services.forget(world.person("helper"), ids.pop())
        assert session().get_one(Scenario, scenario_id).volumes.zh == f"共 {left} 户家庭。"


def test_what_fell_below_five_is_not_published_either(world: World, body_id: int) -> None:
    from marketplace.challenges import services as challenges

    ids = [home(world, body_id) for _each in range(5)]
    scenario_id = _pool(world, body_id, ids)
    complete(world, scenario_id)
    submit(world, scenario_id)
    with unit_of_work():
        scenarios.admit(world.officer, scenario_id, reason="同类已论证。")
    with unit_of_work():
        challenge_id = challenges.create(world.officer, scenario_id).id
    with unit_of_work():
        services.forget(world.person("helper"), ids[0])
    with pytest.raises(Conflict, match="不足 5 户"), unit_of_work():
        challenges.publish(world.officer, challenge_id, closes_at=site_clock.now() + timedelta(days=30), few_reason=FEW)


def test_a_pooled_scenario_that_names_somebody_is_not_submitted(world: World, body_id: int) -> None:
    scenario_id = _pool(world, body_id, [home(world, body_id) for _each in range(5)])
    complete(world, scenario_id)
    with unit_of_work():
        scenarios.edit(world.person("helper"), scenario_id, workflow=Text.of("先去政立路 500 弄。"))
    with pytest.raises(Conflict, match="像住址"):
        submit(world, scenario_id)


def test_after_a_year_a_home_is_deleted_by_itself(world: World, body_id: int, clock: time_machine.Coordinates) -> None:
    need_id = home(world, body_id)
    delete_on = session().get_one(HouseholdNeed, need_id).delete_on
    clock.shift(timedelta(days=364))
    assert services.purge_due() == 0
    clock.shift(timedelta(days=1))
    assert site_clock.today() == delete_on
    world.work()
    assert session().query(HouseholdNeed).count() == 0


def test_a_title_that_names_somebody_is_refused(world: World, body_id: int) -> None:
    ids = [home(world, body_id) for _each in range(5)]
    with pytest.raises(Invalid, match="像姓名或称呼"):
        _pool(world, body_id, ids, "王阿姨家的看护")
    assert session().query(OutboxMail).filter(OutboxMail.subject.contains("王阿姨")).count() == 0


def test_the_desk_asks_the_same_number_of_questions_for_one_and_for_thirty(world: World, body_id: int) -> None:
    need_id = home(world, body_id)
    browser = client(world, "helper")
    words(browser, f"/zh/households/{body_id}")
    with counted(world.app) as one:
        words(browser, f"/zh/households/{body_id}")
    copies(HouseholdNeed, need_id, 29)
    with counted(world.app) as thirty:
        words(browser, f"/zh/households/{body_id}")
    assert len(one) == len(thirty) <= 15
