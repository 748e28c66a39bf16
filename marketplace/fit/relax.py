"""What each requirement of one need costs, exactly and over the whole catalogue, and what yielding a little would bring.

A product counts as meeting the need when some configuration of it meets every must. Unknown is never met: to drop a
requirement brings those who do not state it, to relax it does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from marketplace.fit.columns import Catalogue
from marketplace.fit.compare import plain
from marketplace.fit.explain import Match
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.ranking import Fetch, matches_at
from marketplace.fit.vectors import MET, UNKNOWN, Array
from marketplace.vocabulary.parameters import Value

MOST_STEPS = 5
MISSES = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A requirement relaxed to ``value``, and how many products would meet the whole need then."""

    value: Value
    meeting: int


@dataclass(frozen=True, slots=True)
class Cost:
    """One requirement over the catalogue: how many products meet it, do not say, or are short of it by themselves;
    how many would meet all musts without it; and the smallest steps that bring more, each more than the one before."""

    requirement: Requirement
    met: int
    unknown: int
    short: int
    without: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The table of a need. ``costliest`` is the must without which most more would meet it; ``misses`` came nearest."""

    meeting: int
    costs: tuple[Cost, ...]
    costliest: Requirement | None
    misses: tuple[Match, ...]


def relax(
    catalogue: Catalogue, need: Need, fetch: Fetch, *, today: date, most_steps: int = MOST_STEPS, misses: int = MISSES
) -> Relaxation:
    """What each requirement of ``need`` costs. Its shoulds exclude nobody, so that to drop one brings nobody."""
    levels = [catalogue.level(requirement) for requirement in need.requirements]
    failing = np.zeros(catalogue.used, np.int16)
    for requirement, level in zip(need.requirements, levels, strict=True):
        if requirement.is_must:
            failing += level != MET
    meeting = _count(catalogue, failing == 0)
    costs = []
    for requirement, level in zip(need.requirements, levels, strict=True):
        others = failing - (level != MET) if requirement.is_must else failing
        without = meeting
        steps: tuple[Step, ...] = ()
        if requirement.is_must:
            without = _count(catalogue, others == 0)
            if without > meeting and requirement.known:
                steps = _steps(catalogue, requirement, level, others == 0, meeting, most_steps)
        met, known = _count(catalogue, level == MET), _count(catalogue, level != UNKNOWN)
        costs.append(Cost(requirement, met, len(catalogue) - known, known - met, without, steps))
    dear = max((c for c in costs if c.without > meeting), key=lambda c: c.without, default=None)
    nearest = _nearest(catalogue, need, failing, fetch, today, misses) if misses else ()
    return Relaxation(meeting, tuple(costs), dear.requirement if dear else None, nearest)


def _count(catalogue: Catalogue, rows: Array) -> int:
    """Of how many products some row is marked."""
    return int(np.count_nonzero(catalogue.best(rows)))


def _nearest(
    catalogue: Catalogue, need: Need, failing: Array, fetch: Fetch, today: date, most: int
) -> tuple[Match, ...]:
    """The products that fail the fewest musts in one configuration, those that are short before those that do not say;
    then by score and id."""
    judged = catalogue.judge(need, today)
    fails = -catalogue.best(-failing)
    order = np.lexsort((judged.ids, -judged.scores.astype(np.int32), judged.standings, fails))
    return matches_at(catalogue, need, judged, order[fails[order] > 0][:most], fetch, today)


def _steps(
    catalogue: Catalogue, requirement: Requirement, level: Array, others: Array, meeting: int, most: int
) -> tuple[Step, ...]:
    """The smallest relaxations that let in products which meet every other must and are short of this one."""
    column = catalogue.columns[requirement.parameter]
    able = np.flatnonzero(others & (level != UNKNOWN))
    products = catalogue.base[able]
    found: list[Step] = []
    for value in _yielding(requirement, column.stated(able[level[able] != MET])):
        relaxed = replace(requirement, value=value)
        count = len(np.unique(products[column.level(relaxed, able) == MET]))
        if count > (found[-1].meeting if found else meeting):
            found.append(Step(value, count))
            if len(found) == most:
                break
    return tuple(found)


def _yielding(requirement: Requirement, offered: list[tuple[float, ...] | tuple[str, ...]]) -> Iterable[Value]:
    """Weaker values of the requirement, smallest relaxation first, each just enough for one more that is offered."""
    wanted, parameter = requirement.value, requirement.known
    assert parameter is not None
    op = requirement.op or parameter.op
    if wanted.kind in ("number", "range"):
        yield from _wider(wanted, op, parameter.unit, [(o[0], o[-1]) for o in offered if not isinstance(o[0], str)])
    elif wanted.kind == "ordinal" and op != "=":
        for rank in range(parameter.values.index(wanted.items[0]) - 1, -1, -1):
            yield _named(wanted, (parameter.values[rank],), parameter.values[rank])
    elif wanted.kind == "ip":
        yield from _lower_digits(wanted, [(int(o[0]), int(o[1])) for o in offered])
    elif wanted.kind == "set" and op != "any_of":
        yield from _fewer(wanted, [{str(item) for item in o} for o in offered])


def _wider(wanted: Value, op: str, unit: str, offered: list[tuple[float, float]]) -> Iterable[Value]:
    assert wanted.low is not None
    assert wanted.high is not None
    low, high = wanted.low, wanted.high
    if wanted.kind == "number" and op in (">=", "<="):
        for figure in sorted({o[0] for o in offered}, reverse=op == ">="):
            yield Value("number", plain(figure), unit, figure, figure, counted=wanted.counted)
        return
    if wanted.kind == "number":
        return  # exactly a figure: there is nothing weaker of the same kind
    covers = op == "covers"

    def gap(ends: tuple[float, float]) -> tuple[float, float, float]:
        below, above = (ends[0] - low, high - ends[1]) if covers else (low - ends[0], ends[1] - high)
        return max(below, above), ends[0], ends[1]

    for ends in sorted(set(offered), key=gap):
        if covers:
            low, high = max(low, ends[0]), min(high, ends[1])
        else:
            low, high = min(low, ends[0]), max(high, ends[1])
        if low > high:
            return
        yield Value("range", f"{plain(low)}~{plain(high)}", unit, low, high)


def _named(wanted: Value, items: tuple[str, ...], typed: str) -> Value:
    return replace(wanted, items=items, typed=typed)


def _lower_digits(wanted: Value, offered: list[tuple[int, int]]) -> Iterable[Value]:
    """IP65 → IP64 for what is sold as IP64 or IP54: an X stays untested and is never let in."""
    asked = [-1 if digit == "X" else int(digit) for digit in wanted.items]
    lower = {tuple(min(a, o) if o >= 0 else a for a, o in zip(asked, one, strict=True)) for one in offered}
    for digits in sorted(lower, key=lambda d: (sum(asked) - sum(d), d)):
        items = tuple("X" if digit < 0 else str(digit) for digit in digits)
        yield _named(wanted, items, f"IP{''.join(items)}")


def _fewer(wanted: Value, offered: list[set[str]]) -> Iterable[Value]:
    """Without what the offered sets lack, the fewest items given up first."""
    kept = {tuple(item for item in wanted.items if item.casefold() in have) for have in offered}
    for items in sorted(kept - {()}, key=lambda i: (-len(i), i)):
        yield _named(wanted, items, ", ".join(items))
