"""The small scripts in a real browser, and the same pages whole without them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser
DRAFT = "/my/scenarios"


def _mark(page: Page) -> None:
    page.evaluate("() => { window.here = 1; }")


def _cut(visitor: Any, address: str, when: Callable[[Request], bool]) -> None:
    """Lose the connection for some requests."""
    visitor.expected.append("net::ERR_FAILED")
    visitor.page.route(address, lambda route: route.abort() if when(route.request) else route.continue_())


def _same_page(page: Page) -> bool:
    return bool(page.evaluate("() => window.here === 1"))


def test_facets_change_the_list_without_a_reload_and_back_brings_the_list_back(visit: Any) -> None:
    visitor = visit("zh")
    visitor.go("/challenges")
    page = visitor.page
    before = page.locator("#r").inner_text()
    _mark(page)
    page.get_by_label("物流装配", exact=True).check()
    page.wait_for_url(re.compile("domain=logistics"))
    expect(page.locator("#r")).not_to_have_text(before)
    narrowed = page.locator("#r").inner_text()
    expect(page.locator("#said")).to_have_text(narrowed)
    assert _same_page(page)
    assert page.evaluate("() => document.activeElement.value") == "logistics"  # the focus stays where it was
    page.locator(".chip").first.click()
    expect(page.locator("#r")).to_have_text(before)
    page.go_back()
    expect(page.locator("#r")).to_have_text(narrowed)
    assert page.get_by_label("物流装配", exact=True).is_checked()
    page.go_back()
    expect(page.locator("#r")).to_have_text(before)
    assert not page.get_by_label("物流装配", exact=True).is_checked()
    assert _same_page(page)


def test_words_narrow_the_list_as_one_types_and_a_broken_answer_loads_the_page_as_the_form_would(visit: Any) -> None:
    visitor = visit("zh")
    visitor.go("/challenges")
    page = visitor.page
    before = page.locator("#r").inner_text()
    page.locator("#q").press_sequentially("转运", delay=30)
    expect(page.locator("#r")).not_to_have_text(before)
    assert "q=" in page.url
    page.keyboard.press("Escape")  # the suggestions lie over the facets
    _mark(page)
    _cut(visitor, "**/challenges?*", lambda r: r.resource_type == "fetch")
    page.get_by_label("揭榜中", exact=True).check()
    page.wait_for_function("() => window.here !== 1")  # the form's own way brought another page
    assert "state=open" in page.url


def test_suggestions_are_a_combobox_for_keys_and_screen_readers(visit: Any) -> None:
    visitor = visit("zh")
    visitor.go("/")
    page = visitor.page
    box = page.get_by_role("combobox", name="搜索榜题")
    box.press_sequentially("转运", delay=30)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    assert box.get_attribute("aria-expanded") == "true"
    expect(page.locator("#said")).not_to_be_empty()
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("End")
    assert options.last.get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "转运"
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    address = options.first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: str(address).split("?")[0] in url)


def _draft(visitor: Any) -> Page:
    """A fresh draft's first step."""
    visitor.sign_in("xu@qinghe.example")
    visitor.go("/scenarios/new")
    visitor.page.fill("[name=title_zh]", "断线也不丢的场景")
    visitor.go_on()
    return visitor.page


