"""What the products of a bid say to its requirements, by the copies that the bid holds and never by their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.bids.document import Offer, OfferedValue
from marketplace.challenges.content import ChallengeContent
from marketplace.fit.explain import Row, answers
from marketplace.fit.offers import Configuration, Evidence, Specification
from marketplace.kernel.text import Text
from marketplace.matching.offering import need_of


@dataclass(frozen=True)
class Said:
    """One offered product's answer to one requirement, as the match gives it."""

    offer: Offer
    row: Row

    @property
    def variant(self) -> Text:
        """The variant from which the value came; empty for the product's own."""
        one = self.row.specification
        came_from = self.offer.came_from(self.offer.specifications[one.parameter]) if one else None
        return came_from.name if came_from else Text()


def said(wanted: ChallengeContent, offers: Sequence[Offer], on: date) -> dict[str, list[Said]]:
    """For each requirement by its key what every offer says to it on that day, in the order of the offers.

    A bid is judged by the day on which it was received: evidence that ended before it counts as claimed.
    """
    need = need_of(0, wanted)
    found: dict[str, list[Said]] = {r.key: [] for r in wanted.requirements}
    for offer in offers:
        values = {key: _specification(key, one, offer) for key, one in offer.specifications.items()}
        for row in answers(need, Configuration("", values), on):
            found[row.requirement.key].append(Said(offer, row))
    return found


def _specification(parameter: str, one: OfferedValue, offer: Offer) -> Specification:
    came_from = offer.came_from(one)
    return Specification(
        parameter=parameter,
        value=one.stated,
        condition=one.under,
        variant=came_from.name.best("zh") if came_from else "",
        evidence=Evidence[one.evidence.upper()],
        evidence_date=one.since,
        expires=one.until,
    )
