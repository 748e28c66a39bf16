"""Somebody who is new here reads the guide, looks a word up by the keyboard and works out a ceiling, without script, too."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser

PAGES = {
    "guide": "/guide",
    "guide for owners": "/guide/owners",
    "guide for vendors": "/guide/vendors",
    "how selection works": "/guide/selection",
    "glossary": "/guide/glossary",
    "glossary with nothing found": "/guide/glossary?q=none-such",
    "privacy": "/privacy",
    "terms": "/terms",
    "support": "/support",
    "support with a result": "/support?instrument=rnd&amount=18000",
    "support with an error": "/support?instrument=rnd&amount=abc",
    "support after the plan": "/support?instrument=rnd&amount=10&on=2029-01-01",
}


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_have_no_fault(visit: Any, language: str, width: int) -> None:
    visitor = visit(language, width=width)
    for name, path in PAGES.items():
        visitor.go(path)
        visitor.look(name)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_word_is_looked_up_by_the_keyboard(visit: Any, language: str) -> None:
    visitor = visit(language)
    visitor.go("/guide/owners")
    word = visitor.page.locator("main a.word[href$='#uscc']")
    word.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/guide/glossary#uscc")
    assert visitor.page.locator("#uscc").is_visible()


def test_a_ceiling_is_worked_out_without_script_and_has_an_address(browser: Browser, demo: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo}/en/support")
    page.get_by_label("Which kind of support").select_option(label="Demonstration application support")
    page.get_by_label("Amount").fill("380 wan")
    Visitor(page, demo, "en").press(page.get_by_role("button", name="Work it out"))
    assert "CNY\N{NO-BREAK SPACE}760,000" in page.locator(".result .stat").inner_text()
    assert "instrument=demonstration" in page.url
    assert "amount=380+wan" in page.url
    page.goto(page.url)
    assert page.locator("#amount").input_value() == "380 wan"
    context.close()
