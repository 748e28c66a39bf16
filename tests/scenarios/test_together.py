"""初审 of several at once: a preview that changes nothing, then all of them or none, each owner with a mail of its own."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel import clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Forbidden
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.scenarios import services
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State
from tests.factories.world import World

TOGETHER = "/zh/staff/scenarios/together"


def _states(ids: list[int]) -> list[State]:
    session().rollback()
    return [session().get_one(Scenario, n).state for n in ids]


def _submitted(world: World, count: int = 2, **changes: object) -> list[int]:
    return [world.submitted(f"转运场景 {n}", **changes).id for n in range(count)]


def _preview(world: World, act: str, ids: list[int], who: str = "officer") -> TestResponse:
    return world.client(who).post(TOGETHER, data={"act": act, "id": ids})


def _since(page: TestResponse) -> dict[str, str]:
    return dict(re.findall(r'name="(since-\d+)" value="([^"]+)"', page.text))


def _confirm(world: World, act: str, ids: list[int], page: TestResponse, **reasons: str) -> TestResponse:
    data = {"act": act, "id": ids, "confirmed": "1", **_since(page), **reasons}
    return world.client("officer").post(TOGETHER, data=data)


@pytest.mark.db
def test_several_are_admitted_with_one_reason_after_a_preview_that_changes_nothing(world: World) -> None:
    ids = _submitted(world)
    page = _preview(world, "admit", ids)
    assert page.status_code == 200
    assert "通过 2 件并发信" in page.text
    assert "您的场景通过初审，已入库" in page.text  # the mail, before anything is decided
    assert _states(ids) == [State.SUBMITTED] * 2
    answer = _confirm(world, "admit", ids, page, reason="同类场景去年已论证。")
    assert (answer.status_code, answer.location) == (302, "/zh/staff/scenarios")
    assert _states(ids) == [State.ADMITTED] * 2
    world.work()
    told = select(OutboxMail.subject).where(OutboxMail.subject.like("场景已入库%"))
    assert sorted(session().scalars(told)) == ["场景已入库：转运场景 0", "场景已入库：转运场景 1"]


@pytest.mark.db
def test_what_is_returned_together_is_returned_each_with_its_own_words(world: World) -> None:
    ids = _submitted(world)
    page = _preview(world, "return", ids)
    first = {f"reason-{ids[0]}": "请写明负载。"}
    refused = _confirm(world, "return", ids, page, **first)
    assert refused.status_code == 422
    assert "请写明要改什么，一次写全。" in refused.text
    assert "请写明负载。" in refused.text  # nothing typed is lost
    assert _states(ids) == [State.SUBMITTED] * 2
    _confirm(world, "return", ids, page, **first, **{f"reason-{ids[1]}": "请写明通道宽度。"})
    assert _states(ids) == [State.RETURNED] * 2
    reasons = select(Scenario.state_reason).where(Scenario.id.in_(ids)).order_by(Scenario.id)
    assert list(session().scalars(reasons)) == ["请写明负载。", "请写明通道宽度。"]


def test_no_reason_admits_nobody(world: World) -> None:
    ids = _submitted(world)
    answer = _confirm(world, "admit", ids, _preview(world, "admit", ids), reason=" ")
    assert answer.status_code == 422
    assert _states(ids) == [State.SUBMITTED] * 2


@pytest.mark.db
def test_one_that_changed_since_the_preview_lets_none_pass_and_is_shown_anew(world: World) -> None:
    ids = _submitted(world)
    page = _preview(world, "admit", ids)
    with unit_of_work():
        services.withdraw(world.owner, ids[0])
    answer = _confirm(world, "admit", ids, page, reason="同类场景去年已论证。")
    assert answer.status_code == 409
    assert "同类场景去年已论证。" in answer.text
    assert _states(ids) == [State.WITHDRAWN, State.SUBMITTED]


def test_one_sent_anew_since_the_preview_is_not_what_was_previewed(world: World) -> None:
    ids = _submitted(world, 1)
    page = _preview(world, "admit", ids)
    with unit_of_work():
        session().get_one(Scenario, ids[0]).with_staff_at = clock.now().replace(year=2027)
    assert _confirm(world, "admit", ids, page, reason="同类场景去年已论证。").status_code == 409
    assert _states(ids) == [State.SUBMITTED]


def test_words_to_be_looked_at_and_the_own_house_are_left_for_single_decisions(world: World) -> None:
    [plain, secret] = [world.submitted("普通转运").id, world.submitted("军工转运").id]
    page = _preview(world, "admit", [plain, secret])
    assert "通过 1 件并发信" in page.text
    assert "出现了需要核对的词：军工。请单独打开办理。" in page.text
    assert f'name="since-{secret}"' not in page.text
    answer = _confirm(world, "admit", [plain, secret], page, reason="已论证。")
    assert answer.status_code == 409
    assert _states([plain, secret]) == [State.SUBMITTED] * 2
    world.join("officer", session().get_one(Organisation, world.owner_id), MemberRole.EDITOR)
    own = _preview(world, "return", [plain])
    assert "是您所在单位的，请另一位同事来办。" in own.text
    assert "勾选的都不能一起办" in own.text


def test_the_service_refuses_whoever_may_not_check(world: World) -> None:
    ids = _submitted(world, 1)
    since = session().get_one(Scenario, ids[0]).with_staff_at
    with pytest.raises(Forbidden), unit_of_work():
        services.check_many(world.owner, "admit", {ids[0]: services.Checking("自己过。", since)})
    assert _states(ids) == [State.SUBMITTED]


def test_nothing_ticked_is_said_and_an_unknown_act_is_no_page(world: World) -> None:
    assert _preview(world, "admit", []).location == "/zh/staff/scenarios"
    assert _preview(world, "reject", _submitted(world, 1)).status_code == 404


@pytest.mark.parametrize("number", ["9" * 40, "9223372036854775808", "-1", "١", "x", ""])
def test_what_is_no_number_is_nothing_ticked(world: World, number: str) -> None:
    answer = world.client("officer").post(TOGETHER, data={"act": "admit", "id": number})
    assert (answer.status_code, answer.location) == (302, "/zh/staff/scenarios")


def test_a_queue_is_searched_and_sorted(world: World) -> None:
    for name in ("夜间盘点", "白天搬运"):
        world.submitted(name)
    browser = world.client("officer")
    found = browser.get("/zh/staff/scenarios?q=盘点").text
    assert "夜间盘点" in found
    assert "白天搬运" not in found
    assert "场景初审，1 件" in found
    assert "看全部 2 件" in found
    assert "没有找到“没有的词”" in browser.get("/zh/staff/scenarios?q=没有的词").text
    by_name = browser.get("/zh/staff/scenarios?sort=name").text
    assert by_name.index("夜间盘点") < by_name.index("白天搬运")  # 夜 (U+591C) stands before 白 (U+767D)
