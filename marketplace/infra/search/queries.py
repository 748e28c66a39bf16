"""What can be asked of a search engine, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from marketplace.infra.search.documents import Document

if TYPE_CHECKING:  # NumPy is loaded with the first search, not with the site
    from marketplace.infra.search.columns import Coded, Masks, Numbers, Positions, Table


@dataclass(frozen=True)
class Facet:
    """A way to narrow: ``values`` says which of its values some documents of a table have, now."""

    name: str
    values: Callable[[Table, Positions], Coded | Masks]


Order = Callable[["Table", "Positions", "Numbers"], "Numbers"]
"""From a table, the positions found in it and their scores to what is sorted by, the smallest first."""


@dataclass(frozen=True)
class Query:
    """One search: words, kind, who asks, what is chosen, order and page."""

    kind: str
    keys: frozenset[str]
    text: str = ""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    facets: tuple[Facet, ...] = ()
    order: Order | None = None
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True)
class Beginning:
    """What somebody has begun to type: words of titles, of one kind, for one viewer.

    ``order`` is given 0 for a title that begins with it and 1 for one that holds it; without it the newest row wins.
    """

    kind: str
    keys: frozenset[str]
    text: str
    order: Order | None = None
    limit: int = 5


@dataclass(frozen=True)
class Result:
    """Row ids of one page, how many there are in all, counts for every facet, and whether words had to be left out."""

    ids: list[int]
    total: int
    counts: dict[str, dict[str, int]]
    relaxed: bool
    terms: list[frozenset[str]]


class Engine(Protocol):
    """A search engine. Only the worker and ``reindex`` write."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else writes meanwhile: what is read inside is what will be written."""

    def apply(self, changes: Mapping[tuple[str, int], Document | None]) -> None:
        """Write documents, remove those that are ``None``."""

    def rebuild(self, documents: Mapping[tuple[str, int], Document]) -> None:
        """Make a new index beside the old one and swap it in."""

    def search(self, query: Query) -> Result:
        """Answer a query from the newest state."""

    def beginning(self, query: Beginning) -> list[int]:
        """Ids of rows by the beginning of a word in their title, from the newest state."""

    def known(self) -> set[tuple[str, int]]:
        """Every document there is."""

    def digests(self) -> dict[tuple[str, int], list[str]]:
        """The digest of every document, twice where a row stands twice."""

    @property
    def is_outdated(self) -> bool:
        """Whether it has to be built anew, because another release wrote it."""

    @property
    def generation(self) -> str:
        """Names the state that is read now."""
