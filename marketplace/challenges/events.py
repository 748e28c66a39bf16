"""What happens to challenges."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ChallengeEvent(Event):
    """Something about one challenge."""

    challenge_id: int


class ChallengePublished(ChallengeEvent):
    """Vendors may bid until the deadline."""


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
