"""One requirement against one specification, in canonical units."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from marketplace.vocabulary.parameters import Parameter, Value, figure

TOLERANCE = 0.0002
"""What people lose when they round a figure, as a share of the requirement's scale: 8.75 % of slope are 5.0006°, and a
robot that climbs 5° meets them. It is far below what anybody measures."""
CLOSE, NEAR = 0.1, 0.25
"""A figure that misses by a tenth of the scale is close, by a quarter near: an owner may yield, a vendor may improve."""


class Fit(enum.Enum):
    """The four answers. Unknown is never "no" and never "yes"."""

    MET = "met"
    MET_IF = "metif"
    UNKNOWN = "unknown"
    SHORT = "short"


class Answer(NamedTuple):
    """One answer, with the gap in the canonical unit where it is a number, or the items that are missing.

    ``level`` says how far off a shortage is: 2 close, 1 near, 0 far or no matter of degree; ``over`` that the figure goes
    beyond a limit, and does not fall short of it.
    """

    fit: Fit
    gap: float | None = None
    unit: str = ""
    missing: tuple[str, ...] = ()
    level: int = 0
    over: bool = False

    @property
    def gap_shown(self) -> str:
        """The gap as a figure, without its unit."""
        return figure(self.gap) if self.gap is not None else "、".join(self.missing)


UNKNOWN = Answer(Fit.UNKNOWN)
MET = Answer(Fit.MET)
MET_IF = Answer(Fit.MET_IF)
_GAS, _DUST = ("IIA", "IIB", "IIC"), ("IIIA", "IIIB", "IIIC")
_EPL = {"Gc": 0, "Gb": 1, "Ga": 2, "Dc": 0, "Db": 1, "Da": 2}


Ask = Callable[[Value | None, bool], Answer]
"""A requirement that waits for values: offered value, whether it is conditional."""


def compare(
    parameter: Parameter, op: str, wanted: Value, offered: Value | None, *, conditional: bool = False
) -> Answer:
    """How ``offered`` answers the requirement ``op wanted``.

    ``conditional``: the offered figure was stated for a certain task and site, so that at best it is "met if".
    """
    return asking(parameter, op, wanted)(offered, conditional)


def asking(parameter: Parameter, op: str, wanted: Value) -> Ask:
    """The requirement made ready, to be asked of many offered values."""
    if wanted.kind != parameter.kind:
        return lambda _offered, _conditional: UNKNOWN
    kind, counted, always = parameter.kind, parameter.counted, parameter.conditional
    is_figure = kind in ("number", "range")
    read = _figures(parameter, op, wanted) if is_figure else partial(_MARKS[kind], parameter, op, wanted)

    def ask(offered: Value | None, conditional: bool) -> Answer:
        if offered is None or offered.kind != kind or (counted and wanted.counted != offered.counted):
            return UNKNOWN
        answer = read(offered)
        return MET_IF if answer is MET and (conditional or always) else answer

    return ask


def plain(number: float) -> str:
    """A figure without needless zeros, as it may be typed again."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def scale(parameter: Parameter, wanted: Value) -> float:
    """What a gap is held against, in the canonical unit; never 0.

    The figure itself, for a range the larger end. A percentage is as far from all as from nothing, so the smaller of
    the two: 98 % for 99.7 % is not nearly enough. A level in dB is a logarithm: 10 dB, a tenfold power.
    """
    if parameter.unit.startswith("dB"):
        return 10.0
    size = max(abs(wanted.low or 0.0), abs(wanted.high or 0.0))
    return (min(size, 100 - size) if parameter.unit == "percent" else size) or 1.0


class Bounds(NamedTuple):
    """What the ends of an offered figure are held against: to meet the requirement, to be close to it, to be near.

    ``covers``: the offered range must reach from ``low`` to ``high``; else it must lie between them. A number is a
    range of one point.
    """

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    covers: bool


_ANYTHING = (math.inf,) * 3
_NOTHING = (-math.inf,) * 3


def bounds(parameter: Parameter, op: str, wanted: Value) -> Bounds | None:
    """The bounds of a requirement that is a number or a range; ``None`` where its figure is missing."""
    if wanted.low is None or wanted.high is None:
        return None
    unit = scale(parameter, wanted)
    spare = (TOLERANCE * unit, CLOSE * unit, NEAR * unit)
    below = (wanted.low - spare[0], wanted.low - spare[1], wanted.low - spare[2])
    above = (wanted.high + spare[0], wanted.high + spare[1], wanted.high + spare[2])
    if wanted.kind == "range" and op == "covers":
        within = (wanted.low + spare[0], wanted.low + spare[1], wanted.low + spare[2])
        return Bounds(within, (wanted.high - spare[0], wanted.high - spare[1], wanted.high - spare[2]), True)
    if wanted.kind == "number" and op in (">=", "<="):
        return Bounds(below, _ANYTHING, False) if op == ">=" else Bounds(_NOTHING, above, False)
    return Bounds(below, above, False)


