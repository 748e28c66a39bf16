"""All products at once: a column for each parameter, so that one need is held against the whole catalogue in a few passes.

A row is one configuration of a product; variants are rows of their own, and a product's score is its best row's. The
columns hold numbers only, not the products: whoever wants an explanation brings the few products that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from marketplace.fit import score
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.offers import Offer, Specification
from marketplace.fit.vectors import KINDS, MET, UNKNOWN, Array, Items, Levels, credits, folded, set_level
from marketplace.fit.wording import rarity
from marketplace.vocabulary.parameters import Parameter, parameters

FOREVER = date.max.toordinal()
BLOCK = 16_384
"""So many rows are worked on at a time that what is between two steps stays in the processor's cache."""


class Column:
    """One parameter of all rows: the value's numbers, whether it is conditional, and the evidence behind it."""

    def __init__(self, parameter: Parameter, rows: int) -> None:
        self.parameter = parameter
        self.is_set = parameter.kind == "set"
        self.items = Items()
        fields = ((np.bool_, 0.0),) if self.is_set else KINDS[parameter.kind].fields
        self.fields: list[Array] = [np.full(rows, blank, kind) for kind, blank in fields]
        self.blanks = [blank for _kind, blank in fields]
        self.bits = np.zeros((rows, 1), np.uint64)
        self.counted = np.full(rows, -1, np.int8)
        self.free = np.zeros(rows, np.bool_)
        self.rung = np.zeros(rows, np.int8)
        self.expires = np.full(rows, FOREVER, np.int32)
        self._standing: tuple[date, Array] | None = None

    def arrays(self) -> dict[str, Array]:
        """Everything that has one entry for each row."""
        single = {name: getattr(self, name) for name in ("bits", "counted", "free", "rung", "expires")}
        return single | {str(number): array for number, array in enumerate(self.fields)}

    def grow(self, rows: int) -> None:
        """Make room for so many rows."""
        fresh = Column(self.parameter, rows)
        fresh.bits = np.zeros((rows, self.bits.shape[1]), np.uint64)
        for name, array in self.arrays().items():
            target = fresh.fields[int(name)] if name.isdigit() else getattr(fresh, name)
            target[: len(array)] = array
        fresh.items = self.items
        self.__dict__ = fresh.__dict__

    def clear(self, rows: Sequence[int]) -> None:
        """Nothing is stated in these rows any more."""
        for array, blank in zip(self.fields, self.blanks, strict=True):
            array[rows] = blank

    def write(self, rows: Sequence[int], specifications: Sequence[Specification]) -> None:
        """State these values in these rows."""
        self._standing = None
        p = self.parameter
        if self.is_set:
            for one in specifications:
                self.items.number(folded(one.value))
            if self.items.width > self.bits.shape[1]:
                more = self.items.width - self.bits.shape[1]
                self.bits = np.hstack([self.bits, np.zeros((len(self.bits), more), np.uint64)])
            self.fields[0][rows] = True
            self.bits[rows] = [self.items.known(folded(one.value)) for one in specifications]
        else:
            numbers = [KINDS[p.kind].offered(p, one.value) for one in specifications]
            for array, values in zip(self.fields, zip(*numbers, strict=True), strict=True):
                array[rows] = values
        if p.counted:
            self.counted[rows] = [_thing(p, one.value.counted) for one in specifications]
        self.free[rows] = [not one.is_conditional and not p.conditional for one in specifications]
        self.rung[rows] = [one.evidence for one in specifications]
        self.expires[rows] = [one.expires.toordinal() if one.expires else FOREVER for one in specifications]

    def level(self, requirement: Requirement, at: slice | Array) -> Levels:
        """How these rows answer, conditions aside."""
        p, value, op = self.parameter, requirement.value, requirement.op or self.parameter.op
        stated = self.fields[0][at]
        if value.kind != p.kind:
            return np.full(len(stated), UNKNOWN, np.int8)
        if self.is_set:
            wanted = folded(value)
            is_offered = all(item in self.items.bits for item in wanted)
            return set_level(op, self.bits[at], self.items.known(wanted), stated, is_offered=is_offered)
        kind = KINDS[p.kind]
        asked = kind.wanted(p, op, value)
        if asked is None:
            return np.full(len(stated), UNKNOWN, np.int8)
        found = kind.level(op, tuple(array[at] for array in self.fields), asked)
        if p.counted:
            found[self.counted[at] != _thing(p, value.counted)] = UNKNOWN
        return found

    def stated(self, rows: Array) -> list[tuple[float, ...] | tuple[str, ...]]:
        """What is stated in these rows, each once: the value's numbers, or the items of a set."""
        if not self.is_set:
            found = np.unique(np.stack([array[rows].astype(np.float64) for array in self.fields], axis=1), axis=0)
            return [tuple(one) for one in found.tolist()]
        names = list(self.items.bits)
        sets = np.unique(self.bits[rows], axis=0)
        return [
            tuple(name for bit, name in enumerate(names) if int(words[bit // 64]) >> bit % 64 & 1) for words in sets
        ]

    def evidence(self, today: date) -> Array:
        """The rung of each value's evidence on that day; what has expired is a claim."""
        if self._standing is None or self._standing[0] != today:
            self._standing = (today, self.rung * (self.expires >= today.toordinal()))
        return self._standing[1]


def _thing(parameter: Parameter, counted: str) -> int:
    """What a rate counts, as a number."""
    return parameter.counted.index(counted) if counted in parameter.counted else len(parameter.counted)


@dataclass(frozen=True, slots=True)
class Judged:
    """One need against all products, in the order of their ids: score in tenths and standing of each.

    ``row_scores`` and ``row_standings`` are the same of each row.
    """

    ids: Array
    scores: Array
    standings: Array
    row_scores: Array
    row_standings: Array

    def order(self) -> Array:
        """Positions of the products, highest score first, then lowest id."""
        return np.argsort(-self.scores, kind="stable")


class Catalogue:
    """The products as columns. ``put`` and ``drop`` change one product in place."""

    def __init__(self, offers: Iterable[Offer] = ()) -> None:
        self.columns = {key: Column(p, 0) for key, p in parameters().items()}
        self.ids = np.zeros(0, np.int64)
        self.heads = np.zeros(0, np.intp)
        self.extra = np.zeros(0, np.intp)
        self.used = self.room = 0
        self.base = np.zeros(0, np.intp)
        self.domain = np.zeros(0, np.int16)
        self.tasks = np.zeros((0, 1), np.uint64)
        self.changed = np.zeros(0, np.int32)
        self.track = np.zeros(0, np.int16)
        self._domains: dict[str, int] = {}
        self._tasks = Items()
        self._rows: dict[int, tuple[int, ...]] = {}
        self._free: list[int] = []
        self._pages: dict[str, Array] = {}
        self._words: dict[int, tuple[str, ...]] = {}
        self.places: dict[int, tuple[int, str]] = {}
        """Product and variant of each row."""
        self._fresh: tuple[date, Array] | None = None
        self._fill(list(offers))

    def __len__(self) -> int:
        return len(self.ids)

    # Writing

    def put(self, offer: Offer) -> None:
        """Add the product, or state anew what it offers."""
        if offer.id in self._rows:
            self.drop(offer.id)
        self._fill([offer])

    def drop(self, offer_id: int) -> None:
        """Take the product out; its rows serve the next one."""
        rows = self._rows.pop(offer_id)
        position = int(np.searchsorted(self.ids, offer_id))
        self.ids, self.heads = np.delete(self.ids, position), np.delete(self.heads, position)
        self.extra = self.extra[~np.isin(self.extra, rows[1:])]
        for column in self.columns.values():
            column.clear(list(rows))
        for word in self._words.pop(offer_id):
            page = self._pages[word]
            self._pages[word] = np.delete(page, np.searchsorted(page, rows[0]))
        for row in rows:
            del self.places[row]
        self._free += reversed(rows)

    def _fill(self, offers: list[Offer]) -> None:
        places = [(offer, self._take(len(offer.configurations))) for offer in offers]
        stated: dict[str, tuple[list[int], list[Specification]]] = {}
        pages: dict[str, list[int]] = {}
        for offer, rows in places:
            if offer.id in self._rows:
                raise ValueError(f"product {offer.id} twice")
            self._rows[offer.id] = rows
            self._words[offer.id] = offer.words
            for word in offer.words:
                pages.setdefault(word, []).append(rows[0])
            self._whole(offer, rows)
            for row, configuration in zip(rows, offer.configurations, strict=True):
                for key, one in configuration.values.items():
                    if key in self.columns and one.value.kind == self.columns[key].parameter.kind:
                        into = stated.setdefault(key, ([], []))
                        into[0].append(row)
                        into[1].append(one)
        for key, (at, ones) in stated.items():
            self.columns[key].write(at, ones)
        for word, heads in pages.items():
            known = self._pages.get(word)
            fresh = np.array(sorted(heads), np.int32)
            self._pages[word] = (
                fresh if known is None or not len(known) else np.insert(known, np.searchsorted(known, fresh), fresh)
            )
        self._enter([(offer.id, rows) for offer, rows in places])

    def _take(self, count: int) -> tuple[int, ...]:
        found = [self._free.pop() for _ in range(min(count, len(self._free)))]
        fresh = range(self.used, self.used + count - len(found))
        self.used += len(fresh)
        if self.used > self.room:
            self._grow(max(64, self.used + self.used // 2))
        return (*found, *fresh)

    def _grow(self, rows: int) -> None:
        more = rows - self.room
        for name in ("base", "domain", "changed", "track"):
            array = getattr(self, name)
            setattr(self, name, np.concatenate([array, np.zeros(more, array.dtype)]))
        self.tasks = np.vstack([self.tasks, np.zeros((more, self.tasks.shape[1]), np.uint64)])
        for column in self.columns.values():
            column.grow(rows)
        self.room = rows

    def _whole(self, offer: Offer, rows: tuple[int, ...]) -> None:
        """What holds for the product in all its configurations."""
        self._fresh = None
        at = list(rows)
        self.base[at] = rows[0]
        self.domain[at] = self._domains.setdefault(offer.domain, len(self._domains))
        self._tasks.number(offer.tasks)
        if self._tasks.width > self.tasks.shape[1]:
            self.tasks = np.hstack([self.tasks, np.zeros((self.room, 1), np.uint64)])
        self.tasks[at] = self._tasks.known(offer.tasks)
        self.changed[at] = offer.changed.toordinal()
        self.track[at] = score.track(*offer.track)
        for row, configuration in zip(rows, offer.configurations, strict=True):
            self.places[row] = (offer.id, configuration.variant)

    def _enter(self, found: list[tuple[int, tuple[int, ...]]]) -> None:
        found = sorted(found)
        ids = np.array([offer_id for offer_id, _rows in found], np.int64)
        at = np.searchsorted(self.ids, ids)
        self.ids = np.insert(self.ids, at, ids)
        self.heads = np.insert(self.heads, at, np.array([rows[0] for _id, rows in found], np.intp))
        extra = [row for _id, rows in found for row in rows[1:]]
        self.extra = np.concatenate([self.extra, np.array(extra, np.intp)])

    # Reading

    def weigh(self, word: str) -> int:
        """How rare the word is among the products."""
        page = self._pages.get(word)
        return 0 if page is None else rarity(len(self.ids), len(page))

    def level(self, requirement: Requirement) -> Levels:
        """How each row answers the requirement, conditions aside."""
        column = self.columns.get(requirement.parameter)
        return np.full(self.used, UNKNOWN, np.int8) if column is None else column.level(requirement, slice(self.used))

    def judge(self, need: Need, today: date) -> Judged:
        """Score and standing of every product: exactly what ``explain`` says of each."""
        rows = self.used
        scores, standings = np.empty(rows, np.int16), np.empty(rows, np.int8)
        around = self._around(need, today)
        lines = [(r, self.columns[r.parameter]) for r in need.requirements if r.parameter in self.columns]
        is_open = any(r.parameter not in self.columns for r in need.musts)
        for start in range(0, rows, BLOCK):
            block = slice(start, min(rows, start + BLOCK))
            points, standings[block] = self._answers(need, lines, block, today, is_open)
            scores[block] = points + around[block]
        return Judged(self.ids, self.best(scores), self.best(standings), scores, standings)

    def _answers(
        self, need: Need, lines: list[tuple[Requirement, Column]], block: slice, today: date, is_open: bool
    ) -> tuple[Array, Array]:
        """What the requirements say of these rows: their points, and the standing. ``is_open``: a must is unknown of all.

        Sums are of small whole numbers, exact in 32-bit floats.
        """
        lines = sorted(lines, key=lambda line: not line[0].is_must)
        musts = sum(r.is_must for r, _column in lines)
        shape = (len(lines), block.stop - block.start)
        level, free, rung = np.empty(shape, np.int8), np.empty(shape, np.bool_), np.empty(shape, np.int8)
        for number, (requirement, column) in enumerate(lines):
            level[number] = column.level(requirement, block)
            free[number] = column.free[block]
            rung[number] = column.evidence(today)[block]
        met = level == MET
        free &= met
        rung *= met
        weight = np.array([r.weight for r, _column in lines], np.float32)
        by_level = np.zeros((2, len(lines)), np.float32)
        by_level[0, :musts], by_level[1, musts:] = weight[:musts], weight[musts:]
        earned = by_level @ credits(level, free).astype(np.float32)
        proof = weight @ rung.astype(np.float32)
        # Unsigned, unknown is the highest of all: the lowest known level of the musts, and the lowest with unknown.
        short = level.view(np.uint8)[:musts].min(axis=0, initial=MET) < MET
        unknown = (level[:musts].min(axis=0, initial=MET) == UNKNOWN) | is_open
        asked = need.weights
        points = np.where(short, np.int32(0), np.int32(score.CLEAR))
        for of_level, whole, share in zip(earned.astype(np.int32), asked, score.shares(*asked), strict=True):
            if whole:
                points += share * of_level // (10 * whole)
        if sum(asked):
            points += score.EVIDENCE * proof.astype(np.int32) // (3 * sum(asked))
        return points, np.where(short, np.int8(0), np.where(unknown, np.int8(1), np.int8(2)))

    def _around(self, need: Need, today: date) -> Array:
        """The points that do not depend on the requirements."""
        if self._fresh is None or self._fresh[0] != today:
            days = np.maximum(0, today.toordinal() - self.changed)
            fresh = score.FRESHNESS * np.maximum(0, score.STALE_DAYS - days) // score.STALE_DAYS
            self._fresh = (today, fresh + self.track)
        return self._fresh[1][: self.used] + self._kind(need) + self._text(need)

    def kind(self, need: Need) -> Array:
        """For each product in the order of ids its points for being the right kind of robot."""
        return self.best(self._kind(need))

    def _kind(self, need: Need) -> Array:
        if need.domain in ("", "other") or need.domain not in self._domains:
            return np.zeros(self.used, np.int32)
        of_domain = self.domain[: self.used] == self._domains[need.domain]
        points = np.where(of_domain, np.int32(score.DOMAIN), np.int32(0))
        if need.task in self._tasks.bits and need.task not in ("", "other"):
            bit = self._tasks.bits[need.task]
            does = (self.tasks[: self.used, bit // 64] >> np.uint64(bit % 64)) & np.uint64(1) == 1
            points[does & of_domain] = score.KIND
        return points

    def _text(self, need: Need) -> Array:
        weighed = need.weighed(self.weigh)
        if not weighed.said:
            return np.zeros(self.used, np.int32)
        pages = [self._pages[word] for word in weighed.words]
        weights = np.repeat([float(weight) for _word, weight in weighed.words.values()], [len(page) for page in pages])
        shared = np.bincount(np.concatenate(pages), weights, self.used).astype(np.int32)
        shared[self.extra] = shared[self.base[self.extra]]
        return np.minimum(score.TEXT, 2 * score.TEXT * shared // weighed.said)

    def best(self, of_rows: Array) -> Array:
        """For each product in the order of ids the highest of its rows."""
        if not len(self.extra):
            return of_rows[self.heads]
        found = of_rows.copy()
        np.maximum.at(found, self.base[self.extra], of_rows[self.extra])
        return found[self.heads]

    def telling(self, judged: Judged, offer_id: int) -> list[int]:
        """The configurations of a product worth explaining, by number: the highest score, and what stands best."""
        rows = self._rows[offer_id]
        if len(rows) == 1:
            return [0]
        scores, standings = judged.row_scores[list(rows)].tolist(), judged.row_standings[list(rows)].tolist()
        first = scores.index(max(scores))
        best = max(standings)
        if standings[first] == best:
            return [first]
        return sorted([first, max((n for n, s in enumerate(standings) if s == best), key=lambda n: (scores[n], -n))])

    def page(self, offer_id: int) -> tuple[str, ...]:
        """The words of the product's page; kept here, so that its text need not be cut again."""
        return self._words[offer_id]


__all__ = ["Catalogue", "Column", "Judged"]
