"""One product against one need, explained: every answer with the two rows that it came from, and the score's parts."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from marketplace.fit.compare import MET, MET_IF, UNKNOWN, Answer, Fit
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.offers import Configuration, Offer, Specification
from marketplace.fit.score import Facts, Parts, credit, parts
from marketplace.fit.wording import Weigh, Weighed, alike


class Standing(enum.IntEnum):
    """What the musts say of a product: one is short, none is short but some are unknown, all are met or met if."""

    SHORT = 0
    OPEN = 1
    MEETS = 2


class Row(NamedTuple):
    """A requirement, its answer, and the product's row that gave it; ``rung`` is the evidence that still stands."""

    requirement: Requirement
    answer: Answer
    specification: Specification | None
    rung: int


# Six hundred rows for one ranking: made this way each takes half the time of ``Row(…)``.
_row: Callable[[tuple[Requirement, Answer, Specification | None, int]], Row] = partial(tuple.__new__, Row)


class Explanation(NamedTuple):
    """One configuration of a product against a need. ``score`` is in tenths, the sum of the parts."""

    variant: str
    rows: tuple[Row, ...]
    facts: Facts
    parts: Parts
    standing: Standing

    @property
    def score(self) -> int:
        """The score in tenths, 0 to 1000."""
        return sum(self.parts)

    def answered(self, fit: Fit) -> int:
        """How many requirements are answered so."""
        return sum(row.answer.fit is fit for row in self.rows)


class Match(NamedTuple):
    """A product against a need: the configuration with the highest score, explained.

    ``standing`` is the best of any configuration. Where another configuration stands better than the one with the
    highest score, it is told as ``instead``.
    """

    offer_id: int
    vendor_id: int
    standing: Standing
    explanation: Explanation
    instead: Explanation | None = None

    @property
    def score(self) -> int:
        """The score in tenths."""
        return self.explanation.score


def explain(need: Need, offer: Offer, *, today: date, weigh: Weigh = alike) -> Match:
    """How ``offer`` answers ``need`` on that day. ``weigh`` says how rare a word is among the products compared."""
    facts = facts_of(need, offer, today, need.weighed(weigh), offer.words)
    return chosen(offer, [explained(need, one, facts, today) for one in offer.configurations])


def chosen(offer: Offer, found: Sequence[Explanation]) -> Match:
    """The match of a product whose configurations are explained, in their order."""
    if len(found) == 1:
        return Match(offer.id, offer.vendor_id, found[0].standing, found[0])
    best = max(found, key=lambda e: e.score)
    standing = max(e.standing for e in found)
    instead = None
    if standing > best.standing:
        instead = max((e for e in found if e.standing is standing), key=lambda e: e.score)
    return Match(offer.id, offer.vendor_id, standing, best, instead)


def facts_of(need: Need, offer: Offer, today: date, weighed: Weighed, page: Iterable[str]) -> Facts:
    """What counts beside the requirements; ``weighed`` are the need's words, ``page`` the product's."""
    of_domain = offer.domain == need.domain and need.domain not in ("", "other")
    does_task = of_domain and need.task not in ("", "other") and need.task in offer.tasks
    shared = weighed.shared(page)
    return Facts(does_task, of_domain, shared, weighed.said, (today - offer.changed).days, *offer.track)


def explained(need: Need, configuration: Configuration, facts: Facts, today: date) -> Explanation:
    """One configuration against every requirement."""
    find = configuration.values.get
    rows: list[Row] = []
    standing = Standing.MEETS
    must = should = proof = 0
    for requirement, parameter, ask, weight, is_must in need.lines:
        one = find(parameter)
        if one is None or ask is None:
            rows.append(_row((requirement, UNKNOWN, None, 0)))
            if is_must and standing is Standing.MEETS:
                standing = Standing.OPEN
            continue
        answer, rung = ask(one.value, one.is_conditional), one.rung(today)
        rows.append(_row((requirement, answer, one, rung)))
        earned = weight * credit(answer)
        if is_must:
            must += earned
        else:
            should += earned
        if answer is MET or answer is MET_IF:
            proof += weight * rung
        elif is_must and standing is not Standing.SHORT:
            standing = Standing.OPEN if answer is UNKNOWN else Standing.SHORT
    whole = parts((must, should), proof, need.weights, standing is not Standing.SHORT, facts)
    return Explanation(configuration.variant, tuple(rows), facts, whole, standing)


_ALONE = Facts(False, False, (), 0, 0, 0, 0, 0)


def answers(need: Need, configuration: Configuration, today: date) -> tuple[Row, ...]:
    """How one configuration answers every requirement, looked at alone: the rows of its explanation."""
    return explained(need, configuration, _ALONE, today).rows


def as_data(explanation: Explanation) -> dict[str, Any]:
    """The explanation as plain data, complete: the score can be worked out again from it alone."""
    facts = explanation.facts._asdict() | {"words": [list(pair) for pair in explanation.facts.words]}
    return {
        "score": explanation.score / 10,
        "parts": {name: points / 10 for name, points in explanation.parts._asdict().items()},
        "standing": explanation.standing.name.lower(),
        "with": explanation.variant,
        "requirements": [_row_as_data(row) for row in explanation.rows],
        "facts": facts,
    }


def _row_as_data(row: Row) -> dict[str, Any]:
    asked, one, answer = row.requirement, row.specification, row.answer
    found: dict[str, Any] = {
        "key": asked.key,
        "row": asked.row,
        "parameter": asked.parameter,
        "op": asked.op or (asked.known.op if asked.known else ""),
        "wanted": f"{asked.value.typed} {asked.value.unit}".strip(),
        "level": asked.level.value,
        "weight": asked.weight,
        "answer": answer.fit.value,
        "credit": credit(answer),
    }
    if not asked.known:
        found |= {"label": asked.label.as_json(), "unit": asked.unit}
    if answer.fit is Fit.SHORT:
        found |= {"short_by": answer.gap, "unit": answer.unit, "missing": list(answer.missing)}
    if one is not None:
        found["offered"] = {
            "row": one.row,
            "value": f"{one.value.typed} {one.value.unit}".strip(),
            "variant": one.variant,
            "condition": {"zh": one.condition.zh, "en": one.condition.en} if one.condition else None,
            "evidence": one.evidence.name.lower(),
            "evidence_date": one.evidence_date.isoformat() if one.evidence_date else None,
            "expires": one.expires.isoformat() if one.expires else None,
            "rung": row.rung,
        }
    return found
