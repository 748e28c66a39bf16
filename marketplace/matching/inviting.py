"""Other ways in which owners invite vendors, told by features above: what a vendor refuses and how many are sent on a day
holds across all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Way:
    """How another feature answers: ``refused`` says which of the vendors will hear nothing of an owner, or the owner of
    them; ``sent`` counts what the owner has sent since a moment (aware)."""

    refused: Callable[[int, Collection[int]], set[int]]
    sent: Callable[[int, datetime], int]


_ways: list[Way] = []


def provide_way(way: Way) -> None:
    """Register one way in which owners invite vendors."""
    if way not in _ways:
        _ways.append(way)


def refused(owner_id: int, vendor_ids: Collection[int]) -> set[int]:
    """Those of the vendors that cannot be invited by this owner, whatever it comes with."""
    return set[int]().union(*(way.refused(owner_id, vendor_ids) for way in _ways))


def sent_elsewhere(owner_id: int, since: datetime) -> int:
    """How many invitations the owner has sent in other ways since then."""
    return sum(way.sent(owner_id, since) for way in _ways)
