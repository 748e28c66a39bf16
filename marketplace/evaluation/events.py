"""What happens in evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class EligibilityClosed(Event):
    """Every bid's eligibility is decided and told."""

    challenge_id: int


@dataclass(frozen=True, kw_only=True)
class ShortlistReleased(Event):
    """All decisions on a challenge were released together."""

    challenge_id: int


@dataclass(frozen=True, kw_only=True)
class NobodySelected(Event):
    """No bid was eligible."""

    challenge_id: int
