"""All needs at once: one product, new or changed, held against every scenario in a few passes.

The mirror of ``columns``: here the requirements are the arrays, grouped by parameter and operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from marketplace.fit import score
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.offers import Offer, Specification
from marketplace.fit.vectors import KINDS, MET, UNKNOWN, Array, Items, Levels, credits, folded, set_level
from marketplace.fit.wording import Weigh
from marketplace.vocabulary.parameters import Parameter, Value, parameters


class _Group:
    """All requirements of one parameter and operator, and where each stands among all."""

    def __init__(self, parameter: Parameter, op: str, found: list[tuple[int, Requirement]]) -> None:
        self.parameter, self.op, self.items = parameter, op, Items()
        kind = KINDS.get(parameter.kind)
        lines: list[tuple[int, Value, tuple[Any, ...]]] = []
        for position, requirement in found:
            value = requirement.value
            if kind is None:
                self.items.number(folded(value))
                lines.append((position, value, ()))
            elif (numbers := kind.wanted(parameter, op, value)) is not None:
                lines.append((position, value, numbers))
        self.at = np.array([position for position, _value, _numbers in lines], np.intp)
        self.counted = np.array([value.counted for _position, value, _numbers in lines]) if parameter.counted else None
        self.bits = np.array([self.items.known(folded(value)) for _position, value, _numbers in lines if kind is None])
        self.fields = tuple(np.array(field) for field in zip(*(numbers for _p, _v, numbers in lines), strict=True))

    def level(self, one: Specification) -> Levels:
        """How the value answers each of them, conditions aside."""
        kind = KINDS.get(self.parameter.kind)
        if kind is None:
            return set_level(self.op, self.items.known(folded(one.value)), self.bits, np.ones(len(self.at), np.bool_))
        offered = tuple(np.full(len(self.at), number) for number in kind.offered(self.parameter, one.value))
        found = kind.level(self.op, offered, self.fields)
        if self.counted is not None:
            found[self.counted != one.value.counted] = UNKNOWN
        return found


@dataclass(frozen=True, slots=True)
class Suited:
    """One product against all needs, in the order given: score in tenths and standing for each."""

    ids: Array
    scores: Array
    standings: Array


class Board:
    """The needs as arrays. ``weigh`` is the catalogue's: how rare a word is among the products."""

    def __init__(self, needs: Iterable[Need], weigh: Weigh) -> None:
        found = list(needs)
        self.ids = np.array([need.id for need in found], np.int64)
        lines = [requirement for need in found for requirement in need.requirements]
        self.lines = len(lines)
        self.owner = np.repeat(np.arange(len(found)), [len(need.requirements) for need in found])
        self.weight = np.array([line.weight for line in lines], np.int32)
        self.must = np.array([line.is_must for line in lines], np.bool_)
        self.asked = np.array([need.weights for need in found], np.int32).reshape(-1, 2)
        shares = [score.shares(*need.weights) for need in found]
        self.most = np.array(shares, np.int32).reshape(-1, 2)
        self.groups = self._grouped(lines)
        self.kinds: dict[tuple[str, str], Array] = _positions((n.domain, n.task) for n in found)
        self._worded(found, weigh)

    @staticmethod
    def _grouped(lines: list[Requirement]) -> dict[str, list[_Group]]:
        found: dict[tuple[str, str], list[tuple[int, Requirement]]] = {}
        for position, line in enumerate(lines):
            parameter = line.known
            if parameter is not None and line.value.kind == parameter.kind:
                found.setdefault((parameter.key, line.op or parameter.op), []).append((position, line))
        groups: dict[str, list[_Group]] = {}
        for (key, op), members in found.items():
            groups.setdefault(key, []).append(_Group(parameters()[key], op, members))
        return groups

    def _worded(self, needs: list[Need], weigh: Weigh) -> None:
        said = np.zeros(len(needs), np.int64)
        places: dict[str, tuple[list[int], list[int]]] = {}
        weights: dict[str, int] = {}
        for position, need in enumerate(needs):
            for word, place in need.words.items():
                if word not in weights:
                    weights[word] = weigh(word)
                weight = place * weights[word]
                if weight:
                    said[position] += weight
                    into = places.setdefault(word, ([], []))
                    into[0].append(position)
                    into[1].append(weight)
        self.said = said
        self.pages = {w: (np.array(at, np.int32), np.array(by, np.int32)) for w, (at, by) in places.items()}

    def suit(self, offer: Offer, today: date) -> Suited:
        """Score and standing of the product for every need: exactly what ``explain`` says of each."""
        whole = self._whole(offer, today)
        found = [self._configured(c.values, today) for c in offer.configurations]
        scores = np.max([points for points, _standing in found], axis=0) + whole
        standings = np.max([standing for _points, standing in found], axis=0)
        return Suited(self.ids, scores.astype(np.int16), standings)

    def _whole(self, offer: Offer, today: date) -> Array:
        points = np.zeros(len(self.ids), np.int64)
        for (domain, task), at in self.kinds.items():
            of_domain = domain not in ("", "other") and domain == offer.domain
            points[at] = score.kind(of_domain and task not in ("", "other") and task in offer.tasks, of_domain)
        shared = np.zeros(len(self.ids), np.int64)
        for word in offer.words:
            if word in self.pages:
                at, by = self.pages[word]
                shared[at] += by
        points += np.minimum(score.TEXT, 2 * score.TEXT * shared // np.maximum(1, self.said))
        return points + score.freshness((today - offer.changed).days) + score.track(*offer.track)

    def _configured(self, values: Mapping[str, Specification], today: date) -> tuple[Array, Array]:
        level = np.full(self.lines, UNKNOWN, np.int8)
        free, rung = np.zeros(self.lines, np.bool_), np.zeros(self.lines, np.int32)
        for key, one in values.items():
            for group in self.groups.get(key, ()):
                if len(group.at) and one.value.kind == group.parameter.kind:
                    level[group.at] = group.level(one)
                    free[group.at] = not one.is_conditional and not group.parameter.conditional
                    rung[group.at] = one.rung(today)
        met = level == MET
        credit = credits(level, met & free) * self.weight
        earned = [self._sums(credit * self.must), self._sums(credit * ~self.must)]
        short = self._sums(self.must & (level >= 0) & ~met) > 0
        open_ = self._sums(self.must & (level == UNKNOWN)) > 0
        points = np.where(short, 0, score.CLEAR)
        for number in (0, 1):
            points += self.most[:, number] * earned[number] // np.maximum(1, 10 * self.asked[:, number])
        whole = np.maximum(1, 3 * self.asked.sum(axis=1))
        points += score.EVIDENCE * self._sums(met * rung * self.weight) // whole
        return points, np.where(short, np.int8(0), np.where(open_, np.int8(1), np.int8(2)))

    def _sums(self, values: Array) -> Array:
        """For each need the sum over its requirements; whole numbers far below 2⁵³, so exact."""
        return np.bincount(self.owner, values, len(self.ids)).astype(np.int64)


def _positions(keys: Iterable[Any]) -> dict[Any, Array]:
    found: dict[Any, list[int]] = {}
    for position, key in enumerate(keys):
        found.setdefault(key, []).append(position)
    return {key: np.array(at, np.intp) for key, at in found.items()}
