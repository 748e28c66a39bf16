"""What must hold of every match, whatever is asked and offered."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketplace.fit.columns import Catalogue
from marketplace.fit.compare import Fit
from marketplace.fit.explain import Explanation, Standing, as_data, explain
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.offers import Offer, Specification
from marketplace.vocabulary.parameters import Parameter, Value, parameters, parse
from tests.fit import made

SEEDS = st.integers(0, 5000)
TODAY = made.TODAY
calm = settings(deadline=None)


def _matched(need: Need, offer: Offer) -> tuple[int, Standing]:
    match = explain(need, offer, today=TODAY)
    return match.score, match.standing


def _better(p: Parameter, op: str, value: Value, dice: random.Random) -> Value:
    """A value at least as good for that operator, in every way."""
    if p.kind == "number" and op in (">=", "<=") and value.low is not None:
        step = dice.choice((0.1, 1, 50)) * (1 if op == ">=" else -1)
        return replace(value, low=value.low + step, high=value.low + step)
    if p.kind == "range" and value.low is not None and value.high is not None:
        if op == "covers":
            return replace(value, low=value.low - dice.randint(0, 9), high=value.high + dice.randint(0, 9))
        middle = (value.low + value.high) / 2
        return replace(value, low=(value.low + middle) / 2, high=(value.high + middle) / 2)
    if p.kind == "ordinal" and op == ">=":
        rank = p.values.index(value.items[0])
        return parse(p, dice.choice(p.values[rank:]))
    if p.kind == "ip":
        digits = [d if d == "X" else str(min(int(d) + dice.randint(0, 2), top)) for d, top in zip(value.items, (6, 9))]
        return parse(p, "".join(digits))
    if p.kind == "set":
        more = dice.choice(made.values()[p.key]).items
        return replace(value, items=tuple(dict.fromkeys((*value.items, *more))))
    return value


def _tighter(p: Parameter, op: str, value: Value, dice: random.Random) -> Value:
    """A demand that nothing meets which did not meet the first: what would be better as an offer."""
    if p.kind == "set" and op == "any_of":
        return replace(value, items=value.items[: dice.randint(1, len(value.items))])
    return _better(p, op, value, dice)


@calm
@given(SEEDS, SEEDS)
def test_a_better_value_never_lowers_a_score_or_a_standing(asked: int, offered: int) -> None:
    dice, need, offer = random.Random(asked), made.need(asked), made.offer(offered)
    stated = {s.parameter for s in offer.specifications}
    lines = [r for r in need.requirements if r.parameter in stated]
    assume(lines)
    line = dice.choice(lines)
    p = parameters()[line.parameter]
    better = tuple(
        replace(s, value=_better(p, line.op or p.op, s.value, dice)) if s.parameter == line.parameter else s
        for s in offer.specifications
    )
    before, after = _matched(need, offer), _matched(need, replace(offer, specifications=better))
    assert after[0] >= before[0]
    assert after[1] >= before[1]


@calm
@given(SEEDS, SEEDS)
def test_tightening_a_must_never_adds_a_match(asked: int, offered: int) -> None:
    dice, need = random.Random(asked), made.need(asked)
    lines = [r for r in need.musts if r.known]
    assume(lines)
    line = dice.choice(lines)
    p = parameters()[line.parameter]
    harder = replace(line, value=_tighter(p, line.op or p.op, line.value, dice))
    tight = replace(need, requirements=tuple(harder if r is line else r for r in need.requirements))
    offers = [made.offer(offered + n) for n in range(8)]
    for standing in (Standing.OPEN, Standing.MEETS):
        before = {o.id for o in offers if _matched(need, o)[1] >= standing}
        assert {o.id for o in offers if _matched(tight, o)[1] >= standing} <= before


@calm
@given(SEEDS, SEEDS)
def test_a_further_must_never_adds_a_match(asked: int, offered: int) -> None:
    need, offer = made.need(asked), made.offer(offered)
    more = replace(need, requirements=(*need.requirements, *made.need(asked + 1, musts=1, shoulds=0, easy=True).musts))
    assert _matched(more, offer)[1] <= _matched(need, offer)[1]


@calm
@given(SEEDS, SEEDS)
def test_unknown_is_never_treated_as_met_and_never_as_no(asked: int, offered: int) -> None:
    need, offer = made.need(asked), made.offer(offered)
    silent = replace(offer, specifications=())
    match = explain(need, silent, today=TODAY)
    assert {row.answer.fit for row in match.explanation.rows} <= {Fit.UNKNOWN}
    assert match.standing is (Standing.OPEN if need.musts else Standing.MEETS)
    assert match.explanation.parts.musts == match.explanation.parts.shoulds == match.explanation.parts.evidence == 0
    for line in need.musts:
        without = tuple(s for s in offer.specifications if s.parameter != line.parameter)
        assert explain(need, replace(offer, specifications=without), today=TODAY).standing is not Standing.MEETS


UNITS = {"mm": ("m", 1000), "kg": ("g", 0.001), "h": ("min", 1 / 60), "s": ("min", 60)}


@calm
@given(SEEDS, st.integers(1, 9), st.integers(1, 9))
def test_the_unit_of_entry_never_changes_a_result(seed: int, wanted: int, offered: int) -> None:
    """Sixty millimetres are six centimetres, on either side, in the explanation and in the columns."""
    dice = random.Random(seed)
    keys = [p.key for p in parameters().values() if p.kind == "number" and len(p.enter) > 1 and p.unit in UNITS]
    p = parameters()[dice.choice([k for k in keys if UNITS[parameters()[k].unit][0] in parameters()[k].enter])]
    unit, factor = UNITS[p.unit]
    figures = (wanted * 600, offered * 600) if factor > 1 or factor == 1 / 60 else (wanted, offered)
    own = [parse(p, str(n), p.unit) for n in figures]
    other = [parse(p, f"{n / factor:.9f}", unit) for n in figures]
    found = set()
    for asked in (own[0], other[0]):
        for given_ in (own[1], other[1]):
            need = Need(id=1, requirements=(Requirement(key="r", parameter=p.key, value=asked),))
            offer = Offer(
                id=1, vendor_id=1, changed=TODAY, specifications=(Specification(parameter=p.key, value=given_),)
            )
            match = explain(need, offer, today=TODAY)
            judged = Catalogue([offer]).judge(need, TODAY)
            answer = match.explanation.rows[0].answer
            found.add((answer, match.score, match.standing, int(judged.scores[0]), int(judged.standings[0])))
    assert len(found) == 1


@calm
@given(SEEDS, SEEDS)
def test_the_score_is_worked_out_again_from_what_the_explanation_prints(asked: int, offered: int) -> None:
    """From the JSON alone, by the table of decision 0013, to the tenth."""
    offers = [made.offer(offered), made.offer(offered + 1)]
    catalogue = Catalogue(offers)
    match = explain(made.need(asked), offers[0], today=TODAY, weigh=catalogue.weigh)
    for explanation in filter(None, (match.explanation, match.instead)):
        printed = json.loads(json.dumps(as_data(explanation), ensure_ascii=False))
        parts = _again(printed)
        assert parts == {name: round(points * 10) for name, points in printed["parts"].items()}
        assert sum(parts.values()) == explanation.score == round(printed["score"] * 10)
        assert 0 <= explanation.score <= 1000
        _traced(explanation)


def _again(printed: dict[str, Any]) -> dict[str, int]:
    lines, facts = printed["requirements"], printed["facts"]
    credit = {"met": 10, "metif": 9, "unknown": 0}
    earned, asked, proof, clear = {"must": 0, "should": 0}, {"must": 0, "should": 0}, 0, 100
    for line in lines:
        fit = line["answer"]
        value = credit[fit] if fit in credit else line["credit"]
        assert value == line["credit"]
        assert value in (0, 1, 4, 9, 10)
        earned[line["level"]] += line["weight"] * value
        asked[line["level"]] += line["weight"]
        if fit in ("met", "metif"):
            proof += line["weight"] * line["offered"]["rung"]
        if fit == "short" and line["level"] == "must":
            clear = 0
    both = asked["must"] and asked["should"]
    most = {"must": 300 if both else 400, "should": 100 if both else 400}
    shared = sum(weight for _word, weight in facts["words"])
    points = {k: most[k] * earned[k] // (10 * asked[k]) if asked[k] else 0 for k in most}
    return {
        "musts": points["must"],
        "clear": clear,
        "shoulds": points["should"],
        "kind": 250 if facts["does_task"] else 100 if facts["of_domain"] else 0,
        "text": min(150, 300 * shared // facts["said"]) if facts["said"] else 0,
        "evidence": 40 * proof // (3 * (asked["must"] + asked["should"])) if lines else 0,
        "freshness": 20 * max(0, 730 - max(0, facts["days"])) // 730,
        "track": max(0, min(40, 20 * facts["landed"] + 10 * facts["accepted"] - 10 * facts["failed"])),
    }


def _traced(explanation: Explanation) -> None:
    """Every answer names the requirement's row, and the product's row where one gave it."""
    for row in explanation.rows:
        if row.answer.fit is not Fit.UNKNOWN:
            assert row.specification is not None
            assert row.specification.parameter == row.requirement.parameter
            assert row.specification.row
        if row.answer.fit is Fit.MET:
            assert row.specification is not None
            assert not row.specification.is_conditional


@calm
@given(SEEDS, SEEDS, SEEDS)
def test_the_wrong_kind_that_says_nothing_never_beats_the_right_kind_with_a_small_gap(a: int, b: int, c: int) -> None:
    dice, right, wrong = random.Random(a), made.offer(b), made.offer(c)
    p = parameters()["payload"]
    wanted = [Requirement(key="r0", parameter="payload", value=parse(p, "40"))]
    more = made.need(a, musts=3, shoulds=0).requirements
    wanted += [r for r in more if r.known and r.parameter != "payload"]
    wanted = wanted[: dice.randint(1, 4)]
    need = Need(id=1, requirements=tuple(wanted), domain="logistics", task="warehouse_handling", title=right.name)
    gap = Specification(parameter="payload", value=parse(p, "37"))
    right = replace(right, domain="logistics", tasks=("warehouse_handling",), specifications=(gap,),
                    changed=TODAY - timedelta(days=900), name=wrong.texts[0], texts=())  # fmt: skip
    wrong = replace(wrong, domain="healthcare", specifications=(), texts=(need.title, *wrong.texts))
    assert _matched(need, right)[1] is Standing.SHORT
    if len(wanted) == 1:
        assert _matched(need, right)[0] > _matched(need, wrong)[0]
    filled = replace(
        right, specifications=(gap, *(Specification(parameter=r.parameter, value=r.value) for r in wanted[1:]))
    )
    assert _matched(need, filled)[0] > _matched(need, wrong)[0]
