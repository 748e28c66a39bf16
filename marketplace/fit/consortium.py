"""Who complements whom: the smallest sets of products, and of vendors, that together meet all musts of a need.

An exact set cover over bit masks, one bit for each must. A member is a product in one configuration: the same robot
with two grippers is two robots.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marketplace.fit.columns import Catalogue, Judged
from marketplace.fit.needs import Need, Requirement
from marketplace.fit.vectors import MET

MOST_MEMBERS, MOST_SETS, MOST_WORK = 5, 10, 100_000
ALIKE = 3
"""Of products that bring the same, so many are offered as members: those with the highest score."""


@dataclass(frozen=True, slots=True)
class Part:
    """One member: product, configuration, and the musts that it meets."""

    offer_id: int
    vendor_id: int
    variant: str
    brings: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Consortia:
    """The smallest sets by number of products and by number of vendors, the best scored first.

    ``nobody``: musts that no product meets; the sets meet all others. ``is_complete`` is false when the search was cut
    off: there may be others, or smaller ones.
    """

    by_products: tuple[tuple[Part, ...], ...]
    by_vendors: tuple[tuple[Part, ...], ...]
    nobody: tuple[Requirement, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """The smallest sets of positions, and whether everything was tried."""

    sets: tuple[tuple[int, ...], ...]
    is_complete: bool


def smallest(
    masks: Sequence[int], whole: int, *, members: int = MOST_MEMBERS, sets: int = MOST_SETS, work: int = MOST_WORK
) -> Cover:
    """The smallest sets of positions whose masks together hold ``whole``, earlier positions first.

    Sizes are tried upwards, always for the bit that fewest hold; at most ``work`` members are tried in all.
    """
    holders = {bit: [n for n, mask in enumerate(masks) if mask >> bit & 1] for bit in range(whole.bit_length())}
    widest = max((mask.bit_count() for mask in masks), default=0)
    found: set[tuple[int, ...]] = set()
    tried = 0

    def search(taken: tuple[int, ...], missing: int, room: int) -> None:
        nonlocal tried
        if not missing:
            found.add(tuple(sorted(taken)))
        elif missing.bit_count() <= room * widest:
            rarest = min((b for b in holders if missing >> b & 1), key=lambda b: (len(holders[b]), b))
            for position in holders[rarest]:
                if tried >= work:
                    return
                tried += 1
                search((*taken, position), missing & ~masks[position], room - 1)

    for size in range(1, members + 1):
        search((), whole, size)
        if found or tried >= work:
            break
    return Cover(tuple(sorted(found, key=lambda one: (len(one), sum(one), one))[:sets]), tried < work)


def consortia(catalogue: Catalogue, need: Need, judged: Judged, vendors: Mapping[int, int]) -> Consortia:
    """The smallest sets for ``need`` as it was judged; ``vendors`` has the vendor of every product id."""
    masks = np.zeros(catalogue.used, np.int64)
    for bit, requirement in enumerate(need.musts):
        masks[catalogue.level(requirement) == MET] |= 1 << bit
    able = [row for row in np.flatnonzero(masks).tolist() if row in catalogue.places]
    able.sort(key=lambda row: (-int(judged.row_scores[row]), catalogue.places[row]))
    brought = [int(masks[row]) for row in able]
    whole = _joined(brought)
    nobody = tuple(r for bit, r in enumerate(need.musts) if not whole >> bit & 1)
    if not whole:
        return Consortia((), (), nobody, True)

    def told(positions: Iterable[int]) -> tuple[Part, ...]:
        parts = []
        for position in positions:
            offer_id, variant = catalogue.places[able[position]]
            brings = tuple(r for bit, r in enumerate(need.musts) if brought[position] >> bit & 1)
            parts.append(Part(offer_id, vendors[offer_id], variant, brings))
        return tuple(parts)

    worth = _worth(brought)
    products = smallest([brought[n] for n in worth], whole)
    owned: dict[int, list[int]] = {}
    for position, row in enumerate(able):
        owned.setdefault(vendors[catalogue.places[row][0]], []).append(position)
    houses = list(owned.values())
    joined = [_joined(brought[n] for n in house) for house in houses]
    kept = _worth(joined)
    alliances = smallest([joined[n] for n in kept], whole)
    of_vendors = []
    for alliance in alliances.sets:
        theirs = sorted(n for member in alliance for n in houses[kept[member]])
        cover = smallest([brought[n] for n in theirs], whole, members=len(need.musts), sets=1)
        of_vendors += [told(theirs[n] for n in one) for one in cover.sets]
    by_products = tuple(told(worth[n] for n in one) for one in products.sets)
    return Consortia(by_products, tuple(of_vendors), nobody, products.is_complete and alliances.is_complete)


def _joined(masks: Iterable[int]) -> int:
    whole = 0
    for mask in masks:
        whole |= mask
    return whole


def _worth(masks: Sequence[int]) -> list[int]:
    """The first few positions of each mask that no other mask contains: nobody needs a member who brings less."""
    distinct = set(masks)
    most = {mask for mask in distinct if not any(mask & other == mask and mask != other for other in distinct)}
    seen: dict[int, int] = {}
    found = []
    for position, mask in enumerate(masks):
        if mask in most and seen.get(mask, 0) < ALIKE:
            seen[mask] = seen.get(mask, 0) + 1
            found.append(position)
    return found
