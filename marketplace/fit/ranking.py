"""All products for one need: everybody ranked, the first fifty explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.fit.columns import Catalogue, Judged
from marketplace.fit.explain import Match, Standing, chosen, explained, facts_of
from marketplace.fit.needs import Need
from marketplace.fit.offers import Offer
from marketplace.fit.vectors import Array

EXPLAINED = 50
Fetch = Callable[[Sequence[int]], Mapping[int, Offer]]
"""Brings products by their ids, as the catalogue's columns have them."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """``ids`` of all products, highest score first; ``matches`` explains the first of them."""

    ids: Array
    scores: Array
    standings: Array
    matches: tuple[Match, ...]

    def count(self, standing: Standing) -> int:
        """How many products stand so."""
        return int((self.standings == int(standing)).sum())


def rank(catalogue: Catalogue, need: Need, fetch: Fetch, *, today: date, explained: int = EXPLAINED) -> Ranking:
    """Every product by score, then id. A product whose musts are short stays in its place as a near miss: it is no match,
    and its standing says so."""
    judged = catalogue.judge(need, today)
    order = judged.order()
    top = matches_at(catalogue, need, judged, order[:explained], fetch, today)
    return Ranking(judged.ids[order], judged.scores[order], judged.standings[order], top)


def matches_at(
    catalogue: Catalogue, need: Need, judged: Judged, positions: Array, fetch: Fetch, today: date
) -> tuple[Match, ...]:
    """The products at these positions, explained. The columns know which configurations are worth it."""
    ids = judged.ids[positions].tolist()
    offers = fetch(ids)
    weighed = need.weighed(catalogue.weigh)
    found = []
    for offer_id in ids:
        offer = offers[offer_id]
        facts = facts_of(need, offer, today, weighed, catalogue.page(offer_id))
        worth = [offer.configurations[number] for number in catalogue.telling(judged, offer_id)]
        found.append(chosen(offer, [explained(need, one, facts, today) for one in worth]))
    return tuple(found)
