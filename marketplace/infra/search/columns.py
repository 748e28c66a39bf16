"""What facets, sorting and rights need of every document, as arrays: one table for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.intp]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]


class Coded:
    """Values from a growing list of labels: up to ``k`` codes for each document, -1 where there is none."""

    def __init__(self, labels: Sequence[str], codes: NDArray[np.int32]) -> None:
        self.labels = labels
        self.codes = codes

    def at(self, hits: Positions) -> Coded:
        """The values of some documents only."""
        return Coded(self.labels, self.codes[hits])

    def has(self, *wanted: str) -> Mask:
        """Which documents have one of the values."""
        return self.any_of(wanted)

    def any_of(self, wanted: Iterable[str]) -> Mask:
        """Which documents have one of the values."""
        asked = set(wanted)
        allowed = np.zeros(len(self.labels) + 1, dtype=bool)
        allowed[[i for i, label in enumerate(self.labels) if label in asked]] = True
        allowed[-1] = False
        found: Mask = allowed[self.codes[:, 0]]
        for column in range(1, self.codes.shape[1]):
            found = found | allowed[self.codes[:, column]]
        return found

    def counts(self, of: Mask | None = None) -> dict[str, int]:
        """How often each value occurs, among all or some of the documents; values that do not occur are left out."""
        codes = self.codes if of is None else self.codes[of]
        found = np.bincount(codes.ravel() + 1, minlength=len(self.labels) + 1)[1:]
        return {self.labels[int(i)]: int(found[i]) for i in np.flatnonzero(found)}


class Masks:
    """Values worked out now, such as what the clock decides: one mask for each."""

    def __init__(self, masks: Mapping[str, Mask]) -> None:
        self.masks = masks

    def any_of(self, wanted: Iterable[str]) -> Mask:
        """Which documents have one of the values."""
        found = np.zeros(len(next(iter(self.masks.values()))), dtype=bool)
        for value in wanted:
            if value in self.masks:
                found |= self.masks[value]
        return found

    def counts(self, of: Mask | None = None) -> dict[str, int]:
        """How often each value occurs, among all or some of the documents."""
        found = {v: int(np.count_nonzero(m if of is None else m & of)) for v, m in self.masks.items()}
        return {value: count for value, count in found.items() if count}


@dataclass(frozen=True)
class Table:
    """The documents of one kind, newest row first, so that an earlier position wins a tie."""

    row_ids: NDArray[np.int64]
    facets: Mapping[str, Coded]
    numbers: Mapping[str, Numbers]
    keys: Coded

    def facet(self, name: str, hits: Positions) -> Coded:
        """A stored facet of some documents."""
        coded = self.facets.get(name)
        if coded is None:
            return Coded((), np.full((len(hits), 1), -1, dtype=np.int32))
        return coded.at(hits)

    def number(self, name: str, hits: Positions) -> Numbers:
        """A stored number of some documents; 0 where there is none."""
        values = self.numbers.get(name)
        return np.zeros(len(hits)) if values is None else values[hits]


@dataclass(frozen=True)
class Entry:
    """A document's row with the values that facets, sorting and rights need, as the index stores them."""

    kind: str
    row_id: int
    facets: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, float]
    keys: frozenset[str]


class Labels:
    """Numbers for labels, given once and kept as long as the process lives."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, label: str) -> int:
        """The label's number."""
        known = self._codes.get(label)
        if known is None:
            known = self._codes[label] = len(self.names)
            self.names.append(label)
        return known


class Dictionary:
    """The labels of every facet and of the viewers' keys."""

    def __init__(self) -> None:
        self._labels: dict[str, Labels] = {}

    def of(self, name: str) -> Labels:
        """The labels of one facet."""
        return self._labels.setdefault(name, Labels())


@dataclass(frozen=True)
class Part:
    """Some documents of one kind as arrays, in any order; ``places`` says where each stands in its segment."""

    places: NDArray[np.int64]
    row_ids: NDArray[np.int64]
    facets: Mapping[str, NDArray[np.int32]]
    numbers: Mapping[str, Numbers]
    keys: NDArray[np.int32]


def part(entries: Sequence[tuple[int, Entry]], dictionary: Dictionary) -> Part:
    """Entries with their places as arrays."""
    rows = [entry for _place, entry in entries]
    facets = sorted({name for row in rows for name in row.facets})
    numbers = sorted({name for row in rows for name in row.numbers})
    return Part(
        places=np.array([place for place, _entry in entries], dtype=np.int64),
        row_ids=np.array([row.row_id for row in rows], dtype=np.int64),
        facets={n: _codes([row.facets.get(n, ()) for row in rows], dictionary.of(n)) for n in facets},
        numbers={n: np.array([row.numbers.get(n, 0.0) for row in rows], dtype=np.float64) for n in numbers},
        keys=_codes([sorted(row.keys) for row in rows], dictionary.of(" keys")),
    )


def _codes(values: Sequence[Sequence[str]], labels: Labels) -> NDArray[np.int32]:
    width = max([1, *map(len, values)])
    found = np.full((len(values), width), -1, dtype=np.int32)
    for number, row in enumerate(values):
        for column, value in enumerate(row):
            found[number, column] = labels.code(value)
    return found


def table(parts: Sequence[tuple[Part, Mask]], dictionary: Dictionary) -> tuple[Table, NDArray[np.int64]]:
    """One table of the documents that each part's mask leaves, and the order that was given to them.

    The second answer says for each row of the table which of the kept documents, counted through all parts, it is.
    """
    row_ids = np.concatenate([p.row_ids[live] for p, live in parts])
    order = np.argsort(-row_ids, kind="stable")
    names = sorted({name for p, _live in parts for name in p.facets})
    numbers = sorted({name for p, _live in parts for name in p.numbers})

    def coded(name: str, found: Sequence[NDArray[np.int32] | None]) -> Coded:
        width = max(1, *(f.shape[1] for f in found if f is not None))
        pieces = []
        for (_part, live), codes in zip(parts, found, strict=True):
            piece = np.full((int(np.count_nonzero(live)), width), -1, dtype=np.int32)
            if codes is not None:
                piece[:, : codes.shape[1]] = codes[live]
            pieces.append(piece)
        # The list of labels is copied: it may grow while a request reads this table.
        return Coded(tuple(dictionary.of(name).names), np.concatenate(pieces)[order])

    def numeric(name: str) -> Numbers:
        found: Any = [p.numbers.get(name, np.zeros(len(p.row_ids)))[live] for p, live in parts]
        return np.concatenate(found)[order]

    made = Table(
        row_ids=row_ids[order],
        facets={name: coded(name, [p.facets.get(name) for p, _live in parts]) for name in names},
        numbers={name: numeric(name) for name in numbers},
        keys=coded(" keys", [p.keys for p, _live in parts]),
    )
    return made, order


def first(values: Numbers, count: int) -> Positions:
    """The positions of the ``count`` smallest values in order; of equal ones the earlier position."""
    if count <= 0:
        return np.zeros(0, dtype=np.intp)
    if len(values) > 4 * count:
        bound = np.partition(values, count - 1)[count - 1]
        below = np.flatnonzero(values < bound)
        level = np.flatnonzero(values == bound)[: count - len(below)]
        chosen = np.concatenate([below, level])
        chosen.sort()
    else:
        chosen = np.arange(len(values), dtype=np.intp)
    return chosen[np.argsort(values[chosen], kind="stable")][:count]
