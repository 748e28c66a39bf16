"""The guide's texts: both languages, the same shape, every link and figure there, no rule retyped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from marketplace.guide.content import NAMES, guide
from marketplace.guide.figures import figures
from marketplace.guide.writing import LINK, address
from marketplace.kernel.text import Text
from marketplace.vocabulary.terms import load

DATA = Path(__file__).parents[2] / "marketplace/data/guide"
SPRITE = (Path(__file__).parents[2] / "static/img/guide.svg").read_text("utf-8")
FIGURE = re.compile(r"\{(\w+)\}")


def _pairs(node: Any) -> Iterator[dict[str, str]]:
    """Every text of a data file, as it stands there."""
    if isinstance(node, dict):
        if "zh" in node or "en" in node:
            yield node
        for value in node.values():
            yield from _pairs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _pairs(value)


def _raw(name: str) -> Any:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8"))


def test_every_data_file_is_a_page() -> None:
    assert sorted(p.stem for p in DATA.glob("*.yaml")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_text_is_in_both_languages_with_the_same_links_and_figures(name: str) -> None:
    for pair in _pairs(_raw(name)):
        zh, en = pair["zh"], pair["en"]
        assert zh
        assert en
        assert [m[1] for m in LINK.findall(zh)] == [m[1] for m in LINK.findall(en)], zh
        assert sorted(FIGURE.findall(zh)) == sorted(FIGURE.findall(en)), zh
        assert not re.search("[\u4e00-\u9fff]", en), en
        assert not re.search("投标|中标|开标|流标", zh), zh


@pytest.mark.parametrize("name", NAMES)
def test_no_page_retypes_a_rule(name: str) -> None:
    """Days, numbers of people and clock times come from the code; examples stand in quotation marks."""
    for pair in _pairs(_raw(name)):
        for text in (pair["zh"], pair["en"]):
            bare = FIGURE.sub("", re.sub("“[^”]*”", "", text))
            assert not re.search(r"\d+\s*(个工作日|天|家|户|分钟|MB|working|days|homes|experts)|\d\d:\d\d", bare), text


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere_and_every_figure_is_known(app: Flask, name: str) -> None:
    with app.test_request_context("/zh/guide"):
        known = figures("zh")
        texts = [t for pair in _pairs(_raw(name)) for t in (pair["zh"], pair["en"])]
        assert {f for t in texts for f in FIGURE.findall(t)} - set(known) == set()
        for target in {m[1] for t in texts for m in LINK.findall(t)}:
            assert address(target).startswith("/zh/")
        for step in guide(name).steps:
            assert step.link is None or address(step.link.to).startswith("/zh/")


def test_every_figure_is_used_by_some_page(app: Flask) -> None:
    texts = " ".join(p["zh"] for name in NAMES for p in _pairs(_raw(name)))
    with app.test_request_context("/zh/guide"):
        assert set(figures("zh")) - set(FIGURE.findall(texts)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_anchors_once_and_pictures_are_drawn(name: str) -> None:
    page = guide(name)
    keys = [s.key for s in page.steps] + [s.key for s in page.sections]
    assert len(keys) == len(set(keys))
    pictures = {s.picture for s in page.steps} | {s.picture for s in page.sections if s.picture}
    assert pictures - set(re.findall(r'<symbol id="(\w+)"', SPRITE)) == set()


def test_the_drawings_take_their_colours_from_the_theme() -> None:
    assert "style=" not in SPRITE
    assert 'var(--ink,#1a2433)' in SPRITE  # fmt: skip


def test_the_criteria_make_a_hundred_of_which_the_blind_pass_is_sixty_five() -> None:
    shares = load("criteria.yaml")["shares"]
    assert sum(s["points"] for s in shares) == 100
    assert sum(s["points"] for s in shares if s["blind"]) == 65
    assert {s["key"]: s["points"] for s in shares} == {
        "fit": 25, "technology": 20, "safety": 10, "benefit": 10, "maturity": 20, "team": 10, "cost": 5,
    }  # fmt: skip
    assert all(Text.of(s["zh"], s["en"]).en for s in shares)
