"""Direct matching in a real browser: a vendor finds a need, the owner accepts, they agree on a time, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser

OWNER = "dai@yueguang.example"
NEED = {"zh": "雨天出入口地面除水", "en": "Drying entrances on rainy days"}
VENDORS = {"zh": "zhu@zhulin.example", "en": "ye@jinghu.example"}
"""A vendor for each language: one introduction at a time between a vendor and a scenario."""


def _press(visitor: Visitor, act: str) -> None:
    visitor.press(visitor.page.locator(f"main button[name=act][value={act}]").first)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_need_becomes_an_appointment(visit: Callable[[str], Visitor], language: str) -> None:
    vendor, owner = visit(language), visit(language)
    vendor.go("/needs")
    vendor.look("needs")
    vendor.press(vendor.page.get_by_role("link", name=NEED[language]))
    vendor.look("need")
    vendor.sign_in(VENDORS[language])
    vendor.go("/needs")
    vendor.press(vendor.page.get_by_role("link", name=NEED[language]))
    vendor.press(vendor.page.locator("main aside a.btn-primary"))
    vendor.look("interest")
    vendor.page.select_option("[name=product]", index=1)
    vendor.page.fill("[name=note]", "展馆里做过同样的事，可以先来演示。")
    vendor.go_on()
    vendor.look("introduction waiting")
    shared = re.sub(r"^.*?/(?:zh|en)/", "/", vendor.page.url)
    assert "@" not in vendor.page.locator("main").inner_text()

    owner.sign_in(OWNER)
    owner.go(shared)
    owner.look("introduction to answer")
    _press(owner, "accept")
    owner.look("introduction accepted")
    assert VENDORS[language] in owner.page.locator("main").inner_text()
    owner.press(owner.page.locator("main aside a.btn-primary"))
    owner.look("offer")
    owner.page.fill("[name=minutes]", "60")
    owner.page.fill("[name=place]", "一号门服务台")
    day = owner.page.evaluate("() => document.documentElement.dataset.now").partition("T")[0]
    year, month, rest = day.split("-")
    ahead = f"{int(year) + (month == '12')}-{int(month) % 12 + 1:02d}-{min(int(rest), 28):02d}"
    for number, hour in ((1, "10:00"), (2, "15:00")):
        owner.page.fill(f"[name=start_{number}]", f"{ahead}T{hour}")
    owner.go_on()
    assert re.search(r"/introductions/\d+$", owner.page.url)

    vendor.go(shared)
    vendor.look("introduction with times")
    _press(vendor, "book")
    vendor.look("introduction booked")
    with vendor.page.expect_download() as file:
        vendor.page.locator("main a[href$='.ics']").click()
    assert file.value.suggested_filename.endswith(".ics")
    vendor.go("/introductions")
    vendor.look("my introductions")
