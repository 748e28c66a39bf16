"""Answering the matrix from the match: what an offered product says of each requirement, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from marketplace.bids.document import BidDocument, Response
from marketplace.bids.services.choosing import clash, in_order, offer_of
from marketplace.catalogue.models import Product, ProductVariant
from marketplace.challenges.content import ChallengeContent
from marketplace.fit.compare import Fit
from marketplace.fit.explain import Explanation, Row, explained, facts_of
from marketplace.fit.needs import Need
from marketplace.fit.offers import Configuration
from marketplace.fit.offers import Offer as Matched
from marketplace.kernel import clock
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.matching.offering import need_of, offers

MEETS = (Fit.MET, Fit.MET_IF)


@dataclass
class Filled:
    """What was filled in: how many lines, which products were put into the offer, and which variants with which."""

    lines: int = 0
    products: list[Text] = field(default_factory=list)
    variants: list[tuple[Text, list[Text]]] = field(default_factory=list)


def prefill(content: BidDocument, wanted: ChallengeContent, products: Sequence[Product]) -> Filled:
    """Answer the open requirements as the match answers them for these products of the bidder, and offer them.

    Each product is taken as it is offered. Where a variant not chosen yet meets an open line, the match's order decides
    (how it stands with all requirements, then the score) whether it is chosen too; accessories may add up, what excludes
    another is left out. Of several products the best answer counts. What is short is a deviation that its bidder has to
    explain; unknown is never filled, nor is a line that has an answer.
    """
    found = Filled()
    today = clock.today()
    need = need_of(0, wanted)
    open_ = {r.key for r in wanted.requirements if not content.responses.get(r.key, Response()).answer}
    matched = offers([p.id for p in products])
    offered = {o.product_id: o for o in content.offers}
    answers: dict[str, tuple[Row, Matched]] = {}
    for product in products:
        offer, old = matched.get(product.id), offered.get(product.id)
        if offer is None:
            continue
        before = in_order(product, [v.id for v in old.variants] if old else ())
        chosen, rows = _configured(need, product, offer, before, open_, today)
        if added := [v.name for v in chosen if v not in before]:
            found.variants.append((product.name, added))
        if old is None:
            found.products.append(product.name)
        offered[product.id] = offer_of(product, old, [v.id for v in chosen])
        for row in rows:
            known = answers.get(row.requirement.key)
            if known is None or _rank(row) > _rank(known[0]):
                answers[row.requirement.key] = row, offer
    content.offers = list(offered.values())
    for key, (row, offer) in answers.items():
        if key in open_ and row.specification is not None and row.answer.fit is not Fit.UNKNOWN:
            content.responses[key] = _response(row, offer, today)
            found.lines += 1
    return found


def _rank(row: Row) -> int:
    if row.answer.fit is Fit.SHORT:
        return 1 + row.answer.level
    return {Fit.UNKNOWN: 0, Fit.MET_IF: 4, Fit.MET: 5}[row.answer.fit]


def _configured(
    need: Need, product: Product, offer: Matched, before: list[ProductVariant], open_: set[str], today: date
) -> tuple[list[ProductVariant], tuple[Row, ...]]:
    """The variants with which the product answers best, those chosen before among them, and how it then answers."""
    facts = facts_of(need, offer, today, need.weighed(lambda _word: 1), offer.words)

    def told(chosen: list[ProductVariant]) -> Explanation:
        values = {s.parameter: s for s in offer.specifications if not s.variant}
        for variant in chosen:
            values |= {s.parameter: s for s in offer.specifications if s.variant == variant.name.best("zh")}
        return explained(need, Configuration("", values), facts, today)

    chosen, now = list(before), told(before)
    while True:
        met = _met(now)
        more = [[*chosen, v] for v in product.variants if v not in chosen and not clash([*chosen, v])]
        tried = [
            (in_order(product, [v.id for v in some]), told(in_order(product, [v.id for v in some]))) for some in more
        ]
        helpful = [(some, one) for some, one in tried if (_met(one) - met) & open_]
        better = max([(chosen, now), *helpful], key=lambda pair: (pair[1].standing, pair[1].score))
        if better[1] is now:
            return chosen, now.rows
        chosen, now = better


def _met(told: Explanation) -> set[str]:
    return {row.requirement.key for row in told.rows if row.answer.fit in MEETS}


def _response(row: Row, offer: Matched, today: date) -> Response:
    one = row.specification
    assert one is not None
    value, meets = one.value, row.answer.fit in MEETS
    note = []
    if meets and one.variant:
        note.append(_("装“%(variant)s”时", variant=best(offer.variant_name(one.variant))))
    if meets and one.condition:
        note.append(best(one.condition))
    elif row.answer.fit is Fit.MET_IF and not one.variant:
        note.append(_("在别的任务上测得"))
    if meets and one.expires is not None and one.expires < today:
        note.append(_("证据 %(day)s 已过期，按自报算", day=one.expires.isoformat()))
    return Response(
        answer="meets" if meets else "deviates",
        value=value.as_json(),
        typed=value.typed,
        unit=value.unit,
        note="；".join(note)[:2000],
    )
