"""What follows from a fact for people: declared with ``notify``, kept as a row, carried out by ``notifications``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from marketplace.kernel.db import Base, Identified, UTCDateTime
from marketplace.kernel.events import Event, subscribe

Audience = Callable[[dict[str, Any]], Iterable[int | tuple[str, str]]]
"""From the payload to ids of users, or to address and language of somebody without an account."""
Context = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Declaration:
    """One audience of one event, and the template that tells it."""

    event: str
    template: str
    to: Audience
    context: Context
    inbox: bool
    legal: bool = False


DECLARATIONS: dict[str, list[Declaration]] = {}


class Announcement(Identified, Base):
    """An event that somebody must hear of; ``done_at`` is set when everybody's row exists."""

    __tablename__ = "announcement"

    event_id: Mapped[str] = mapped_column(String(32), unique=True)
    event: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)


def notify(
    event: type[Event], *, template: str, to: Audience, context: Context, inbox: bool = True, legal: bool = False
) -> None:
    """Tell ``to`` (ids of users, from the event's payload) of every such event, with ``templates/mail/<template>.jinja``.

    Several features may declare an audience for one event; a person in several is told once, by the first declared.
    Mails with a secret link are kept out of the inbox by ``inbox=False``. Accounts out of use are told only what is
    ``legal``: receipts, warnings about the account, answers that somebody has a right to.
    """
    known = DECLARATIONS.setdefault(event.__name__, [])
    if any(d.template == template and d.to is to for d in known):
        return
    known.append(Declaration(event.__name__, template, to, context, inbox, legal))
    subscribe(event, _announce)


def _announce(work: Session, event: Event) -> None:
    work.add(Announcement(event_id=event.id, event=type(event).__name__, payload=event.payload(), at=event.at))
