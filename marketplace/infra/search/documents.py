"""Documents and the registry that says how a row becomes one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from marketplace.infra.search.models import IndexJob
from marketplace.kernel import clock
from marketplace.kernel.events import Event, subscribe
from marketplace.kernel.policy import Policy


@dataclass(frozen=True)
class Document:
    """What search knows of one row. Nothing but ids, facets and numbers is stored; texts are only indexed."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """SHA-256 of all that the index is given, by which a stale entry is found."""
        facets = {name: list(values) for name, values in self.facets.items()}
        body = [self.title, self.body, facets, dict(self.numbers), sorted(self.keys)]
        return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


Builder = Callable[[Any], Document | None]


@dataclass(frozen=True)
class Kind:
    """A registered kind of document."""

    name: str
    model: type[Any]
    policy: Policy
    build: Builder


KINDS: dict[str, Kind] = {}


def document(
    name: str, *, model: type[Any], policy: Policy, refresh_on: Mapping[Any, str]
) -> Callable[[Builder], Builder]:
    """Declare how a ``model`` row becomes a document, and which events' field names the row to refresh."""

    def register(build: Builder) -> Builder:
        KINDS[name] = Kind(name, model, policy, build)
        for event, field_name in refresh_on.items():
            subscribe(event, _refresher(name, field_name))
        return build

    return register


def _refresher(name: str, field_name: str) -> Callable[[Session, Event], None]:
    def refresh(work: Session, event: Event) -> None:
        value = getattr(event, field_name)
        for row_id in value if isinstance(value, (tuple, list)) else (value,):
            work.add(IndexJob(kind=name, row_id=row_id, created_at=clock.now()))

    return refresh
