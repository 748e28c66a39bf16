"""Facts in the past tense, and who wants to know. Handlers run before the commit and only insert rows."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.actor import Actor

Handler = Callable[[Session, Any], None]
_handlers: dict[type[Event], list[Handler]] = defaultdict(list)
_by_name: dict[str, type[Event]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened; carries ids, never rows or secrets."""

    audited: ClassVar[bool] = False
    """Set where no workflow transition already writes the audit row."""

    actor: Actor
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    at: datetime = field(default_factory=clock.now)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _by_name[cls.__name__] = cls

    def payload(self) -> dict[str, Any]:
        """The event's own fields as plain data, for rows that outlive the process."""
        own = {f.name for f in dataclasses.fields(Event)}
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in own}


def event_named(name: str) -> type[Event]:
    """The event class of that name; ``KeyError`` when there is none."""
    return _by_name[name]


def subscribe(event: type[Event], handler: Handler) -> None:
    """Call ``handler(session, event)`` before the commit of every unit of work that records such an event."""
    if handler not in _handlers[event]:
        _handlers[event].append(handler)


def subscribe_all(handler: Handler) -> None:
    """The same for every event there is."""
    subscribe(Event, handler)


def record(session: Session, event: Event) -> None:
    """Remember ``event`` for the end of this unit of work."""
    session.info.setdefault("events", []).append(event)


def dispatch(session: Session) -> list[Event]:
    """Run the handlers of all recorded events, also of those that handlers record; answers what was told."""
    told: list[Event] = []
    while queue := session.info.get("events"):
        event = queue.pop(0)
        session.flush()
        for handler in [*_handlers[Event], *_handlers[type(event)]]:
            handler(session, event)
        told.append(event)
    return told
