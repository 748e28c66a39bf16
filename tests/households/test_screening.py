"""Free text of households: what says who lives where is found, what does not is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.households.screening import screened
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.kernel.text import Text
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import BudgetKind
from tests.factories.world import World

IDENTIFYING = [
    ("请打 13812345678 联系", "phone", "13812345678"),
    ("电话１３８　１２３４　５６７８", "phone", "138 1234 5678"),
    ("手机 +86 138-1234-5678", "phone", "+86 138-1234-5678"),
    ("座机 021-64321234", "phone", "021-64321234"),
    ("打 6432 1234", "phone", "6432 1234"),
    ("一三八一二三四五六七八", "phone", "一三八一二三四五六七八"),
    ("身份证 310110194901011234", "identity", "310110194901011234"),
    ("号码 31011019490101123X", "identity", "31011019490101123X"),
    ("住在政立路 500 弄", "address", "政立路 500"),
    ("三百弄二号", "address", "三百弄"),
    ("他家在 1203 室", "address", "1203 室"),
    ("12 号楼 3 单元", "address", "12 号楼"),
    ("长海新村 25", "address", "住长海新村 25"),
    ("lives at 500 Zhengli Road", "address", "500 Zhengli Road"),
    ("Room 302", "address", "Room 302"),
    ("王阿姨一个人住", "name", "王阿姨"),
    ("李小明先生摔过", "name", "李小明先生"),
    ("我叫陈建国", "name", "我叫陈建国"),
    ("Mrs Wang cannot see well", "name", "Mrs Wang"),
    ("写信到 a.b@example.com", "contact", "a.b@example.com"),
    ("微信：wang_1949", "contact", "微信:wang_1949"),
]
HARMLESS = [
    "独居老人夜里起身不稳，希望床边有东西扶一把，跌倒能马上叫人。",
    "2 室 1 厅，45 平方米，住了三口人。",
    "每天 7:30 和 19:30 各提醒一次吃药，连续 14 天。",
    "能抱起 20 kg，过 800 mm 的门，预算 3000 元。",
    "每月 5 号领药，要人陪同。",
    "奶奶视力不好，爷爷听力不好，孩子周末才回来。",
    "要能上 3 楼，楼道宽 1.1 米。",
    "She is 82 and needs help at night, twice an hour.",
]


@pytest.mark.parametrize(("text", "kind", "passage"), IDENTIFYING)
def test_what_says_who_lives_where_is_found_and_quoted(text: str, kind: str, passage: str) -> None:
    hits = screened(text)
    assert kind in {h.kind for h in hits}
    found = next(h for h in hits if h.kind == kind)
    assert found.passage in passage or passage in found.passage


@pytest.mark.parametrize("text", HARMLESS)
def test_plain_needs_are_left_alone(text: str) -> None:
    assert [(h.kind, h.passage) for h in screened(text)] == []


def test_every_hit_is_named_at_once() -> None:
    found = {h.kind for h in screened("王阿姨，13812345678，政立路 500 弄 1203 室，a@b.cn")}
    assert found == {"name", "phone", "address", "contact"}


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    for hit in screened(text):
        assert hit.passage


def _posted(world: World, *kinds: str, summary: str) -> int:
    """A complete household draft that is no pool."""
    body = world.organisation("helper", *kinds).id
    helper = world.person("helper")
    said = Text.of("照护", "care")
    with unit_of_work():
        row = scenarios.create(helper, body, title=Text.of("居家看护", "Care at home"))
        scenarios.edit(
            helper, row.id, domain="household", task="other", district="310112", summary=Text.of(summary),
            situation=said, workflow=said, objects=said, safety=said, budget_kind=BudgetKind.FIXED, budget_max=10,
            period_months=6,
        )  # fmt: skip
        scenarios.set_requirements(helper, row.id, [world.requirement("payload", "40")])
        scenarios.set_metrics(helper, row.id, [world.metric("availability", "99")])
        return row.id


def test_a_service_body_submits_no_single_home(world: World) -> None:
    number = _posted(world, "service_body", summary="一户人家要看护。")
    with pytest.raises(Conflict, match="单独一户不能公开"), unit_of_work():
        scenarios.submit(world.person("helper"), number, declared_by="helper")


def test_also_what_is_no_pool_says_of_no_home_who_lives_where(world: World) -> None:
    number = _posted(world, "owner", "service_body", summary="张阿姨，漕溪路12弄3号501室，电话13800138000")
    with pytest.raises(Conflict, match="13800138000|张阿姨"), unit_of_work():
        scenarios.submit(world.person("helper"), number, declared_by="helper")
    with unit_of_work():
        scenarios.edit(world.person("helper"), number, summary=Text.of("独居老人夜里要有人看护。"))
    with unit_of_work():
        assert scenarios.submit(world.person("helper"), number, declared_by="helper").submitted_at is not None
