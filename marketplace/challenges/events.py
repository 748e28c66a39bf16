"""What happens to challenges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ChallengeEvent(Event):
    """Something about one challenge."""

    challenge_id: int


class ChallengePublished(ChallengeEvent):
    """Vendors may bid until the deadline."""


@dataclass(frozen=True, kw_only=True)
class PublishedToFew(ChallengeEvent):
    """Fewer than three vendors met all musts at publication; the written reason is kept in the record."""

    audited: ClassVar[bool] = True

    products: int
    vendors: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChallengeExtended(ChallengeEvent):
    """The deadline was moved; a new version says why."""

    version: int


class ChallengeSuspended(ChallengeEvent):
    """Bidding rests."""


class ChallengeResumed(ChallengeEvent):
    """Bidding goes on."""


class ChallengeCancelled(ChallengeEvent):
    """It ended without a result, for a reason."""


class ChallengeMoved(ChallengeEvent):
    """A later stage moved it on: opened, under evaluation, shortlisted, ended."""
