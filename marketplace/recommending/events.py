"""What happens to recommendations. Before the opening those about bids reach the bidder and its body only."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RecommendationEvent(Event):
    """Something about one recommendation."""

    recommendation_id: int


class RecommendationAsked(RecommendationEvent):
    """A scenario or bid waits with the body of its scope."""


class Recommended(RecommendationEvent):
    """The body recommends it."""


class RecommendationDeclined(RecommendationEvent):
    """The body does not recommend it, and says why."""


class RecommendationLapsed(RecommendationEvent):
    """The body's deadline passed without an answer."""
