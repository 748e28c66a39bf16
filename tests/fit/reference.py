"""The match once more, naively: a loop over products, configurations and requirements, one value at a time.

Written from the table in decision 0013 and the rules of the domain, with no part of the columns and none of the score's
own code; the four answers come from ``compare``, which tests of its own hold against worked examples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from marketplace.fit.compare import Fit, compare
from marketplace.fit.needs import Need
from marketplace.fit.offers import Offer, Specification
from marketplace.vocabulary.parameters import parameters


def configurations(offer: Offer) -> list[dict[str, Specification]]:
    """What the product states as it is, and with each variant."""
    names = [""]
    for one in offer.specifications:
        if one.variant not in names:
            names.append(one.variant)
    found = []
    for name in names:
        values = {}
        for wanted in ("", name):
            for one in offer.specifications:
                if one.variant == wanted:
                    values[one.parameter] = one
        found.append(values)
    return found


def weights(need: Need, offers: Sequence[Offer]) -> dict[str, int]:
    """The need's words, each with its place times its rarity among the products."""
    found = {}
    for word, place in need.words.items():
        pages = sum(word in offer.words for offer in offers)
        found[word] = place * (int(math.log2(len(offers) // pages)) + 1) if pages else 0
    return found


def judge(need: Need, offer: Offer, words: dict[str, int], today: date) -> tuple[int, int]:
    """Score in tenths and standing (2 meets, 1 open, 0 short) of one product."""
    around = 0
    if need.domain == offer.domain and need.domain not in ("", "other"):
        around = 250 if need.task in offer.tasks and need.task != "other" else 100
    said = sum(words.values())
    shared = sum(weight for word, weight in words.items() if word in offer.words)
    if said:
        around += min(150, 300 * shared // said)
    around += 20 * max(0, 730 - max(0, (today - offer.changed).days)) // 730
    around += min(40, max(0, 20 * offer.track.landed + 10 * offer.track.accepted - 10 * offer.track.failed))
    found = [_configured(need, values, today) for values in configurations(offer)]
    return max(score for score, _ in found) + around, max(standing for _, standing in found)


def _configured(need: Need, values: dict[str, Specification], today: date) -> tuple[int, int]:
    earned = {"must": 0, "should": 0}
    asked = {"must": 0, "should": 0}
    proof = 0
    standing = 2
    for line in need.requirements:
        parameter = parameters().get(line.parameter)
        one = values.get(line.parameter)
        level = line.level.value
        asked[level] += line.weight
        answer = None
        if parameter is not None and one is not None:
            conditional = bool(one.condition.zh or one.condition.en or one.variant)
            answer = compare(parameter, line.op or parameter.op, line.value, one.value, conditional=conditional)
        fit = answer.fit if answer is not None else Fit.UNKNOWN
        if fit in (Fit.MET, Fit.MET_IF):
            assert one is not None
            earned[level] += line.weight * (10 if fit is Fit.MET else 9)
            still = one.expires is None or one.expires >= today
            proof += line.weight * (one.evidence.value if still else 0)
        elif fit is Fit.SHORT:
            assert answer is not None
            earned[level] += line.weight * {0: 0, 1: 1, 2: 4}[answer.level]
            standing = 0 if level == "must" else standing
        elif level == "must":
            standing = min(standing, 1)
    points = 100 if standing > 0 else 0
    if asked["must"]:
        points += (300 if asked["should"] else 400) * earned["must"] // (10 * asked["must"])
    if asked["should"]:
        points += (100 if asked["must"] else 400) * earned["should"] // (10 * asked["should"])
    if proof:
        points += 40 * proof // (3 * (asked["must"] + asked["should"]))
    return points, standing


def rank(need: Need, offers: Sequence[Offer], today: date) -> list[tuple[int, int, int]]:
    """(id, score, standing) of every product, highest score first, then lowest id."""
    words = weights(need, offers)
    found = [(offer.id, *judge(need, offer, words, today)) for offer in offers]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def meeting(need: Need, offers: Sequence[Offer], without: str = "") -> set[int]:
    """The products of which some configuration meets every must, the requirement ``without`` left aside."""
    found = set()
    for offer in offers:
        for values in configurations(offer):
            fits = []
            for line in need.requirements:
                if line.level.value != "must" or line.key == without:
                    continue
                parameter, one = parameters().get(line.parameter), values.get(line.parameter)
                if parameter is None or one is None:
                    fits.append(Fit.UNKNOWN)
                else:
                    fits.append(compare(parameter, line.op or parameter.op, line.value, one.value).fit)
            if all(fit in (Fit.MET, Fit.MET_IF) for fit in fits):
                found.add(offer.id)
    return found
