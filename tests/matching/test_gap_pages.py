"""The gap map: public figures of published challenges and listed products, and a research topic from one gap."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import event, func, select

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Evidence, Product
from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.kernel import clock
from marketplace.kernel.db import db, session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, NotFound
from marketplace.kernel.text import Text
from marketplace.matching import gapmap, topics
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Kind, Level, Scenario
from marketplace.scenarios.states import State
from marketplace.vocabulary.parameters import parameters, parse
from tests.factories.at_once import at_once
from tests.factories.stages import client, words
from tests.factories.world import FEW, World

pytestmark = pytest.mark.db
PAYLOAD = "healthcare|medical_assistance|payload|>=|"


def _offer(world: World, **typed: str) -> int:
    """A listed product of the vendor in the challenge's domain."""
    row = world.product()
    _specify(world, row.id, **typed)
    return row.id


def _specify(world: World, product_id: int, **typed: str) -> None:
    with unit_of_work():
        catalogue.set_specifications(
            world.vendor,
            product_id,
            [
                catalogue.SpecificationData(
                    parameter=k, value=parse(parameters()[k], v), condition=Text(), evidence=Evidence.CLAIMED
                )
                for k, v in typed.items()
            ],
        )


def _asking(world: World, *, payload: str, title: str = "药品标本转运") -> Challenge:
    """A published challenge that asks for a payload and for rides in lifts."""
    scenario_id = world.draft(title).id
    with unit_of_work():
        lines = [world.requirement("payload", payload), world.requirement("lift_ride", "yes")]
        scenarios.set_requirements(world.owner, scenario_id, lines)
        scenarios.submit(world.owner, scenario_id, declared_by="owner")
    with unit_of_work():
        scenarios.admit(world.officer, scenario_id, reason="同类已论证。")
    with unit_of_work():
        challenge_id = challenges.create(world.officer, scenario_id).id
    with unit_of_work():
        challenges.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=30), few_reason=FEW)
    return session().get_one(Challenge, challenge_id)


@pytest.fixture
def office(world: World) -> int:
    """The programme office as an organisation, of which the officer is an editor."""
    row = world.organisation("clerk", "owner", name="示例项目办公室")
    world.join("officer", row, MemberRole.EDITOR)
    return row.id


def test_a_gap_is_told_with_its_figures_and_goes_when_a_product_meets_it(world: World) -> None:
    _asking(world, payload="120", title="重药箱")
    _asking(world, payload="100", title="轻药箱")
    product_id = _offer(world, payload="95", lift_ride="yes")
    gap = gapmap.current().by_key[PAYLOAD]
    assert (gap.needs, gap.stated, gap.meeting, gap.strictest.value.typed) == (2, 1, 0, "120")
    assert gap.best is not None
    assert (gap.best.value.typed, gapmap.unmet_needs(gap), gapmap.distances(gap)) == ("95", 2, (5, 25))
    page = words(client(world), "/zh/gaps")
    assert "差 5–25 kg" in page
    assert "short by 5–25 kg" in words(client(world), "/en/gaps")
    _specify(world, product_id, payload="110", lift_ride="yes")
    assert gapmap.distances(gapmap.current().by_key[PAYLOAD]) == (10, 10)
    _specify(world, product_id, payload="150", lift_ride="yes")
    gap = gapmap.current().by_key[PAYLOAD]
    assert (gap.meeting, gap.unmet) == (1, ())
    page = words(client(world), "/zh/gaps")
    assert "每条要求都有产品满足" in page
    assert "额定负载" not in page
    assert "都有产品满足" in words(client(world), "/zh/gaps?all=1")


def test_the_map_is_kept_until_the_market_changes(world: World) -> None:
    _asking(world, payload="120")
    first = gapmap.current()
    assert gapmap.current() is first
    _offer(world, payload="95")
    assert gapmap.current() is not first


def test_neither_vendors_nor_drafts_nor_unlisted_products_are_in_it(world: World) -> None:
    _asking(world, payload="120")
    product_id = _offer(world, payload="95")
    world.submitted("机密小车", summary=Text.of("还没有发布的场景。"))
    hidden = world.product(listed=False)
    _specify(world, hidden.id, payload="4321")
    vendor = session().get_one(Organisation, world.vendor_id).name
    owner = session().get_one(Organisation, world.owner_id).name
    name = session().get_one(Product, product_id).name
    for path in ("/zh/gaps?all=1", "/en/gaps?all=1"):
        page = client(world).get(path).text
        for private in (vendor.zh, vendor.en, owner.zh, name.zh, name.en, "机密小车", "4321"):
            assert private not in page
    assert gapmap.current().needs == 1