def test_what_could_not_be_saved_waits_on_the_device_and_is_offered_at_the_next_visit(visit: Any) -> None:
    visitor = visit("zh")
    page = _draft(visitor)
    page.fill("[name=summary_zh]", "先存下的一句话。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    _cut(visitor, "**/edit/task", lambda r: r.method == "POST")
    page.fill("[name=summary_zh]", "断线时写的一句话。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "lost")
    expect(page.locator("#saved")).to_contain_text("连接断了")
    page.on("dialog", lambda d: d.accept())
    page.reload()
    offered = page.get_by_role("region", name="上次有内容没有保存")
    expect(offered).to_contain_text("断线时写的一句话。")
    expect(offered).to_contain_text("先存下的一句话。")
    assert page.input_value("[name=summary_zh]") == "先存下的一句话。"
    page.unroute("**/edit/task")
    offered.get_by_role("button", name="填回去").click()
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    page.reload()
    assert page.input_value("[name=summary_zh]") == "断线时写的一句话。"
    assert page.get_by_role("region", name="上次有内容没有保存").count() == 0


def test_somebody_else_s_save_in_between_is_told_and_nothing_is_lost(visit: Any) -> None:
    first = visit("zh")
    page = _draft(first)
    second = visit("zh")
    second.sign_in("xu@qinghe.example")
    second.page.goto(page.url)
    second.page.fill("[name=summary_zh]", "同事写的。")
    expect(second.page.locator("#saved")).to_have_attribute("data-state", "saved")
    page.fill("[name=summary_zh]", "我写的。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "conflict")
    first.press(page.get_by_role("button", name="对照两个版本"))
    expect(page.locator("main")).to_contain_text("同事写的。")
    assert page.input_value("[name=summary_zh]") == "我写的。"


def _lose_answers(visitor: Any) -> list[int]:
    """The site saves, but nothing that it answers arrives; the list tells what it answered."""
    answered: list[int] = []

    def lose(route: Route) -> None:
        if "x-autosave" not in route.request.headers:
            route.continue_()
            return
        answered.append(route.fetch().status)
        route.abort()

    visitor.expected.append("net::ERR_FAILED")
    visitor.page.route("**/edit/task", lose)
    return answered


def test_a_saving_whose_answer_was_lost_is_not_taken_for_somebody_else_s(visit: Any) -> None:
    visitor = visit("zh")
    page = _draft(visitor)
    answered = _lose_answers(visitor)
    page.fill("[name=summary_zh]", "存上了，回话丢了。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "lost")
    assert answered[0] == 200
    page.unroute("**/edit/task")
    page.fill("[name=summary_zh]", "接着又写了一句。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    page.reload()
    assert page.input_value("[name=summary_zh]") == "接着又写了一句。"


def test_a_lost_answer_hides_nobody_else_s_saving(visit: Any) -> None:
    visitor = visit("zh")
    page = _draft(visitor)
    _lose_answers(visitor)
    page.fill("[name=summary_zh]", "存上了，回话丢了。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "lost")
    second = visit("zh")
    second.sign_in("xu@qinghe.example")
    second.page.goto(page.url)
    second.page.fill("[name=summary_zh]", "同事接着改了。")
    expect(second.page.locator("#saved")).to_have_attribute("data-state", "saved")
    page.unroute("**/edit/task")
    expect(page.locator("#saved")).to_have_attribute("data-state", "conflict")
    assert page.input_value("[name=summary_zh]") == "存上了，回话丢了。"


def test_next_waits_for_the_saving_that_is_on_its_way(visit: Any) -> None:
    visitor = visit("zh")
    page = _draft(visitor)
    held: list[Route] = []
    page.route("**/edit/task", lambda r: held.append(r) if "x-autosave" in r.request.headers else r.continue_())
    page.fill("[name=summary_zh]", "存到一半就点了下一步。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saving")
    answer = held[0].fetch()  # the site has saved, but its answer, and with it the new revision, is still on its way
    page.get_by_role("button", name="下一步").click(no_wait_after=True)
    held[0].fulfill(response=answer)
    page.wait_for_url(re.compile("/edit/work"))


def test_signing_out_leaves_nothing_typed_on_the_device(visit: Any) -> None:
    visitor = visit("zh")
    page = _draft(visitor)
    _cut(visitor, "**/edit/task", lambda r: r.method == "POST")
    page.fill("[name=summary_zh]", "别人不该看到的一句话。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "lost")
    assert page.evaluate("() => Object.keys(localStorage).filter(k => k.startsWith('draft:')).length") == 1
    page.on("dialog", lambda d: d.accept())
    page.locator("details.drop.w-lg summary").click()
    visitor.press(page.get_by_role("button", name="退出").locator("visible=true"))
    assert page.evaluate("() => Object.keys(localStorage).filter(k => k.startsWith('draft:')).length") == 0


def test_a_bid_s_words_stay_in_the_tab_and_a_file_is_checked_before_it_is_sent(visit: Any) -> None:
    visitor = visit("zh")
    visitor.sign_in("lin@fuxiao.example")
    visitor.go("/my/bids")
    page = visitor.page
    row = page.locator("main li, main tr, main article").filter(has_text="草稿").first
    number = (row.locator("a").first.get_attribute("href") or "").split("/")[3]
    visitor.go(f"/bids/{number}/edit/solution")
    _cut(visitor, "**/edit/solution", lambda r: r.method == "POST")
    page.locator("main textarea").first.fill("密封的内容。")
    expect(page.locator("#saved")).to_have_attribute("data-state", "lost")
    assert page.evaluate("() => Object.keys(localStorage).filter(k => k.startsWith('draft:')).length") == 0
    assert page.evaluate("() => Object.keys(sessionStorage).filter(k => k.startsWith('draft:')).length") == 1
    page.on("dialog", lambda d: d.accept())
    page.unroute("**/edit/solution")
    visitor.go(f"/bids/{number}/edit/files")
    page.set_input_files("[name=file]", {"name": "工具.exe", "mimeType": "application/pdf", "buffer": b"MZ"})
    page.locator("main form[data-upload] button").click()
    expect(page.locator(".up-err")).to_contain_text("工具.exe")
    page.set_input_files(
        "[name=file]",
        [{"name": f"图{n}.png", "mimeType": "image/png", "buffer": PNG} for n in (1, 2)],
    )
    page.locator("main form[data-upload] button").first.click()
    expect(page.locator("main .filelist, main ul").first).to_contain_text("图2.png", timeout=15000)
    expect(page.locator("main")).to_contain_text("图1.png")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_an_order_is_changed_with_buttons_and_told(visit: Any) -> None:
    visitor = visit("zh")
    visitor.sign_in("hu@tuijian.example")
    page = visitor.page
    visitor.go("/desk")
    links = page.locator("main a[href*='/recommending/']").evaluate_all("found => found.map(link => link.pathname)")
    items = page.locator("[data-ranking] > li")
    for path in links:
        visitor.go(path.removeprefix("/zh"))
        if items.count() > 1:
            break
    assert items.count() > 1, "the demo has no list to put in order"
    second = items.nth(1).locator("span").first.inner_text().strip()
    items.nth(1).get_by_role("button", name="上移").focus()
    page.keyboard.press("Enter")
    assert items.nth(0).locator("span").first.inner_text().strip() == second
    expect(page.locator("#said")).to_contain_text(second)
    assert items.nth(0).locator("input").first.input_value() == "1"


def test_a_number_is_copied_and_a_passed_deadline_closes_the_form(visit: Any) -> None:
    visitor = visit("zh")
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.go("/challenges?state=open")
    page = visitor.page
    visitor.press(page.locator("article h3 a").first)
    number = page.locator("[data-copy]").first.inner_text()
    page.get_by_role("button", name=re.compile("^复制")).first.click()
    assert page.evaluate("() => navigator.clipboard.readText()") == number
    page.clock.install()
    page.reload()
    assert page.locator("aside [data-closes]").count() == 1
    page.clock.run_for(40 * 24 * 3600 * 1000 // 1000)  # timers run
    page.evaluate(
        "() => { document.querySelector('aside [data-closes]').dataset.closes = '2020-01-01T00:00:00+08:00'; }"
    )
    page.clock.run_for(31_000)
    expect(page.locator("aside")).to_contain_text("现在不能再提交")
    assert page.locator("aside .next a, aside .next button").count() == 0


def test_a_language_switch_keeps_what_was_typed(visit: Any) -> None:
    visitor = visit("zh")
    visitor.go("/register")
    page = visitor.page
    page.get_by_label(re.compile("^姓名")).fill("换语言示例")
    visitor.press(page.locator("a[data-language]").locator("visible=true"))
    assert "/en/register" in page.url
    assert page.locator("[name=name]").input_value() == "换语言示例"


def test_every_page_is_whole_without_script(browser: Browser, demo: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    visitor = Visitor(page, demo, "zh")
    visitor.go("/challenges")
    page.get_by_label("物流装配", exact=True).check()
    visitor.press(page.get_by_role("button", name="应用筛选"))
    assert "domain=logistics" in page.url
    page.fill("#q", "分拣")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "q=%" in page.url
    assert page.locator("main article").count() > 0
    visitor.sign_in("xu@qinghe.example")
    visitor.go("/scenarios/new")
    page.fill("[name=title_zh]", "没有脚本的场景")
    visitor.go_on()
    page.fill("[name=summary_zh]", "一句话。")
    visitor.press(page.locator("main button[name=stay]").first)
    assert page.input_value("[name=summary_zh]") == "一句话。"
    context.close()


def test_ticked_rows_of_a_queue_are_counted_and_go_to_a_preview(visit: Any) -> None:
    officer = visit("zh")
    officer.sign_in("officer@programme.example")
    officer.go("/staff/scenarios")
    page, boxes = officer.page, officer.page.locator("tbody input[type=checkbox]")
    boxes.first.check()
    expect(page.locator(".picks [role=status]")).to_have_text("已勾选 1 件")
    page.get_by_label("勾选这里列出的全部").check()
    expect(page.locator(".picks [role=status]")).to_have_text(f"已勾选 {boxes.count()} 件")
    officer.look("queue with rows ticked")
    officer.press(page.get_by_role("button", name="退回修改，先核对…"))
    expect(page.locator("h1")).to_have_text("一起退回，先核对")
    officer.look("several to be returned")
