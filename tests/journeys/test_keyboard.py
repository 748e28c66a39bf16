"""With the keyboard alone: register, post, search, bid, shortlist. Nothing is clicked, nothing is focused by the test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, Visitor

pytestmark = pytest.mark.browser
MOST_TABS = 220
NAME = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return "";
  const labelled = (e.getAttribute("aria-labelledby") || "").split(" ").map(i => document.getElementById(i)?.textContent || "").join(" ");
  const label = e.labels ? [...e.labels].map(l => l.textContent).join(" ") : "";
  return (e.getAttribute("aria-label") || labelled.trim() || label || e.textContent || e.value || "").replace(/\\s+/g, " ").trim();
}"""
VISIBLE = """() => {
  const e = document.activeElement, s = getComputedStyle(e);
  return s.outlineStyle !== "none" || s.boxShadow !== "none" || e.closest("summary, label") !== null;
}"""


@dataclass
class Keyboard:
    """Somebody who uses no mouse."""

    page: Page

    def to(self, name: str, *, kind: str = "") -> None:
        """Press Tab until what is focused bears this name, and is of this kind of element if one is named."""
        wanted = re.compile(name)
        for _tab in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(NAME)
            tag = self.page.evaluate("() => document.activeElement.tagName.toLowerCase()")
            if wanted.search(found) and (not kind or tag == kind):
                assert self.page.evaluate(VISIBLE), f"the focus on {found!r} cannot be seen"
                return
        raise AssertionError(f"{name!r} is not reached by Tab on {self.page.url}")

    def press(self, name: str, *, kind: str = "") -> None:
        """Go to a link or button and press Enter."""
        self.to(name, kind=kind)
        self.enter()

    def enter(self) -> None:
        """Press Enter where it leads to a page, and wait until that page is there."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fill(self, name: str, value: str) -> None:
        """Go to a field and type over what stands there."""
        self.to(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(value)

    def tick(self, name: str) -> None:
        """Go to a box and press Space."""
        self.to(name, kind="input")
        self.page.keyboard.press("Space")

    def choose(self, name: str, value: str) -> None:
        """Go to a list and press the arrow until it stands on ``value``."""
        self.to(name, kind="select")
        for _arrow in range(60):
            if self.page.evaluate("() => document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value!r} is not in the list {name!r}")


def _signed_in(visit: Any, email: str) -> tuple[Visitor, Keyboard]:
    visitor = visit("zh")
    visitor.go("/sign-in")
    keyboard = Keyboard(visitor.page)
    keyboard.fill("^邮箱", email)
    keyboard.fill("^密码", PASSWORD)
    keyboard.enter()
    assert "/sign-in" not in visitor.page.url
    return visitor, keyboard


def test_somebody_registers(visit: Any) -> None:
    visitor = visit("zh")
    visitor.go("/")
    keyboard = Keyboard(visitor.page)
    keyboard.to("跳到正文")
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("() => document.activeElement.id") == "main"
    visitor.go("/register")
    keyboard.fill("^姓名", "键盘示例")
    keyboard.fill("^邮箱", "keyboard@people.example")
    keyboard.fill("^密码", "A-long-Password-2026")
    for box in visitor.page.locator("main input[type=checkbox]").all():
        keyboard.tick(re.escape(box.locator("xpath=..").inner_text().strip()[:6]))
    keyboard.enter()
    expect(visitor.page.locator("main")).to_contain_text("请查收邮件")


def test_an_owner_posts(visit: Any) -> None:
    visitor, keyboard = _signed_in(visit, "xu@qinghe.example")
    visitor.go("/scenarios/new")
    keyboard.fill("^标题", "键盘填写的场景")
    keyboard.choose("^什么任务", "healthcare:medical_assistance")
    keyboard.press("开始填写", kind="button")
    keyboard.fill("^一句话说清楚", "药箱 20 kg。")
    keyboard.fill("^现在怎么做", "护士步行。")
    keyboard.press("^下一步", kind="button")
    keyboard.fill("^作业流程", "装箱，乘梯，签收。")
    keyboard.fill("^作业对象", "药箱。")
    keyboard.press("^下一步", kind="button")
    keyboard.fill("^额定负载$", "20")
    keyboard.press("^下一步", kind="button")
    keyboard.press("^下一步", kind="button")
    assert "/edit/site" in visitor.page.url


def test_a_vendor_searches_and_bids(visit: Any) -> None:
    visitor, keyboard = _signed_in(visit, "tang@weilan.example")
    visitor.go("/challenges")
    keyboard.fill("^搜索$", "转运")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url(re.compile("q="))
    keyboard.tick("^揭榜中$")
    visitor.page.wait_for_url(re.compile("state=open"))
    keyboard.press("药品标本转运", kind="a")
    keyboard.press(
        "开始填写申报书|继续填写", kind="button" if visitor.page.locator("aside .next form").count() else "a"
    )
    keyboard.press("按产品规格预填", kind="button")
    keyboard.press("^下一步", kind="button")
    assert "/edit/offer" in visitor.page.url


def test_an_officer_shortlists(visit: Any) -> None:
    visitor, keyboard = _signed_in(visit, "officer@programme.example")
    visitor.go("/staff/evaluation")
    visitor.page.keyboard.press("Home")
    first = visitor.page.locator("main tbody th a").first
    keyboard.press(re.escape(first.inner_text()), kind="a")
    assert "/shortlist" in visitor.page.url
    page = visitor.page
    for number in range(page.locator("main article").count()):
        article = page.locator("main article").nth(number)
        keyboard.to(re.escape(article.locator("input[type=radio]").first.locator("xpath=..").inner_text().strip()))
        page.keyboard.press("Space")
        keyboard.to("理由", kind="textarea")
        page.keyboard.press("Control+A")
        page.keyboard.type("逐条核对，证据齐全。")
    keyboard.press("预览|下一步", kind="button")
    assert re.search("/release|/shortlist", page.url)
    assert page.locator("main").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_lost_at_twice_the_size_and_in_large_text(visit: Any, language: str) -> None:
    """A desk of 1280 px at 200 % is 640 px wide; WCAG 1.4.10 asks for 320 px."""
    for width, large in ((640, False), (320, False), (360, True)):
        visitor = visit(language, width=width)
        if large:
            cookie = {"name": "text", "value": "large", "url": visitor.address}
            visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
        visitor.sign_in("lin@fuxiao.example")
        for path in ("/", "/challenges", "/challenges?view=table", "/challenges?view=calendar", "/challenges/45", "/products/102",
                     "/desk", "/my/bids", "/programme", "/inbox", "/account/sessions"):  # fmt: skip
            visitor.go(path)
            assert not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"), (width, large, path)
            cut = visitor.page.evaluate(
                """() => [...document.querySelectorAll("main h1, main h2, main h3, main p, main li, main td, main dd, main .btn")]
                    .filter(e => e.offsetParent && !e.closest(".vh, .scroll, details:not([open])"))
                    .filter(e => { const b = e.getBoundingClientRect(); return b.width > 0 && b.right > innerWidth + 1; })
                    .map(e => e.textContent.trim().slice(0, 40))"""
            )
            assert cut == [], (width, large, path)


def test_the_steps_of_a_posting_fit_on_the_narrowest_phone_and_in_large_text(visit: Any) -> None:
    for width, large in ((320, False), (360, True)):
        visitor = visit("zh", width=width)
        if large:
            cookie = {"name": "text", "value": "large", "url": visitor.address}
            visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
        visitor.sign_in("lu@yunque.example")
        visitor.go("/scenarios/74/edit/requirements")
        assert visitor.page.locator("nav > .steps li").count() == 9
        assert not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"), (width, large)
