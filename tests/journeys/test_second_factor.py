"""A second factor in a real browser: set up, signed in with, the phone left at home, another device, the data looked at."""

from __future__ import annotations

import time
from typing import Any

import pyotp
import pytest

from tests.journeys.conftest import PASSWORD, Visitor

pytestmark = pytest.mark.browser

EMAIL = {"zh": "wen@xinghe.example", "en": "tang@weilan.example"}
NEW_DEVICE = {"zh": "新设备", "en": "new device"}


def _first_step(visitor: Visitor) -> None:
    visitor.go("/sign-in")
    visitor.page.fill("[name=email]", EMAIL[visitor.language])
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.press(visitor.page.locator("main form button[type=submit]"))
    assert "/sign-in/code" in visitor.page.url


def _second_step(visitor: Visitor, code: str) -> None:
    visitor.page.fill("[name=code]", code)
    visitor.go_on()


def _next_code(secret: str) -> str:
    """The code of the coming half minute, which is taken too: that of the present one was used to set the app up."""
    return pyotp.TOTP(secret).at(int(time.time()), counter_offset=1)


@pytest.mark.parametrize(("language", "width"), [("zh", 1440), ("en", 360)])
def test_a_vendor_signs_in_with_a_code_then_a_recovery_code_and_hears_of_the_new_device(
    visit: Any, language: str, width: int
) -> None:
    here = visit(language, width=width)
    here.sign_in(EMAIL[language])
    here.go("/account")
    here.page.locator(f"[name=language][value={language}]").check()
    here.go_on()  # mails come in this language from now on
    for path in ("/account", "/account/password", "/account/second-factor"):
        here.go(path)
        here.look(path)
    here.press(here.page.locator("button[value=start]").first)
    here.look("the picture to scan")
    secret = here.page.locator(".digest strong").inner_text().replace(" ", "")
    here.page.fill("[name=code]", pyotp.TOTP(secret).now())
    here.press(here.page.locator("button[value=confirm]"))
    codes = here.page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    here.look("recovery codes")
    assert here.page.locator("[data-print]").is_visible()
    with here.page.expect_download() as download:
        here.page.locator("a[download]").click()
    assert codes[9] in download.value.path().read_text("utf-8")

    here.page.context.clear_cookies(name="session")
    _first_step(here)
    here.look("second step")
    _second_step(here, "000000")
    assert here.page.locator("[name=code]").get_attribute("aria-invalid") == "true"
    _second_step(here, _next_code(secret))
    assert "/desk" in here.page.url

    elsewhere = visit(language)
    _first_step(elsewhere)
    _second_step(elsewhere, codes[0])
    assert "/desk" in elsewhere.page.url
    elsewhere.letters(EMAIL[language], NEW_DEVICE[language])

    here.go("/account/sessions")
    here.look("devices and history")
    assert here.page.locator("main table").nth(1).locator("tbody tr").count() >= 4
    here.press(here.page.locator("button[value=others]"))
    elsewhere.go("/account")
    assert "sign-in" in elsewhere.page.url
    for path in ("/account/data", "/account/data/all"):
        here.go(path)
        here.look(path)
