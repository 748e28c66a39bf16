"""An owner brings a file in: mistakes first, then the mended one, on a desk in Chinese and on a phone in English."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marketplace.vocabulary.terms import DATA

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "width"), [("zh", 1440), ("en", 360)])
def test_a_file_comes_in_by_way_of_its_mistakes(visit: Any, tmp_path: Path, language: str, width: int) -> None:
    owner = visit(language, width=width)
    owner.sign_in("xu@qinghe.example")
    owner.go("/exchange/format")
    owner.look("format")
    owner.go("/my/scenarios")
    owner.press(owner.page.locator("a[href$='/exchange/scenarios']").first)
    owner.look("upload")
    whole = json.loads((DATA / "examples" / "scenarios-1.json").read_text("utf-8"))
    [item] = whole["scenarios"]
    item["key"] = f"J-{language}"
    item["requirements"][0]["value"] = "40 mm"
    path = tmp_path / "list.json"

    def send() -> None:
        path.write_text(json.dumps(whole), "utf-8")
        owner.page.set_input_files("[name=file]", path)
        owner.press(owner.page.locator("form[enctype] button"))

    send()
    assert "$.scenarios[0].requirements[0].value" in owner.page.inner_text("[role=alert]")
    owner.look("mistakes")
    item["requirements"][0]["value"] = "≥40公斤"
    send()
    owner.look("preview")
    owner.press(owner.page.locator("button[value=confirm]"))
    assert owner.page.url.endswith("/my/scenarios")
    title = item["title"][language]
    assert title in owner.page.inner_text("main")
