"""The plan's six targets for 2027 (沪府办规〔2025〕6号, section one), and how much of their time has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from marketplace.kernel.text import Text
from marketplace.vocabulary.terms import load

BEGIN, END = date(2025, 7, 28), date(2027, 12, 31)
"""From the plan's first day to the end of the year that its targets name."""


@dataclass(frozen=True)
class Target:
    """One target. ``goal`` in ``unit``; money in whole yuan."""

    key: str
    label: Text
    goal: int
    unit: str

    @property
    def is_money(self) -> bool:
        """Whether it is counted in yuan."""
        return self.unit == "CNY"


@lru_cache(maxsize=1)
def targets() -> dict[str, Target]:
    """The targets by key, in the plan's order."""
    return {
        t["key"]: Target(t["key"], Text.of(t["zh"], t["en"]), int(t["goal"]), t["unit"])
        for t in load("policy.yaml")["targets_2027"]
    }


def time_passed(today: date) -> float:
    """The share of the targets' time that is over, from 0 to 1."""
    return min(1.0, max(0.0, (today - BEGIN).days / (END - BEGIN).days))
