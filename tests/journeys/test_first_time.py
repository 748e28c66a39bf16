"""A first-time user's walk, with a person's steps only: what is visible, labels and buttons; every step is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser
MOST = 25


@dataclass
class Person:
    """Somebody who fills one field or uses one control at a time."""

    visitor: Visitor
    steps: list[str] = field(default_factory=list)

    def _did(self, what: str) -> None:
        self.steps.append(what)

    def press(self, words: str, *, within: str = "body") -> None:
        """Use a visible link or button that bears these words."""
        place = self.visitor.page.locator(within)
        found = place.get_by_role("button", name=words).or_(place.get_by_role("link", name=words))
        target = found.locator("visible=true").first
        self.visitor.press(target)
        self._did(f"press {words}")

    def fill(self, label: str, value: str) -> None:
        """Fill the visible field with this label."""
        field_ = self._field(label)
        field_.fill(value)
        self._did(f"fill {label}")

    def choose(self, label: str, option: str) -> None:
        """Choose in the visible list with this label."""
        self._field(label).select_option(label=option)
        self._did(f"choose {label}")

    def tick(self, label: str) -> None:
        """Tick the visible box with this label."""
        self._field(label).check()
        self._did(f"tick {label}")

    def _field(self, label: str) -> Locator:
        place = self.visitor.page.locator("main")
        named = place.get_by_label(re.compile(label)).and_(place.locator("input, select, textarea"))
        return named.locator("visible=true").first


def test_from_the_home_page_to_a_submitted_scenario(visit: Any) -> None:
    visitor = visit("zh")
    visitor.sign_in("xu@qinghe.example")
    visitor.go("/")
    person = Person(visitor)
    person.press("我有场景")
    person.fill("^标题", "急诊夜间耗材补送")
    person.choose("^什么任务", "辅助医疗")
    person.press("开始填写", within="main")
    person.fill("^一句话说清楚", "耗材箱 20 kg，夜间每小时 6 趟，自己乘梯。")
    person.fill("^现在怎么做", "夜班护士下楼取，来回 15 分钟，离开抢救室。")
    person.press("下一步")
    person.fill("^作业流程", "库房装箱，乘梯到急诊，护士刷卡取走。")
    person.fill("^作业对象", "耗材箱 600×400×300 mm，20 kg，塑料。")
    person.press("下一步")
    person.fill("^额定负载$", "20")
    person.press("下一步")
    assert person._field("^额定负载$").input_value() == "20"  # the must is to be measured
    person.press("下一步")
    person.press("下一步")
    person.fill(r"^预算\s*(（可不填）)?$", "90")
    person.fill("^交付期", "6")
    person.press("下一步")
    person.fill("^安全与伦理自评", "走廊有病人和家属；限速 0.8 m/s，靠近即停，按钮可急停。")
    person.press("下一步")
    person.press("下一步")
    person.tick("不含国家秘密")
    person.tick("^需求真实")
    person.press("提交给项目办公室")
    expect(visitor.page.locator("main")).to_contain_text("初审中")
    assert len(person.steps) < MOST, person.steps


def _link_in_mail(visitor: Visitor, to: str, title: str) -> str:
    """The address behind the button of the newest mail about ``title``."""
    for number in range(1, 40):
        visitor.go(f"/mailbox?to={to}&page={number}")
        about = visitor.page.locator("main .rows a").filter(has_text=title)
        if about.count():
            visitor.press(about.first)
            frame = visitor.page.frame_locator("iframe") if visitor.page.locator("iframe").count() else None
            place: Any = frame or visitor.page.locator("main")
            link = place.locator("a[href*='/challenges/']").first
            return str(link.get_attribute("href"))
    raise AssertionError("no mail came")


def test_from_a_mail_s_link_to_a_submitted_bid(visit: Any) -> None:
    visitor = visit("zh")
    visitor.sign_in("lin@fuxiao.example")
    address = _link_in_mail(visitor, "lin@fuxiao.example", "药品标本转运")
    person = Person(visitor)
    visitor.page.goto(visitor.address + urlsplit(address).path)  # the demo was made at another port
    person._did("the mail's link")
    person.press("开始填写申报书", within="aside")
    person.press("按产品规格预填空着的")
    page = visitor.page
    for answer in page.locator("select[name$=-answer]").all():
        if not answer.input_value():
            answer.select_option(label="无法确定")
            person._did("choose an answer")
            answer.locator("xpath=ancestor::tr").locator("[name$=-note]").fill("样机测试中，两周内补报告。")
            person._did("say why")
        elif answer.input_value() == "deviates":
            answer.locator("xpath=ancestor::tr").locator("[name$=-note]").fill("可按现场改装。")
            person._did("say why")
    person.press("下一步")
    row = page.locator(".choice-row").filter(has=page.locator("[name=product]:checked"))  # the best match stands there
    row.get_by_label("数量").fill("4")
    person._did("fill the number")
    row.get_by_label("单价").fill("180000")
    person._did("fill the price")
    person.fill("^项目总投资", "900000")
    person.press("下一步")
    person.fill("^技术方案|方案", "两阶段部署：先一个病区，再全院。")
    person.fill("^安全", "急停、限速、靠近即停。")
    person.fill("^进度|^实施进度", "三个月上线，六个月验收。")
    person.press("下一步")
    person.press("下一步")
    for label in ("国家秘密|涉密", "真实", "没有股权"):
        person.tick(label)
    person.press("下一步")
    person.press("提交第")
    expect(page.locator("main")).to_contain_text("已提交")
    assert len(person.steps) < MOST, person.steps
