"""The days and limits that the plan is silent on, with their defaults; a round keeps only what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.i18n import lazy_gettext as _l


@dataclass(frozen=True)
class Default:
    """One figure: its default, the least and the most it may be, its name and unit."""

    value: int
    low: int
    high: int
    label: Any
    unit: Any


WORKING = _l("个工作日")

DEFAULTS: dict[str, Default] = {
    "intake_days": Default(5, 1, 30, _l("场景初审"), WORKING),
    "bidding_days": Default(30, 15, 180, _l("揭榜期"), _l("天")),
    "questions_days": Default(5, 1, 15, _l("截止前几个工作日停止提问"), WORKING),
    "eligibility_days": Default(5, 1, 30, _l("资格审查"), WORKING),
    "mend_days": Default(2, 1, 10, _l("补正期"), WORKING),
    "pass_mark": Default(60, 1, 100, _l("评审通过线"), _l("分，满分 100")),
    "shortlist_min": Default(3, 1, 20, _l("入围最少"), _l("家")),
    "shortlist_max": Default(5, 1, 20, _l("入围最多"), _l("家")),
    "notice_days": Default(5, 3, 30, _l("公示期"), WORKING),
    "agreement_days": Default(20, 5, 120, _l("公示后签约"), WORKING),
}


@dataclass(frozen=True)
class Rules:
    """The figures that hold for a scenario or challenge: its round's where the round changed them, else the defaults."""

    intake_days: int = 5
    bidding_days: int = 30
    questions_days: int = 5
    eligibility_days: int = 5
    mend_days: int = 2
    pass_mark: int = 60
    shortlist_min: int = 3
    shortlist_max: int = 5
    notice_days: int = 5
    agreement_days: int = 20

    @classmethod
    def of(cls, changed: Mapping[str, int] | None) -> Rules:
        """The defaults with what was changed; names that are no longer known are left out."""
        return cls(**{name: value for name, value in (changed or {}).items() if name in DEFAULTS})


def changed_only(figures: Mapping[str, int]) -> dict[str, int]:
    """Those of the figures that differ from the defaults."""
    return {name: value for name, value in figures.items() if value != DEFAULTS[name].value}
