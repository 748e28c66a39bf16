"""Named slots of a page that features above fill: the challenge page knows no bid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

Panel = Callable[[Any, Any], str | None]
_slots: dict[str, list[tuple[int, Panel]]] = defaultdict(list)


def panel(slot: str, *, order: int = 50) -> Callable[[Panel], Panel]:
    """Fill ``slot`` with the HTML that ``fill(actor, row)`` answers, or nothing."""

    def register(fill: Panel) -> Panel:
        if all(known is not fill for _o, known in _slots[slot]):
            _slots[slot].append((order, fill))
            _slots[slot].sort(key=lambda pair: pair[0])
        return fill

    return register


def panels(slot: str, actor: Any, row: Any) -> list[Markup]:
    """What features put into ``slot`` for this viewer and row."""
    return [Markup(html) for _order, fill in _slots[slot] if (html := fill(actor, row))]
