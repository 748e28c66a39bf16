"""The judged pairs held against the ranking: precision@5 and nDCG@10 of the scenarios that people have judged.

All products of the demo are ranked, as on the site; those that nobody has judged are left out of the order. A product
counts as changed on the day of its newest evidence, since the data files hold no day of entry.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from marketplace.demo import content
from marketplace.fit.columns import Catalogue
from marketplace.fit.needs import Level, Need, Requirement
from marketplace.fit.offers import Evidence, Offer, Specification
from marketplace.fit.ranking import rank
from marketplace.fit.score import Parts
from marketplace.vocabulary.parameters import parameters, parse

TODAY = date(2026, 11, 25)
HIT = 2
"""From this grade on a product is worth inviting."""
HALVES = ("tune", "held_out")
FOLDER = Path(__file__).parent / "judged"


@dataclass(frozen=True)
class Ranked:
    """A judged scenario: its half, the grade of each judged product, and the parts of each one's score."""

    scenario: str
    half: str
    grades: Mapping[str, int]
    parts: Mapping[str, Parts]

    def order(self, counted: Sequence[str] = Parts._fields) -> list[int]:
        """The grades in the order of the score, or of some of its parts alone; equals by order of entry."""

        def score(product: str) -> int:
            return sum(getattr(self.parts[product], part) for part in counted)

        return [self.grades[product] for product in sorted(self.parts, key=score, reverse=True)]


def precision_at_5(grades: Sequence[int]) -> float:
    """Hits among the first five, of as many as there can be: of five, or of all hits where there are fewer."""
    hits = sum(grade >= HIT for grade in grades)
    return sum(grade >= HIT for grade in grades[:5]) / min(5, hits)


def ndcg_at_10(grades: Sequence[int]) -> float:
    """Σ (2^grade − 1) / log₂(place + 1) of the first ten, over the same of the best order of all that were judged."""
    return _gain(grades) / _gain(sorted(grades, reverse=True))


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades[:10], 1))


def without(part: str) -> list[str]:
    """The score's parts but one."""
    return [one for one in Parts._fields if one != part]


def mean(half: str, counted: Sequence[str] = Parts._fields) -> tuple[float, float]:
    """Mean precision@5 and nDCG@10 of a half, by the whole score or by some of its parts alone."""
    orders = [one.order(counted) for one in ranked() if one.half == half]
    count = len(orders)
    return sum(map(precision_at_5, orders)) / count, sum(map(ndcg_at_10, orders)) / count


@lru_cache(maxsize=1)
def ranked() -> tuple[Ranked, ...]:
    """The judged scenarios, each with every judged product as the engine scores it today."""
    judged = yaml.safe_load((FOLDER / "pairs.yaml").read_text("utf-8"))["scenarios"]
    data = {entry["key"]: entry for entry in content.scenarios()}
    keys = [entry["key"] for entry in content.products()]
    offers = {number: _offer(number, entry) for number, entry in enumerate(content.products(), 1)}
    catalogue = Catalogue(offers.values())
    found = []
    for one in judged:
        grades = {judgment["product"]: judgment["grade"] for judgment in one["judgments"]}
        need = _need(data[one["scenario"]])
        matches = rank(catalogue, need, lambda _ids: offers, today=TODAY, explained=len(offers)).matches
        by_key = {keys[match.offer_id - 1]: match.explanation.parts for match in matches}
        parts = {key: by_key[key] for key in keys if key in grades}
        found.append(Ranked(one["scenario"], one["half"], grades, parts))
    return tuple(found)


def _need(entry: dict[str, Any]) -> Need:
    lines = tuple(
        Requirement(
            key=f"r{number}", parameter=line["parameter"], op=line["op"], value=_value(line), level=Level(line["level"]),
            weight=line.get("weight", 1),
        )
        for number, line in enumerate(entry["requirements"])
    )  # fmt: skip
    texts = tuple(content.text(entry.get(key)) for key in ("summary", "situation", "workflow", "objects"))
    return Need(id=1, requirements=lines, domain=entry["domain"], task=entry["task"], title=content.text(entry["title"]),
                texts=texts)  # fmt: skip


def _offer(number: int, entry: dict[str, Any]) -> Offer:
    lines = tuple(
        Specification(
            parameter=line["parameter"], value=_value(line), condition=content.text(line.get("condition")),
            evidence=Evidence[line["evidence"].upper()], evidence_date=line.get("evidence_date"),
        )
        for line in entry["specs"]
    )  # fmt: skip
    dates = [line.evidence_date for line in lines if line.evidence_date]
    changed = max(dates, default=date.fromisoformat(f"{entry['launched']}-01"))
    texts = (content.text(entry["summary"]), content.text(entry["description"]))
    return Offer(id=number, vendor_id=1, specifications=lines, changed=changed, domain=entry["domain"],
                 tasks=tuple(entry["tasks"]), name=content.text(entry["name"]), texts=texts)  # fmt: skip


def _value(line: dict[str, Any]) -> Any:
    return parse(parameters()[line["parameter"]], str(line["value"]), line.get("unit", ""), line.get("counted", ""))
