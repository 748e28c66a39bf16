"""Titles by what somebody has begun to type: where words may begin, who may see, what comes first, newest state."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from marketplace.infra.search.analysis import plain
from marketplace.infra.search.documents import Document
from marketplace.infra.search.engines.titles import ENOUGH, Titles
from marketplace.infra.search.engines.whoosh import WhooshEngine
from marketplace.infra.search.queries import Beginning

ANY = frozenset({"any"})
TITLES = {
    1: ("病区药品转运", "Ward medicine transport", "SH-2026-001"),
    2: ("药品标本转运", "Specimens", "SH-2026-012"),
    3: ("AMR机器人", "transporter AMR 200", ""),
    4: ("夜間巡邏", "Night patrol", "SH-2026-112"),
}


def _document(lines: tuple[str, ...], keys: frozenset[str] = ANY) -> Document:
    return Document(title=lines, body=("药品 secret transport",), keys=keys)


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    """Four titles, written one by one, so that they stand in several segments."""
    found = WhooshEngine(tmp_path)
    for number, lines in TITLES.items():
        found.apply({("challenge", number): _document(lines)})
    return found


def _ask(engine: WhooshEngine, typed: str, keys: frozenset[str] = ANY, limit: int = 5) -> list[int]:
    return engine.beginning(Beginning("challenge", keys, plain([typed]), limit=limit))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("药品", [2, 1]),  # a title that begins with it comes before one that holds it
        ("藥品", [2, 1]),
        ("转运", [2, 1]),
        ("药品 转运", [2, 1]),
        ("转运 药品", [2, 1]),
        ("trans", [3, 1]),
        ("ＴＲＡＮＳ", [3, 1]),
        ("port", []),  # the end of a word is no beginning
        ("rans", []),
        ("ward medi", [1]),
        ("  ward   MEDI ", [1]),
        ("amr", [3]),
        ("amr机", [3]),
        ("2026-0", [2, 1]),
        ("sh-2026-1", [4]),
        ("12", []),
        ("夜间巡逻", [4]),
        ("secret", []),  # only titles
        ("", []),
        ("\0", []),
        ("药品\n药品", [2, 1]),
        ("药品转运系统", []),
    ],
)
def test_what_is_begun_is_found_where_words_begin(engine: WhooshEngine, typed: str, found: list[int]) -> None:
    assert _ask(engine, typed) == found


def test_only_so_many_and_only_what_the_viewer_may_see(engine: WhooshEngine) -> None:
    engine.apply({("challenge", 9): _document(("药品暗访",), frozenset({"org:7"}))})
    assert _ask(engine, "药品", limit=1) == [2]
    assert _ask(engine, "药品") == [2, 1]
    assert _ask(engine, "药品", ANY | {"org:7"}) == [9, 2, 1]
    assert engine.beginning(Beginning("product", ANY, "药品")) == []


def test_a_removed_and_a_changed_title_are_forgotten_at_once(engine: WhooshEngine) -> None:
    assert _ask(engine, "药品") == [2, 1]
    engine.apply({("challenge", 2): None, ("challenge", 1): _document(("标本转运",))})
    assert (_ask(engine, "药品"), _ask(engine, "标本")) == ([], [1])
    engine.rebuild({("challenge", 5): _document(("药品五",))})
    assert (_ask(engine, "药品"), _ask(engine, "标本")) == ([5], [])


def test_before_there_is_an_index_nothing_is_found(tmp_path: Path) -> None:
    assert _ask(WhooshEngine(tmp_path / "none"), "药品") == []


def test_a_common_word_stops_at_enough_of_the_newest_and_skips_what_is_hidden() -> None:
    titles = Titles([f"药品 {n}" for n in range(3 * ENOUGH)])
    allowed = np.arange(3 * ENOUGH) % 2 == 1
    assert list(titles.holding("药品", allowed)) == [2 * n + 1 for n in range(ENOUGH)]
