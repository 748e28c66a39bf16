"""Pages of lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

PER_PAGE = 20
LAST = 10_000


@dataclass(frozen=True)
class Page:
    """Where a reader is in a list of ``total`` items."""

    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def offset(self) -> int:
        """How many items come before."""
        return (self.number - 1) * self.per_page

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.per_page))

    def url(self, number: int) -> str:
        """This page's address with another page number."""
        return url_with(page=number if number > 1 else None)


def asked_page() -> int:
    """The page number in the address; anything that is none means the first."""
    typed = request.args.get("page", "1")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 and 0 < int(typed) <= LAST else 1


def url_with(**changes: Any) -> str:
    """The current address with some query parameters changed; ``None`` removes one, a list repeats it."""
    query: dict[str, Any] = {k: v for k, v in request.args.to_dict(flat=False).items() if k != "page"}
    for key, value in changes.items():
        if value is None or value == []:
            query.pop(key, None)
        else:
            query[key] = value
    reserved = {k: v for k, v in query.items() if not k.startswith("_") and k not in ("lang", "endpoint")}
    return url_for(request.endpoint or "discovery.home", **{**(request.view_args or {}), **reserved})