def test_a_filter_shows_its_domain_and_group_and_unknown_ones_mean_all(world: World) -> None:
    _asking(world, payload="120")
    group = parameters()["payload"].group
    browser = client(world)
    assert "额定负载" in words(browser, f"/zh/gaps?domain=healthcare&group={group}")
    assert "这里没有缺口" in words(browser, "/zh/gaps?domain=logistics")
    assert "额定负载" in words(browser, "/zh/gaps?domain=nonsense&group=%27")


def test_without_challenges_the_page_says_what_will_stand_there(world: World) -> None:
    assert "还没有发布的榜题" in words(client(world), "/zh/gaps")
    assert "No challenge has been published yet" in words(client(world), "/en/gaps")


def test_the_programme_page_counts_the_gaps_of_each_domain(world: World) -> None:
    assert "在册产品满足" not in words(client(world), "/zh/programme")
    _asking(world, payload="120")
    _offer(world, payload="95", lift_ride="yes")
    page = words(client(world), "/zh/programme")
    assert "1 项已发布的榜题提出的要求里，有 1 条还没有在册产品满足" in page
    assert 'href="/zh/gaps?domain=healthcare#list"' in client(world).get("/zh/programme").text


def test_the_workbook_says_the_same_and_holds_no_formula(world: World) -> None:
    _asking(world, payload="120")
    _offer(world, payload="95", lift_ride="yes")
    answer = client(world).get("/en/gaps.xlsx?domain=healthcare")
    assert answer.status_code == 200
    rows = _rows(answer.data)
    assert len(rows) == 2
    found = dict(zip(rows[0], rows[1], strict=True))
    assert (found["Challenges"], found["Products that state it"]) == (1, 1)
    assert (found["Smallest gap"], found["Largest gap"], found["Unit of the gap"]) == (25, 25, "kg")
    assert found["Strictest"].split() == ["≥", "120", "kg"]
    assert "<f>" not in ZipFile(BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()
    # The lift that the product rides as well.
    assert len(_rows(client(world).get("/en/gaps.xlsx?all=1").data)) == 3


def _rows(data: bytes) -> list[list[Any]]:
    """The heads and the rows of a workbook's table."""
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
    return sheet.to_python()[3:]


def test_the_page_asks_as_often_for_many_challenges_as_for_one(world: World, app: Flask) -> None:
    _asking(world, payload="120")
    client(world).get("/zh/gaps")
    first = _queries(world)
    for number in range(4):
        _asking(world, payload=str(121 + number), title=f"第{number}项")
    client(world).get("/zh/gaps")
    assert _queries(world) == first
    assert first <= 15


def _queries(world: World) -> int:
    browser, count = client(world), 0

    def counted(*_arguments: object) -> None:
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", counted)
    try:
        assert browser.get("/zh/gaps").status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", counted)
    return count


def test_one_act_drafts_a_topic_with_the_figures_of_its_gap(world: World, office: int) -> None:
    _asking(world, payload="120", title="重药箱")
    _asking(world, payload="100", title="轻药箱")
    _offer(world, payload="95")
    officer = client(world, "officer")
    page = officer.get("/zh/gaps").text
    assert f'value="{PAYLOAD.replace(">", "&gt;")}"' in page
    answer = officer.post("/zh/staff/gaps/topic", data={"gap": PAYLOAD})
    assert answer.status_code == 302
    row = session().scalars(select(Scenario).where(Scenario.owner_id == office)).one()
    assert answer.location.endswith(f"/zh/scenarios/{row.id}")
    assert (row.state, row.kind, row.domain, row.task) == (State.DRAFT, Kind.RND, "healthcare", "medical_assistance")
    assert [(r.parameter, r.op, r.value.typed, r.level) for r in row.requirements] == [
        ("payload", ">=", "120", Level.MUST)
    ]
    assert row.title.zh == "关键技术攻关：额定负载 ≥\N{NO-BREAK SPACE}120\N{NO-BREAK SPACE}kg"
    assert row.title.en.startswith("Key technology research: ")
    for said in (
        "2 项已发布的榜题",
        "1 款写明",
        "现有最好的是 95\N{NO-BREAK SPACE}kg",
        "差 5–25\N{NO-BREAK SPACE}kg",
        "2026-03-",
    ):
        assert said in row.situation.zh
    assert "short by 5–25\N{NO-BREAK SPACE}kg" in row.situation.en
    draft = officer.get(answer.location)
    assert draft.status_code == 200
    assert "攻关课题已拟成草稿" in draft.text
    assert {gap.field for gap in scenarios.gaps(row)} >= {"workflow", "objects", "safety"}


def test_a_topic_needs_an_officer_with_an_organisation_that_owns_scenarios(world: World) -> None:
    _asking(world, payload="120")
    officer = client(world, "officer")
    assert "登记项目办公室" in words(officer, "/zh/gaps")
    assert officer.post("/zh/staff/gaps/topic", data={"gap": PAYLOAD}).status_code == 409
    with pytest.raises(Forbidden), unit_of_work():
        topics.draft(world.owner, PAYLOAD)
    assert client(world, "owner").post("/zh/staff/gaps/topic", data={"gap": PAYLOAD}).status_code == 404
    assert "立题" not in words(client(world), "/zh/gaps")
    vendor_only = world.organisation("seller", "vendor")
    world.join("officer", vendor_only, MemberRole.EDITOR)
    with pytest.raises(Conflict), unit_of_work():
        topics.draft(world.officer, PAYLOAD)
    looking = world.organisation("chief", "owner")
    world.join("officer", looking, MemberRole.VIEWER)
    with pytest.raises(Conflict), unit_of_work():
        topics.draft(world.officer, PAYLOAD)
    assert session().scalar(select(func.count()).select_from(Scenario).where(Scenario.kind == Kind.RND)) == 0


def test_no_topic_from_what_is_no_gap(world: World, office: int) -> None:
    _asking(world, payload="120")
    product_id = _offer(world, payload="95")
    for key in ("", "nonsense", PAYLOAD.replace("payload", "reach")):
        with pytest.raises(NotFound), unit_of_work():
            topics.draft(world.officer, key)
    _specify(world, product_id, payload="130")
    with pytest.raises(Conflict), unit_of_work():
        topics.draft(world.officer, PAYLOAD)


def test_the_officer_says_whose_topic_it_is_where_there_are_several(world: World, office: int) -> None:
    _asking(world, payload="120")
    second = world.organisation("chief", "owner").id
    world.join("officer", session().get_one(Organisation, second), MemberRole.EDITOR)
    officer = client(world, "officer")
    assert "攻关课题记在哪个单位名下" in words(officer, "/zh/gaps")
    answer = officer.post("/zh/staff/gaps/topic", data={"gap": PAYLOAD, "owner": str(second)})
    assert answer.status_code == 302
    assert session().scalars(select(Scenario.owner_id).where(Scenario.kind == Kind.RND)).all() == [second]
    assert officer.post("/zh/staff/gaps/topic", data={"gap": PAYLOAD, "owner": str(world.owner_id)}).status_code == 409


def test_a_second_click_leads_to_the_topic_that_there_is(world: World, office: int) -> None:
    _asking(world, payload="120")
    _offer(world, payload="95")
    officer = client(world, "officer")
    first = officer.post("/zh/staff/gaps/topic", data={"gap": PAYLOAD})
    row = session().scalars(select(Scenario).where(Scenario.owner_id == office)).one()
    with unit_of_work():
        scenarios.edit(world.officer, row.id, title=Text.of("重载攻关"))
        scenarios.set_requirements(world.officer, row.id, [world.requirement("payload", "150")])
    _asking(world, payload="140", title="更重的药箱")
    again = officer.post("/zh/staff/gaps/topic", data={"gap": PAYLOAD})
    assert again.location == first.location
    assert "这项缺口已经立过课题" in officer.get(again.location).text
    session().expire_all()
    assert (row.title.zh, [r.value.typed for r in row.requirements]) == ("重载攻关", ["150"])
    with unit_of_work():
        scenarios.withdraw(world.officer, row.id)
    anew = officer.post("/zh/staff/gaps/topic", data={"gap": PAYLOAD})
    assert anew.location != first.location
    assert officer.post("/zh/staff/gaps/topic", data={"gap": PAYLOAD}).location == anew.location
    assert session().scalar(select(func.count()).where(Scenario.kind == Kind.RND)) == 2


def test_two_clicks_at_once_draft_one_topic(world: World, office: int) -> None:
    _asking(world, payload="120")
    officer, found = world.officer, list[tuple[int, bool]]()

    def act() -> None:
        row, is_new = topics.draft(officer, PAYLOAD)
        found.append((row.id, is_new))

    assert at_once(world, act, act, act) == ["ok"] * 3
    assert len({row_id for row_id, _new in found}) == 1
    assert sorted(is_new for _id, is_new in found) == [False, False, True]
