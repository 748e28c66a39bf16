"""How many vendors could answer a posting. The market is told of by a feature above, which registers where it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from marketplace.challenges.content import ChallengeContent

FEW_VENDORS = 3
"""Fewer vendors than these who meet all musts: the posting may be cut to one (domain.md, tailoring)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many listed products meet all musts of a posting, and how many vendors they come from."""

    products: int
    vendors: int

    @property
    def is_narrow(self) -> bool:
        """Whether publication needs a written reason."""
        return self.vendors < FEW_VENDORS


_providers: list[Callable[[ChallengeContent], Reach]] = []


def provide_reach(provider: Callable[[ChallengeContent], Reach]) -> None:
    """Register where the market is counted."""
    _providers[:] = [provider]


def reach(content: ChallengeContent) -> Reach:
    """How far a posting reaches at this moment; a site without a market has no vendor, and asks for the reason."""
    return _providers[0](content) if _providers else Reach(0, 0)
