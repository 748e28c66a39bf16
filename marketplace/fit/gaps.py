"""The gap map: by domain, task and parameter what is asked, the best that exists, and which needs nobody meets.

A need is held against the products of its own domain, since a lift that climbs is no help to an arm; where another
domain has what this one lacks, the map says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketplace.fit.compare import UNKNOWN, Answer, Fit
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.offers import Offer, Specification
from marketplace.fit.relax import plain
from marketplace.vocabulary.parameters import Parameter, Value, parameters

_RANK = {Fit.SHORT: 1, Fit.UNKNOWN: 0, Fit.MET_IF: 2, Fit.MET: 2}


@dataclass(frozen=True, slots=True)
class Spread:
    """How the figures that are asked are spread, in the canonical unit (of a range, its wider end)."""

    least: float
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class Unmet:
    """A requirement that no product of its domain meets: how near the nearest comes, and whether another domain has it."""

    need_id: int
    requirement: Requirement
    nearest: Answer
    specification: Specification | None
    offer_id: int | None
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """One cell; rates of different things (``counted``) are different cells.

    ``needs`` counts those who ask, ``asked`` requirements by value as typed in the canonical unit, ``stated`` the
    products of the domain that state the parameter; ``best`` is their best value where values have one order.
    ``strictest`` is the requirement that fewest of them meet, ``meeting`` how many do, and ``nearest`` how near they come.
    """

    domain: str
    task: str
    parameter: str
    op: str
    counted: str
    needs: int
    musts: int
    shoulds: int
    asked: tuple[tuple[str, int], ...]
    spread: Spread | None
    stated: int
    best: Specification | None
    strictest: Requirement
    meeting: int
    nearest: Answer
    unmet: tuple[Unmet, ...]


_Stated = list[tuple[int, Specification]]


def gap_map(needs: Iterable[Need], offers: Iterable[Offer]) -> list[Gap]:
    """Every cell in which something is asked, in the order of domain, task and the vocabulary."""
    everywhere, by_domain = _stated(offers)
    asked: dict[tuple[str, str, str, str, str], list[tuple[Need, Requirement]]] = {}
    for need in needs:
        for line in need.requirements:
            if line.known:
                counted = line.value.counted if line.known.counted else ""
                cell = (need.domain, need.task, line.parameter, line.op or line.known.op, counted)
                asked.setdefault(cell, []).append((need, line))
    order = {key: number for number, key in enumerate(parameters())}
    cells = sorted(asked, key=lambda c: (c[0], c[1], order[c[2]], *c[3:]))
    return [_gap(cell, asked[cell], by_domain.get((cell[0], cell[2]), []), everywhere[cell[2]]) for cell in cells]


def _stated(offers: Iterable[Offer]) -> tuple[dict[str, _Stated], dict[tuple[str, str], _Stated]]:
    everywhere: dict[str, _Stated] = {key: [] for key in parameters()}
    by_domain: dict[tuple[str, str], _Stated] = {}
    for offer in offers:
        for one in offer.specifications:
            if one.parameter in everywhere:
                everywhere[one.parameter].append((offer.id, one))
                by_domain.setdefault((offer.domain, one.parameter), []).append((offer.id, one))
    return everywhere, by_domain


def _gap(
    cell: tuple[str, str, str, str, str], asked: list[tuple[Need, Requirement]], here: _Stated, everywhere: _Stated
) -> Gap:
    domain, task, key, op, counted = cell
    parameter = parameters()[key]
    if parameter.counted:
        here, everywhere = ([s for s in stated if s[1].value.counted == counted] for stated in (here, everywhere))
    contenders, others = _contenders(parameter, op, here), _contenders(parameter, op, everywhere)
    unmet = []
    for need, line in asked:
        answer, offer_id, one = _nearest(line, contenders)
        if _RANK[answer.fit] < 2:
            elsewhere = _RANK[_nearest(line, others)[0].fit] == 2
            unmet.append(Unmet(need.id, line, answer, one, offer_id, elsewhere))
    counts: dict[str, int] = {}
    for _need, line in asked:
        text = _canonical(line.value)
        counts[text] = counts.get(text, 0) + 1
    is_ladder = parameter.kind in ("number", "ordinal") and op in (">=", "<=")
    best = contenders[0][1] if contenders and is_ladder else None
    figures = sorted(_figure(line.value) for _need, line in asked if line.value.low is not None)
    spread = Spread(figures[0], _median(figures), figures[-1]) if figures else None
    musts = sum(line.is_must for _need, line in asked)
    stated = len({offer_id for offer_id, _one in here})
    strictest, meeting = _strictest(parameter, op, [line for _need, line in asked], here)
    return Gap(
        domain, task, key, op, counted, len({need.id for need, _line in asked}), musts, len(asked) - musts,
        tuple(sorted(counts.items(), key=lambda c: (-c[1], c[0]))), spread, stated, best, strictest, meeting,
        _nearest(strictest, contenders)[0], tuple(unmet),
    )  # fmt: skip


def _strictest(parameter: Parameter, op: str, lines: Sequence[Requirement], stated: _Stated) -> tuple[Requirement, int]:
    """The requirement that fewest products meet, among those the one that asks most, and how many meet it."""
    by_value: dict[object, tuple[Specification, set[int]]] = {}
    for offer_id, one in stated:
        by_value.setdefault(_compared(one.value), (one, set()))[1].add(offer_id)
    first: dict[object, Requirement] = {}
    for line in lines:
        first.setdefault(_compared(line.value), line)

    def count(line: Requirement) -> int:
        ask = line.ask
        assert ask is not None
        met = [ids for one, ids in by_value.values() if _RANK[ask(one.value, False).fit] == 2]
        return len(set().union(*met))

    counted = [(count(line), line) for line in first.values()]
    meeting, strictest = min(counted, key=lambda c: (c[0], -_demand(parameter, op, c[1].value)))
    return strictest, meeting


def _demand(parameter: Parameter, op: str, value: Value) -> float:
    """How much a requirement asks, to order those of one cell."""
    if parameter.kind in ("number", "range"):
        low, high = value.low or 0.0, value.high or 0.0
        figure = high - low if parameter.kind == "range" else high
        return -figure if op in ("<=", "in") else figure
    if parameter.kind == "ordinal":
        return parameter.values.index(value.items[0])
    if parameter.kind == "ip":
        return sum(int(digit) for digit in value.items if digit != "X")
    return -len(value.items) if op == "any_of" else len(value.items)


def _compared(value: Value) -> tuple[object, ...]:
    """All of a value that comparison sees."""
    return value.low, value.high, value.flag, value.items, value.counted


def _contenders(parameter: Parameter, op: str, stated: _Stated) -> _Stated:
    """Those who may come nearest, best first: for a figure with a direction the best one, else one of each value."""
    if parameter.kind == "number" and op in (">=", "<="):
        sign = -1 if op == ">=" else 1
        return sorted((s for s in stated if s[1].value.low is not None), key=lambda s: sign * (s[1].value.low or 0.0))[
            :1
        ]
    if parameter.kind == "ordinal":
        stated = sorted(stated, key=lambda s: -parameter.values.index(s[1].value.items[0]))
    first: dict[object, tuple[int, Specification]] = {}
    for one in stated:
        first.setdefault(_compared(one[1].value), one)
    return list(first.values())


def _nearest(line: Requirement, stated: _Stated) -> tuple[Answer, int | None, Specification | None]:
    """The answer that comes nearest; a figure that was stated, even short, says more than none."""
    best: tuple[Answer, int | None, Specification | None] = (UNKNOWN, None, None)
    ask = line.ask
    assert ask is not None
    for offer_id, one in stated:
        answer = ask(one.value, False)
        if _near(answer) > _near(best[0]):
            best = (answer, offer_id, one)
    return best


def _near(answer: Answer) -> tuple[int, float]:
    return _RANK[answer.fit], -(len(answer.missing) if answer.gap is None else answer.gap)


def _figure(value: Value) -> float:
    return max(value.low or 0.0, value.high or 0.0)


def _median(figures: Sequence[float]) -> float:
    middle = len(figures) // 2
    return figures[middle] if len(figures) % 2 else (figures[middle - 1] + figures[middle]) / 2


def _canonical(value: Value) -> str:
    if value.low is None or value.high is None:
        return value.typed
    ends = dict.fromkeys((plain(value.low), plain(value.high)))
    return "~".join(ends) + (f" {value.counted}" if value.counted else "")
