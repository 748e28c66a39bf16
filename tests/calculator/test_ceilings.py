"""The arithmetic of the plan's ceilings at its edges, and that what is quoted is what the plan says."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from marketplace.calculator.ceilings import ceiling
from marketplace.calculator.instruments import instruments, numeral, plan
from marketplace.vocabulary.terms import load

PLAN = (Path(__file__).parent / "plan-2025-6.zh.txt").read_text("utf-8")
WAN = 10_000


def _bare(text: str) -> str:
    """A text without spaces, line breaks and the width of its punctuation."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize(
    ("key", "base", "amount", "capped"),
    [
        ("demonstration", 380 * WAN, 76 * WAN, False),
        ("demonstration", 5_000 * WAN, 1_000 * WAN, False),  # the cap is reached exactly
        ("demonstration", 5_000 * WAN - 1, 1_000 * WAN - 1, False),
        ("demonstration", 5_000 * WAN + 5, 1_000 * WAN, True),
        ("rnd", 12_000 * WAN, 3_600 * WAN, False),
        ("rnd", 166_666_666, 49_999_999, False),  # 49,999,999.8: what is left of a yuan is dropped
        ("rnd", 166_666_667, 5_000 * WAN, False),  # 50,000,000.1
        ("rnd", 10**30, 5_000 * WAN, True),
        ("platform", 3, 1, False),
        ("platform", 4_000 * WAN, 2_000 * WAN, False),
        ("sales_lease_reward", 19, 0, False),
        ("sales_lease_reward", 20, 1, False),
        ("sales_lease_reward", 10_000 * WAN, 500 * WAN, False),
        ("demonstration", 0, 0, False),
    ],
)
def test_the_lower_of_rate_and_cap(key: str, base: int, amount: int, capped: bool) -> None:
    found = ceiling(key, base)
    assert (found.amount, found.is_capped, found.base) == (amount, capped, base)


@pytest.mark.parametrize(
    ("key", "cap"),
    [
        ("corpus_voucher", 500 * WAN),
        ("compute_voucher", 4_000 * WAN),
        ("open_source_reward", 500 * WAN),
        ("standards_support", 100 * WAN),
    ],
)
@pytest.mark.parametrize("base", [None, 1, 10**12])
def test_where_no_rate_is_stated_the_cap_is_all(key: str, cap: int, base: int | None) -> None:
    found = ceiling(key, base)
    assert (found.amount, found.share, found.base, found.is_capped) == (cap, None, None, False)


@pytest.mark.parametrize("base", [None, -1])
def test_a_share_needs_a_base(base: int | None) -> None:
    with pytest.raises(ValueError):
        ceiling("rnd", base)


@given(st.integers(0, 10**14), st.sampled_from(sorted(instruments())))
def test_no_ceiling_is_above_rate_or_cap_and_none_could_be_a_yuan_higher(base: int, key: str) -> None:
    found = ceiling(key, base)
    chosen = found.instrument
    assert isinstance(found.amount, int)
    assert found.amount <= chosen.cap
    if chosen.rate is not None:
        assert found.amount * 10_000 <= base * chosen.rate
        assert found.amount == chosen.cap or (found.amount + 1) * 10_000 > base * chosen.rate


@pytest.mark.parametrize("key", [k for k, i in instruments().items() if i.rate])
def test_the_cap_is_reached_where_it_is_said_to_be(key: str) -> None:
    reached = instruments()[key].reached_at
    assert reached is not None
    assert ceiling(key, reached).amount == instruments()[key].cap
    assert ceiling(key, reached - 1).amount < instruments()[key].cap


def test_all_eight_instruments_are_there_as_the_plan_has_them() -> None:
    assert {k: (i.rate, i.cap, i.period, i.by_rules) for k, i in instruments().items()} == {
        "rnd": (3000, 50_000_000, "project", False),
        "corpus_voucher": (None, 5_000_000, "year", False),
        "platform": (5000, 20_000_000, "project", False),
        "compute_voucher": (None, 40_000_000, "year", False),
        "demonstration": (2000, 10_000_000, "project", False),
        "sales_lease_reward": (500, 5_000_000, "unstated", True),
        "open_source_reward": (None, 5_000_000, "unstated", True),
        "standards_support": (None, 1_000_000, "unstated", False),
    }


@pytest.mark.parametrize("key", sorted(instruments()))
def test_the_plan_is_quoted_to_the_character_and_names_the_figures(key: str) -> None:
    chosen = instruments()[key]
    assert chosen.quotes
    for quote in chosen.quotes:
        assert _bare(quote.words.zh) in _bare(PLAN)
        assert f"{chosen.cap // WAN}万元" in quote.words.zh
        assert ("按规定" in quote.words.zh) == chosen.by_rules
        assert chosen.rate is None or f"{chosen.rate // 100}%" in quote.words.zh


def test_an_articles_quote_stands_in_that_article() -> None:
    for chosen in instruments().values():
        if len(chosen.articles) == 1:
            number = chosen.articles[0]
            article = _bare(PLAN).partition(f"({numeral(number)})")[2].partition(f"({numeral(number + 1)})")[0]
            assert all(_bare(q.words.zh) in article for q in chosen.quotes)
            assert all(f"（{numeral(number)}）" in q.place.zh for q in chosen.quotes)


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2025, 7, 27), False),
        (date(2025, 7, 28), True),
        (date(2026, 3, 2), True),
        (date(2028, 7, 27), True),
        (date(2028, 7, 28), False),
    ],
)
def test_the_plan_holds_from_its_first_day_to_its_last(day: date, holds: bool) -> None:
    assert plan().holds_on(day) == holds


@pytest.mark.parametrize(("number", "written"), [(4, "四"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一")])
def test_articles_are_numbered_as_the_plan_does(number: int, written: str) -> None:
    assert numeral(number) == written


def test_no_text_of_the_policy_file_was_cut_off_at_a_comma() -> None:
    def keys_without_value(node: object) -> list[object]:
        if isinstance(node, dict):
            return [k for k, v in node.items() if v is None and k not in ("rate", "base", "article")] + [
                k for v in node.values() for k in keys_without_value(v)
            ]
        return [k for v in node for k in keys_without_value(v)] if isinstance(node, list) else []

    assert keys_without_value(load("policy.yaml")) == []
    assert instruments()["rnd"].recipient.en.endswith("operating systems")


def test_what_is_said_beside_the_instruments_belongs_to_one_and_is_in_both_languages() -> None:
    said = yaml.safe_load((Path(__file__).parents[2] / "marketplace/data/support.yaml").read_text("utf-8"))
    assert set(said["instruments"]) == set(instruments())
    for chosen in instruments().values():
        texts = [*chosen.leaves_open, *(q.words for q in chosen.quotes), chosen.label, chosen.recipient]
        assert all(t.zh and t.en for t in texts)
        assert all("一次" not in t.zh and "once" not in t.en for t in texts)
