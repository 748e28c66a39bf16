"""The gap map: by domain, task and parameter what is asked, the best that exists, and which needs nobody meets.

A need is held against the products of its own domain, since a lift that climbs is no help to an arm; where another
domain has what this one lacks, the map says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from marketplace.fit.compare import UNKNOWN, Answer, Fit, plain
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.offers import Offer, Specification
from marketplace.vocabulary.parameters import Parameter, Value, parameters

_RANK = {Fit.SHORT: 1, Fit.UNKNOWN: 0, Fit.MET_IF: 2, Fit.MET: 2}


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
    products of the domain that state the parameter; ``best`` is their best value where values have one order, else the
    one that comes nearest to the strictest requirement.
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
    stated: int
    best: Specification | None
    strictest: Requirement
    meeting: int
    nearest: Answer
    unmet: tuple[Unmet, ...]


_Place = tuple[str, str, str]
"""Domain ("" for all of them together), parameter, and the thing counted where rates count several."""
_Stated = list[tuple[int, Specification]]


class _Offered:
    """What is stated in one place: each value once, with the first who states it and all who do."""

    def __init__(self) -> None:
        self.values: dict[object, tuple[int, Specification, set[int]]] = {}
        self._contenders: dict[str, _Stated] = {}

    def add(self, offer_id: int, one: Specification, compared: object) -> None:
        """Note that this product states this value."""
        self.values.setdefault(compared, (offer_id, one, set()))[2].add(offer_id)

    def join(self, other: _Offered) -> None:
        """Add what is stated in another place."""
        for compared, (offer_id, one, ids) in other.values.items():
            self.values.setdefault(compared, (offer_id, one, set()))[2].update(ids)

    @cached_property
    def stated(self) -> int:
        """How many products state it."""
        return len(set().union(*(ids for _id, _one, ids in self.values.values())))

    def meeting(self, line: Requirement) -> int:
        """How many products meet the requirement."""
        ask = line.ask
        assert ask is not None
        met = (ids for _id, one, ids in self.values.values() if _RANK[ask(one.value, False).fit] == 2)
        return len(set().union(*met))

    def contenders(self, parameter: Parameter, op: str) -> _Stated:
        """Those who may come nearest, best first: for a figure with a direction the best one, else one of each value."""
        if op not in self._contenders:
            self._contenders[op] = _contenders(parameter, op, [(i, one) for i, one, _ids in self.values.values()])
        return self._contenders[op]


def gap_map(needs: Iterable[Need], offers: Iterable[Offer]) -> list[Gap]:
    """Every cell in which something is asked, in the order of domain, task and the vocabulary."""
    offered = _offered(offers)
    asked: dict[tuple[str, str, str, str, str], list[tuple[Need, Requirement]]] = {}
    for need in needs:
        for line in need.requirements:
            if line.known:
                counted = line.value.counted if line.known.counted else ""
                cell = (need.domain, need.task, line.parameter, line.op or line.known.op, counted)
                asked.setdefault(cell, []).append((need, line))
    order = {key: number for number, key in enumerate(parameters())}
    cells = sorted(asked, key=lambda c: (c[0], c[1], order[c[2]], *c[3:]))
    return [_gap(cell, asked[cell], offered) for cell in cells]


def _offered(offers: Iterable[Offer]) -> dict[_Place, _Offered]:
    found: defaultdict[_Place, _Offered] = defaultdict(_Offered)
    known = parameters()
    for offer in offers:
        for one in offer.specifications:
            parameter = known.get(one.parameter)
            if parameter is None:
                continue
            counted, compared = one.value.counted if parameter.counted else "", _compared(one.value)
            found[offer.domain, parameter.key, counted].add(offer.id, one, compared)
    for (domain, key, counted), here in list(found.items()):
        if domain:
            found["", key, counted].join(here)
    return found


def _gap(
    cell: tuple[str, str, str, str, str], asked: list[tuple[Need, Requirement]], offered: dict[_Place, _Offered]
) -> Gap:
    domain, task, key, op, counted = cell
    parameter = parameters()[key]
    here = offered.get((domain, key, counted)) or _Offered()
    everywhere = offered.get(("", key, counted)) or _Offered()
    contenders, others = here.contenders(parameter, op), everywhere.contenders(parameter, op)
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
    musts = sum(line.is_must for _need, line in asked)
    strictest, meeting = _strictest(parameter, op, [line for _need, line in asked], here)
    nearest, _offer, at = _nearest(strictest, contenders)
    best = contenders[0][1] if contenders and is_ladder else at
    return Gap(
        domain, task, key, op, counted, len({need.id for need, _line in asked}), musts, len(asked) - musts,
        tuple(sorted(counts.items(), key=lambda c: (-c[1], c[0]))), here.stated, best, strictest, meeting,
        nearest, tuple(unmet),
    )  # fmt: skip


def _strictest(
    parameter: Parameter, op: str, lines: Sequence[Requirement], offered: _Offered
) -> tuple[Requirement, int]:
    """The requirement that fewest products meet, among those the one that asks most, and how many meet it."""
    first = {_compared(line.value): line for line in reversed(lines)}
    counted = [(offered.meeting(line), line) for line in first.values()]
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
    if parameter.kind == "number" and op in (">=", "<="):
        figures = [s for s in stated if s[1].value.low is not None]
        sign = -1 if op == ">=" else 1
        return sorted(figures, key=lambda s: sign * (s[1].value.low or 0.0))[:1]
    if parameter.kind == "ordinal":
        return sorted(stated, key=lambda s: -parameter.values.index(s[1].value.items[0]))
    return stated


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


def _canonical(value: Value) -> str:
    if value.low is None or value.high is None:
        return value.typed
    ends = dict.fromkeys((plain(value.low), plain(value.high)))
    return "~".join(ends) + (f" {value.counted}" if value.counted else "")
