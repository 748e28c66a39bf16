"""The market answers a posting while it is written, one figure is relaxed, and the best vendor's mail leads to a bid half filled in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser
SCRIPT = re.compile(r"/market\.mjs")
TITLE = "医药冷库拆零拣选（二期）"


def _require(owner: Visitor) -> None:
    """Fill in what postings of this task usually ask, see the market respond as one types, and relax one figure."""
    page = owner.page
    late: list[Route] = []
    for key in ("temperature", "error_rate"):
        if key == "error_rate":  # the last page's script comes after somebody has begun to type
            page.route(SCRIPT, lambda route: late.append(route))
        page.select_option("#add", key)
        owner.press(
            page.locator("main button:has(use[href*='#plus'])"), until="commit" if key == "error_rate" else "load"
        )

    def value(key: str) -> Any:
        row = page.locator(f".req-row:has(input[name$='-parameter'][value='{key}'])")
        return row.locator("[name$='-value']")

    market = page.locator("#market")
    value("runtime").fill("5")
    value("temperature").fill("2-8")
    value("error_rate").fill("0.1")
    value("aisle_min").fill("900")
    for script in late:
        script.continue_()
    page.unroute(SCRIPT)
    expect(market).to_contain_text("卡得最紧的一条：最小通道宽度")
    expect(market.locator("strong").first).to_have_text("0")
    expect(market).to_contain_text("0 → 2 款")
    owner.look("the market says what costs most")
    value("aisle_min").fill("1100")
    expect(market.locator("strong").first).to_have_text("2")
    expect(page.locator(".market-bar")).to_contain_text("全部必须项的同类产品：2")  # what a phone holds below the form
    assert "青蓝" not in market.inner_text()  # before publication nobody is named
    owner.go_on()


def _post(owner: Visitor) -> str:
    page = owner.page
    owner.go("/scenarios/new")
    page.fill("[name=title_zh]", TITLE)
    owner.go_on()
    page.select_option("[name=domain]", "logistics")
    page.select_option("[name=task]", "warehouse_handling")
    page.fill("[name=summary_zh]", "2–8 ℃ 冷库内按订单拆零拣选药品，每小时 180 行。")
    page.fill("[name=situation_zh]", "人工每班轮换三次，冬季用工紧。")
    owner.go_on()
    page.fill("[name=workflow_zh]", "接单、取箱、拣选、复核、出库。")
    page.fill("[name=objects_zh]", "药盒与小箱，0.02–3 kg。")
    owner.go_on()
    _require(owner)
    owner.go_on()  # the musts that are figures stand there to be measured
    owner.go_on()
    for name, typed in {"budget_max": "520", "period_months": "12", "quantity": "6"}.items():
        page.fill(f"[name={name}]", typed)
    owner.go_on()
    page.fill("[name=safety_zh]", "人机分区，限速 1 m/s，急停就近。")
    owner.go_on()
    owner.go(re.sub(r".*/(scenarios/\d+)/.*", r"/\1/edit/submit", page.url))
    page.check("[name=unclassified]")
    page.check("[name=truthful]")
    owner.go_on()
    owner.look("the market on the scenario's page")
    return page.url.rsplit("/", 1)[1]


def _publish(officer: Visitor, scenario: str) -> str:
    page = officer.page
    officer.go(f"/staff/scenarios/{scenario}")
    expect(page.locator("#market")).to_contain_text("满足全部必须项的同类产品：")
    page.fill("[name=reason]", "指标明确，同类已论证。")
    officer.press(page.locator("button[value=admit]"))
    officer.press(page.locator("aside form button.btn-primary"))
    if page.locator("[name=few_reason]").count():
        page.fill("[name=few_reason]", "冷库温度和料箱尺寸是现状，不能放宽。")
    officer.press(page.locator("button[value=publish]"))
    return page.url.rsplit("/", 1)[1]


def test_from_a_posting_that_the_market_answers_to_a_bid_that_is_half_filled_in(visit: Any) -> None:
    owner, officer, vendor = visit("zh"), visit("zh"), visit("zh", width=360)
    owner.sign_in("fang@anhe.example")
    officer.sign_in("officer@programme.example")
    vendor.sign_in("han@lanting.example")
    challenge = _publish(officer, _post(owner))

    owner.go(f"/challenges/{challenge}/who-can")
    assert "兰汀 MP3" in owner.page.locator(".fits li").first.inner_text()
    owner.look("who can")
    owner.press(owner.page.locator(".fits li").filter(has_text="青蓝 K5").locator("button"))
    expect(owner.page.locator(".fits li").filter(has_text="青蓝 K5")).to_contain_text("已邀请")

    page = vendor.page
    (subject,) = vendor.letters("han@lanting.example", TITLE)
    assert "MP3 4 条满足 4 条" in subject
    vendor.press(page.locator("main .rows a").filter(has_text=TITLE))
    link = page.locator("main a[href*='/challenges/']").first.get_attribute("href")
    page.goto(str(link))
    expect(page.locator("#h-should")).to_be_visible()
    vendor.look("should I bid")
    vendor.press(page.locator("aside .next button.btn-primary"))
    expect(page.locator("main")).to_contain_text("已选上比对最好的“兰汀 MP3")
    answers = [select.input_value() for select in page.locator("select[name$=-answer]").all()]
    assert answers.count("meets") == 4