def _figures(parameter: Parameter, op: str, wanted: Value) -> Callable[[Value], Answer]:
    held = bounds(parameter, op, wanted)
    if held is None or wanted.low is None or wanted.high is None:
        return lambda _offered: UNKNOWN
    least, most, unit, covers = wanted.low, wanted.high, parameter.unit, held.covers
    one_sided = op if wanted.kind == "number" else ""
    (low_met, low_close, low_near), (high_met, high_close, high_near) = held.low, held.high

    def read(offered: Value) -> Answer:
        low, high = offered.low, offered.high
        if low is None or high is None:
            return UNKNOWN
        if covers:
            if low <= low_met and high >= high_met:
                return MET
            close, near = low <= low_close and high >= high_close, low <= low_near and high >= high_near
            gap = max(low - least, most - high)
        else:
            if low >= low_met and high <= high_met:
                return MET
            close, near = low >= low_close and high <= high_close, low >= low_near and high <= high_near
            gap = (
                least - low
                if one_sided == ">="
                else high - most
                if one_sided == "<="
                else max(least - low, high - most)
            )
        over = not covers and high - most >= least - low
        return Answer(Fit.SHORT, round(gap, 6), unit, (), 2 if close else 1 if near else 0, over)

    return read


def _bool(parameter: Parameter, op: str, wanted: Value, offered: Value) -> Answer:
    if wanted.flag is None or offered.flag is None:
        return UNKNOWN
    return MET if wanted.flag == offered.flag else Answer(Fit.SHORT)


def _ip(parameter: Parameter, op: str, wanted: Value, offered: Value) -> Answer:
    """IEC 60529: the two digits are compared separately; X means untested and never counts as met."""
    fits = [_digit(w, o) for w, o in zip(wanted.items, offered.items, strict=True)]
    if Fit.SHORT in fits:
        return Answer(Fit.SHORT, missing=(wanted.typed,))
    return UNKNOWN if Fit.UNKNOWN in fits else MET


def _digit(wanted: str, offered: str) -> Fit:
    if wanted == "X":
        return Fit.MET
    if offered == "X":
        return Fit.UNKNOWN
    return Fit.MET if int(offered) >= int(wanted) else Fit.SHORT


def _ex(parameter: Parameter, op: str, wanted: Value, offered: Value) -> Answer:
    asked, given = ex_mark(wanted), ex_mark(offered)
    enough = (
        given.family == asked.family
        and given.group >= asked.group
        and given.hottest <= asked.hottest
        and given.protection >= asked.protection
    )
    return MET if enough else Answer(Fit.SHORT, missing=(wanted.typed,))


class ExMark(NamedTuple):
    """An explosion mark as numbers: gas and dust never stand for each other, the other three each count."""

    family: int
    group: int
    hottest: float
    protection: int


def ex_mark(value: Value) -> ExMark:
    """The mark of an ``ex`` value."""
    group, temperature, protection = value.items
    gases = group in _GAS
    family = 2 * gases + (protection[0] == "G")
    return ExMark(family, (_GAS if gases else _DUST).index(group), _hot(temperature), _EPL[protection])


def _hot(temperature: str) -> float:
    """The hottest surface that a temperature class allows, in °C (IEC 60079-0, table 2); dust marks state it."""
    number = int(re.sub(r"\D", "", temperature))
    return {1: 450, 2: 300, 3: 200, 4: 135, 5: 100, 6: 85}.get(number, number)


def _ordinal(parameter: Parameter, op: str, wanted: Value, offered: Value) -> Answer:
    if op == "=":
        return MET if wanted.items == offered.items else Answer(Fit.SHORT, missing=wanted.items)
    order = parameter.values.index
    return MET if order(offered.items[0]) >= order(wanted.items[0]) else Answer(Fit.SHORT, missing=wanted.items)


def _set(parameter: Parameter, op: str, wanted: Value, offered: Value) -> Answer:
    have = {i.casefold() for i in offered.items}
    missing = tuple(i for i in wanted.items if i.casefold() not in have)
    if not missing or (op == "any_of" and len(missing) < len(wanted.items)):
        return MET
    return Answer(Fit.SHORT, missing=missing)


_MARKS: dict[str, Callable[[Parameter, str, Value, Value], Answer]] = {
    "bool": _bool,
    "ip": _ip,
    "ex": _ex,
    "ordinal": _ordinal,
    "set": _set,
}
