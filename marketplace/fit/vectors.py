"""Values as numbers, and each kind's comparison on whole arrays of them.

The same comparison serves both ways round: one requirement against a column of offered values, and one offered value
against a column of requirements. ``compare`` is the truth; here are the same four answers as levels, met without regard
to conditions: ``UNKNOWN`` −1, far 0, near 1, close 2, ``MET`` 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from marketplace.fit.compare import Bounds, bounds, ex_mark
from marketplace.vocabulary.parameters import Parameter, Value

UNKNOWN, FAR, MET = -1, 0, 3
Array = NDArray[Any]
Levels = NDArray[np.int8]
_NAN = float("nan")


class Items:
    """Words as bits of 64-bit words, numbered as they come."""

    def __init__(self) -> None:
        self.bits: dict[str, int] = {}

    @property
    def width(self) -> int:
        """How many 64-bit words hold them."""
        return len(self.bits) // 64 + 1

    def known(self, items: Sequence[str]) -> Array:
        """The bits of those that have a number."""
        found = np.zeros(self.width, np.uint64)
        for item in items:
            if (bit := self.bits.get(item)) is not None:
                found[bit // 64] |= np.uint64(1) << np.uint64(bit % 64)
        return found

    def number(self, items: Sequence[str]) -> None:
        """Give a number to those that have none."""
        for item in items:
            self.bits.setdefault(item, len(self.bits))


class Kind(Protocol):
    """How one kind of value becomes numbers, and how they are compared."""

    fields: tuple[tuple[type[Any], float], ...]
    """Of an offered value: type and what stands where nothing is stated."""

    def offered(self, parameter: Parameter, value: Value) -> tuple[Any, ...]:
        """An offered value as numbers, one for each field."""

    def wanted(self, parameter: Parameter, op: str, value: Value) -> tuple[Any, ...] | None:
        """A requirement as numbers; ``None`` where it has no figure, so that nobody is known to meet it."""

    def level(self, op: str, offered: tuple[Any, ...], wanted: tuple[Any, ...]) -> Levels:
        """How the one answers the other, either of them as arrays."""


def _i8(flags: Array) -> Levels:
    return flags.view(np.int8)


def _three(met: Array, close: Array, near: Array, figure: Array) -> Levels:
    """Nested tests as a level; what is not stated passes none of them."""
    level: Levels = _i8(met) + _i8(close)
    level += _i8(near)
    level -= _i8(np.not_equal(figure, figure))
    return level


def _marked(enough: Array, known: Array) -> Levels:
    level: Levels = _i8(enough & known) * np.int8(MET)
    level -= _i8(~known)
    return level


class Number:
    """A figure; on the wanted side three lower and three upper bounds."""

    fields: tuple[tuple[type[Any], float], ...] = ((np.float64, _NAN),)

    def offered(self, parameter: Parameter, value: Value) -> tuple[Any, ...]:
        return (_NAN if value.low is None else value.low,)

    def wanted(self, parameter: Parameter, op: str, value: Value) -> tuple[Any, ...] | None:
        return _bounds(bounds(parameter, op, value))

    def level(self, op: str, offered: tuple[Any, ...], wanted: tuple[Any, ...]) -> Levels:
        (x,), (a, b, c, d, e, f) = offered, wanted
        if op == ">=":
            return _three(x >= a, x >= b, x >= c, x)
        if op == "<=":
            return _three(x <= d, x <= e, x <= f, x)
        return _three((x >= a) & (x <= d), (x >= b) & (x <= e), (x >= c) & (x <= f), x)


class Range:
    """Two ends."""

    fields: tuple[tuple[type[Any], float], ...] = ((np.float64, _NAN), (np.float64, _NAN))

    def offered(self, parameter: Parameter, value: Value) -> tuple[Any, ...]:
        return (_NAN, _NAN) if value.low is None or value.high is None else (value.low, value.high)

    def wanted(self, parameter: Parameter, op: str, value: Value) -> tuple[Any, ...] | None:
        return _bounds(bounds(parameter, op, value))

    def level(self, op: str, offered: tuple[Any, ...], wanted: tuple[Any, ...]) -> Levels:
        (low, high), (a, b, c, d, e, f) = offered, wanted
        if op == "covers":
            return _three((low <= a) & (high >= d), (low <= b) & (high >= e), (low <= c) & (high >= f), low)
        return _three((low >= a) & (high <= d), (low >= b) & (high <= e), (low >= c) & (high <= f), low)


def _bounds(held: Bounds | None) -> tuple[float, ...] | None:
    return None if held is None else (*held.low, *held.high)


class Flag:
    """Yes or no."""

    fields: tuple[tuple[type[Any], float], ...] = ((np.int8, -1),)

    def offered(self, parameter: Parameter, value: Value) -> tuple[Any, ...]:
        return (-1 if value.flag is None else int(value.flag),)

    def wanted(self, parameter: Parameter, op: str, value: Value) -> tuple[Any, ...]:
        return (-1 if value.flag is None else int(value.flag),)

    def level(self, op: str, offered: tuple[Any, ...], wanted: tuple[Any, ...]) -> Levels:
        known = np.greater_equal(offered[0], 0) & np.greater_equal(wanted[0], 0)
        return _marked(np.equal(offered[0], wanted[0]), known)


class Ordinal(Flag):
    """A rank."""

    def offered(self, parameter: Parameter, value: Value) -> tuple[Any, ...]:
        return (parameter.values.index(value.items[0]),)

    def wanted(self, parameter: Parameter, op: str, value: Value) -> tuple[Any, ...]:
        return (parameter.values.index(value.items[0]),)

    def level(self, op: str, offered: tuple[Any, ...], wanted: tuple[Any, ...]) -> Levels:
        test = np.equal if op == "=" else np.greater_equal
        return _marked(test(offered[0], wanted[0]), np.greater_equal(offered[0], 0))


class Ingress:
    """Two digits; −1 is an X, −2 is nothing stated."""

    fields: tuple[tuple[type[Any], float], ...] = ((np.int8, -2), (np.int8, -2))

    def offered(self, parameter: Parameter, value: Value) -> tuple[Any, ...]:
        return tuple(-1 if digit == "X" else int(digit) for digit in value.items)

    def wanted(self, parameter: Parameter, op: str, value: Value) -> tuple[Any, ...]:
        return self.offered(parameter, value)

    def level(self, op: str, offered: tuple[Any, ...], wanted: tuple[Any, ...]) -> Levels:
        enough, untested, short = [], [], []
        for o, w in zip(offered, wanted, strict=True):
            enough.append(np.greater_equal(o, w))
            untested.append(np.equal(o, -1) & np.greater_equal(w, 0))
            short.append(np.greater_equal(o, 0) & np.less(o, w))
        known = np.greater_equal(offered[0], -1) & ((short[0] | short[1]) | ~(untested[0] | untested[1]))
        return _marked(enough[0] & enough[1], known)


class Explosion:
    """Family, group, hottest surface and protection level."""

    fields: tuple[tuple[type[Any], float], ...] = ((np.int8, -1), (np.int8, -1), (np.float64, _NAN), (np.int8, -1))

    def offered(self, parameter: Parameter, value: Value) -> tuple[Any, ...]:
        return tuple(ex_mark(value))

    def wanted(self, parameter: Parameter, op: str, value: Value) -> tuple[Any, ...]:
        return tuple(ex_mark(value))

    def level(self, op: str, offered: tuple[Any, ...], wanted: tuple[Any, ...]) -> Levels:
        (family, group, hottest, protection), asked = offered, wanted
        enough = np.equal(family, asked[0]) & np.greater_equal(group, asked[1]) & np.less_equal(hottest, asked[2])
        return _marked(enough & np.greater_equal(protection, asked[3]), np.greater_equal(family, 0))


KINDS: dict[str, Kind] = {
    "number": Number(),
    "range": Range(),
    "bool": Flag(),
    "ordinal": Ordinal(),
    "ip": Ingress(),
    "ex": Explosion(),
}
"""Every kind but the set, whose items take as many bits as there are."""


def set_level(op: str, offered: Array, wanted: Array, stated: Array, *, is_offered: bool = True) -> Levels:
    """Sets as rows of bits. ``is_offered`` is false where an item is wanted that has no bit, because nobody offers it."""
    both = offered & wanted
    enough = both.any(axis=-1) if op == "any_of" else np.equal(both, wanted).all(axis=-1) & np.bool_(is_offered)
    return _marked(np.asarray(enough), stated)


def credits(level: Levels, free: Array) -> Levels:
    """What levels earn, of 10: their square (unknown nothing), one more where a met requirement has no condition."""
    found: Levels = level * level
    found -= _i8(level < FAR)
    found += _i8(free)
    return found


def folded(value: Value) -> tuple[str, ...]:
    """The items of a set as they are compared."""
    return tuple(item.casefold() for item in value.items)
