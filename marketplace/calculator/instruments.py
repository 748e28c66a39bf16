"""The eight instruments of the plan (沪府办规〔2025〕6号) and the days on which it holds, read once from the data files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from marketplace.kernel.text import Text
from marketplace.vocabulary.terms import load

TEN_THOUSANDTHS = 10_000
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Quote:
    """The plan's own words. ``place``: where they stand, an article's number or the head of a chapter."""

    place: Text
    words: Text


@dataclass(frozen=True)
class Instrument:
    """One kind of support. ``cap`` in whole yuan; ``rate`` in ten-thousandths of the base, or nothing where none is stated.

    ``period``: ``project``, ``year``, or ``unstated``, which must never be shown as "once". ``by_rules``: the plan adds
    按规定. ``leaves_open``: what a reader would want to know and the plan does not say.
    """

    key: str
    label: Text
    recipient: Text
    section: str
    articles: tuple[int, ...]
    base: Text
    rate: int | None
    cap: int
    period: str
    by_rules: bool
    quotes: tuple[Quote, ...]
    leaves_open: tuple[Text, ...]

    @property
    def where(self) -> Text:
        """Chapter and articles as the plan numbers them: 第四章（十一）至（十五）; chapter 4, articles 11 to 15."""
        first, last = self.articles[0], self.articles[-1]
        chapter = _DIGITS.index(self.section)
        if first == last:
            return Text.of(f"第{self.section}章（{numeral(first)}）", f"Chapter {chapter}, article {first}")
        return Text.of(
            f"第{self.section}章（{numeral(first)}）至（{numeral(last)}）",
            f"Chapter {chapter}, articles {first} to {last}",
        )

    @property
    def reached_at(self) -> int | None:
        """The smallest base in whole yuan at which the cap is reached; nothing where there is no rate."""
        return -(-self.cap * TEN_THOUSANDTHS // self.rate) if self.rate else None


@dataclass(frozen=True)
class Plan:
    """The document, and when it holds: ``first`` and ``last`` are both counted."""

    number: Text
    title: Text
    first: date
    last: date
    leaves_open: tuple[Text, ...]

    def holds_on(self, day: date) -> bool:
        """Whether the plan is in force on ``day`` (Beijing)."""
        return self.first <= day <= self.last


def numeral(number: int) -> str:
    """A number from 1 to 99 as the plan writes its articles: 四, 十一, 二十一."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones else "")


def _text(entry: dict[str, str]) -> Text:
    return Text.of(entry["zh"], entry["en"])


def _rate(written: Any) -> int | None:
    """A rate as the file writes it, 0.30, in ten-thousandths; the decimal digits count, not the machine's binary."""
    if written is None:
        return None
    exact = Decimal(str(written)) * TEN_THOUSANDTHS
    if exact != int(exact):
        raise ValueError(f"a rate finer than a ten-thousandth: {written}")
    return int(exact)


@lru_cache(maxsize=1)
def plan() -> Plan:
    """The plan's number, title and days."""
    document, said = load("policy.yaml")["document"], load("support.yaml")
    return Plan(
        number=Text.of(document["number"], said["number_en"]),
        title=_text(document["title"]),
        first=document["effective_from"],
        last=document["effective_to"],
        leaves_open=tuple(_text(t) for t in said["leaves_open"]),
    )


@lru_cache(maxsize=1)
def instruments() -> dict[str, Instrument]:
    """The eight instruments by key, in the plan's order."""
    said = load("support.yaml")
    found = {}
    for entry in load("policy.yaml")["instruments"]:
        more = said["instruments"][entry["key"]]
        found[entry["key"]] = Instrument(
            key=entry["key"],
            label=_text(entry),
            recipient=_text(entry["for"]),
            section=entry["section"],
            articles=tuple(entry["articles"]),
            base=_text(said["bases"][entry["base"]]) if entry["base"] else Text(),
            rate=_rate(entry["rate"]),
            cap=entry["cap"],
            period=entry["period"],
            by_rules=entry.get("by_rules", False),
            quotes=tuple(Quote(_text(q["place"]), _text(q)) for q in more["quotes"]),
            leaves_open=tuple(_text(t) for t in more["leaves_open"]),
        )
    return found
