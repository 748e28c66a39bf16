"""Every domain and task of the vocabulary has its drawn picture, and the sprite is what the site may show: small, silent, its own."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask

from marketplace.vocabulary.terms import domains, tasks

STATIC = Path(__file__).parents[2] / "static"
SPRITE = (STATIC / "img/pictures.svg").read_text("utf-8")
CSS = (STATIC / "css/pictures.css").read_text("utf-8")
SVG = "{http://www.w3.org/2000/svg}"
SYMBOLS = ElementTree.fromstring(SPRITE).findall(f"{SVG}symbol")
PAINT = re.compile(r"none|currentColor|var\((--\w+),#[0-9a-f]{3,6}\)")
SHAPES = {"g", "path", "rect", "circle"}
KNOWN = sorted(domains().keys() | tasks().keys())
LARGEST = 60_000
"""Bytes of the whole sprite."""


def test_every_domain_and_task_has_one_picture_and_no_picture_is_of_something_else() -> None:
    assert sorted(str(s.get("id")) for s in SYMBOLS) == KNOWN
    assert len(KNOWN) == 17 + 5 + 1


@pytest.mark.parametrize("symbol", SYMBOLS, ids=lambda s: s.get("id"))
def test_a_picture_is_shapes_alone_in_paints_that_follow_light_and_dark(symbol: ElementTree.Element) -> None:
    """No text, script, style or reference: nothing for a translator, nothing that the content policy would stop."""
    assert symbol.get("viewBox") == "0 0 320 180"
    inside = [e for e in symbol.iter() if e is not symbol]
    assert {e.tag.removeprefix(SVG) for e in inside} <= SHAPES
    assert [e.text for e in symbol.iter() if (e.text or "").strip() or (e.tail or "").strip()] == []
    names = {name for e in inside for name in e.attrib}
    assert [name for name in names if "href" in name or name in {"style", "class", "id"} or name.startswith("on")] == []
    paints = {e.get(kind, "none") for e in symbol.iter() for kind in ("fill", "stroke")}
    assert [paint for paint in paints if not PAINT.fullmatch(paint)] == []


def test_no_two_pictures_are_the_same_drawing() -> None:
    drawn = [[(e.tag, sorted(e.attrib.items())) for e in s.iter() if e is not s] for s in SYMBOLS]
    assert [a for n, a in enumerate(drawn) if a in drawn[:n]] == []


def test_each_paint_is_set_for_light_and_for_dark() -> None:
    used = set(re.findall(r"var\((--\w+),", SPRITE)) - {"--d", "--t"}
    light, dark = (
        re.search(start + r"\.pic \{([^}]*)\}", CSS, re.MULTILINE) for start in (r"^", r"^\[data-bs-theme=\"dark\"\] ")
    )
    assert light is not None
    assert dark is not None
    for block in (light, dark):
        assert used - set(re.findall(r"(--\w+):", block[1])) == set()
    hues = (STATIC / "css/parts.css").read_text("utf-8")
    for key in domains():
        assert re.search(rf"\[data-domain=\"{key}\"\] {{\s+--d: [^;]+;\s+--t: ", hues), key


def test_the_sprite_is_small_and_names_no_other_place() -> None:
    assert len(SPRITE.encode()) <= LARGEST
    assert set(re.findall(r"https?://[^\"]+", SPRITE)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    ("domain", "task", "shown"),
    [
        ("logistics", "parcel_sorting", "parcel_sorting"),
        ("retail", "parcel_sorting", "parcel_sorting"),
        ("logistics", "other", "logistics"),
        ("household", "", "household"),
        ("healthcare", "no_such_task", "healthcare"),
        ("other", "other", "other"),
        ("", "", "other"),
    ],
)
def test_a_page_shows_the_task_s_picture_or_else_the_domain_s(app: Flask, domain: str, task: str, shown: str) -> None:
    with app.test_request_context():
        printed = str(app.jinja_env.globals["p"].picture(domain, task))
    pattern = r'\s*<svg class="pic" data-domain="(\w+)" [^>]*width="320" height="180"[^>]*aria-hidden="true"><use href="([^"]+)"/></svg>'
    found = re.fullmatch(pattern, printed)
    assert found is not None, printed
    assert found[1] == (domain or "other")
    assert re.fullmatch(rf"/static/img/pictures\.svg\?v=\w{{12}}#{shown}", found[2]), found[2]


def test_the_style_guide_shows_every_picture(app: Flask) -> None:
    page = app.test_client().get("/zh/styleguide").get_data(as_text=True)
    assert set(re.findall(r'pictures\.svg\?v=\w+#(\w+)"', page)) == set(KNOWN)
