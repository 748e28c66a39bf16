"""What happens to bids. Before the opening these facts reach the bidder's own people only."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class BidEvent(Event):
    """Something about one bid."""

    bid_id: int


@dataclass(frozen=True, kw_only=True)
class BidSubmitted(BidEvent):
    """A version was received in time."""

    version: int


class BidWithdrawn(BidEvent):
    """The last version was withdrawn in time."""


@dataclass(frozen=True, kw_only=True)
class BidsOpened(Event):
    """All bids of a challenge were opened together."""

    challenge_id: int


@dataclass(frozen=True, kw_only=True)
class NoBidsFound(Event):
    """The opening found none."""

    challenge_id: int
