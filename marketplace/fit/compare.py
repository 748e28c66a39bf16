"""One requirement against one specification, in canonical units."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from marketplace.vocabulary.parameters import Parameter, Value, figure


class Fit(enum.Enum):
    """The four answers. Unknown is never "no" and never "yes"."""

    MET = "met"
    MET_IF = "metif"
    UNKNOWN = "unknown"
    SHORT = "short"


@dataclass(frozen=True)
class Answer:
    """One answer, with the gap in the canonical unit where it is a number, or the items that are missing."""

    fit: Fit
    gap: float | None = None
    unit: str = ""
    missing: tuple[str, ...] = ()

    @property
    def gap_shown(self) -> str:
        """The gap as a figure, without its unit."""
        return figure(self.gap) if self.gap is not None else "、".join(self.missing)


UNKNOWN = Answer(Fit.UNKNOWN)
MET = Answer(Fit.MET)
_GAS, _DUST = ("IIA", "IIB", "IIC"), ("IIIA", "IIIB", "IIIC")
_EPL = {"Gc": 0, "Gb": 1, "Ga": 2, "Dc": 0, "Db": 1, "Da": 2}


def compare(
    parameter: Parameter, op: str, wanted: Value, offered: Value | None, *, conditional: bool = False
) -> Answer:
    """How ``offered`` answers the requirement ``op wanted``.

    ``conditional``: the offered figure was stated for a certain task and site, so that at best it is "met if".
    """
    if offered is None or offered.kind != wanted.kind:
        return UNKNOWN
    if parameter.counted and wanted.counted != offered.counted:
        return UNKNOWN
    answer = _READERS[wanted.kind](parameter, op, wanted, offered)
    if answer.fit is Fit.MET and (conditional or parameter.conditional):
        return Answer(Fit.MET_IF)
    return answer


def _short(gap: float, unit: str) -> Answer:
    return Answer(Fit.SHORT, gap=round(gap, 6), unit=unit)


def _number(parameter: Parameter, op: str, wanted: Value, offered: Value) -> Answer:
    if wanted.low is None or offered.low is None:
        return UNKNOWN
    gap = wanted.low - offered.low
    if op == ">=":
        return MET if gap <= 1e-9 else _short(gap, parameter.unit)
    if op == "<=":
        return MET if gap >= -1e-9 else _short(-gap, parameter.unit)
    return MET if abs(gap) <= 1e-9 else _short(abs(gap), parameter.unit)


def _range(parameter: Parameter, op: str, wanted: Value, offered: Value) -> Answer:
    if None in (wanted.low, wanted.high, offered.low, offered.high):
        return UNKNOWN
    outer, inner = (offered, wanted) if op == "covers" else (wanted, offered)
    low = (outer.low or 0.0) - (inner.low or 0.0)
    high = (inner.high or 0.0) - (outer.high or 0.0)
    gap = max(low, high, 0.0)
    return MET if gap <= 1e-9 else _short(gap, parameter.unit)


def _bool(parameter: Parameter, op: str, wanted: Value, offered: Value) -> Answer:
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
    """Gas and dust never stand for each other; group, temperature class and protection level each count."""
    (group_w, temp_w, epl_w), (group_o, temp_o, epl_o) = wanted.items, offered.items
    family = _GAS if group_w in _GAS else _DUST
    if group_o not in family or epl_w[0] != epl_o[0]:
        return Answer(Fit.SHORT, missing=(wanted.typed,))
    enough = (
        family.index(group_o) >= family.index(group_w) and _EPL[epl_o] >= _EPL[epl_w] and _hot(temp_o) <= _hot(temp_w)
    )
    return MET if enough else Answer(Fit.SHORT, missing=(wanted.typed,))


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


_READERS = {"number": _number, "range": _range, "bool": _bool, "ip": _ip, "ex": _ex, "ordinal": _ordinal, "set": _set}
