"""Expanding announcements into mails and inbox items; reading; preferences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import select, update

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import Addressee
from marketplace.infra.announcements import DECLARATIONS, Announcement, Declaration
from marketplace.infra.jobs.services import drains
from marketplace.infra.mail.services import Letter, Rendered, queue, render, send_due
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.i18n import LANGUAGES, force_language
from marketplace.notifications.models import InboxItem, Preference
from marketplace.notifications.policies import INBOX
from marketplace.notifications.queries import preference

log = structlog.get_logger()
BATCH = 100


@drains
def expand() -> int:
    """Make the rows of everybody who must hear of an event. Runs again safely: a person is told once per event."""
    work = session()
    work.rollback()
    waiting = list(
        work.scalars(select(Announcement.id).where(Announcement.done_at.is_(None)).order_by(Announcement.id))
    )
    work.rollback()
    done = 0
    for announcement_id in waiting:
        with current_app.test_request_context(base_url=current_app.config["SITE_URL"]):
            try:
                _expand_one(announcement_id)
            except Exception:
                # One that cannot be told must not silence the others; it stays, and `marketplace check` names it.
                work.rollback()
                log.exception("announcement_failed", announcement=announcement_id)
                continue
        done += 1
    return done


def _expand_one(announcement_id: int) -> None:
    work = session()
    row = work.get_one(Announcement, announcement_id)
    event, event_id, payload, at = row.event, row.event_id, dict(row.payload), row.at
    told: set[Any] = set()
    for declaration in DECLARATIONS.get(event, ()):
        fresh = [who for who in dict.fromkeys(declaration.to(payload)) if who not in told]
        told.update(fresh)
        rendered: dict[str, Rendered] = {}
        for start in range(0, len(fresh), BATCH):
            audience = _audience(declaration, fresh[start : start + BATCH])
            if not audience:
                continue  # all of them have left, and what the mail would tell of may have gone with them
            # Rendering takes far longer than inserting: it is done once, before any transaction.
            rendered = rendered or _render(declaration, payload)
            _render_bodies(rendered, audience)
            work.rollback()
            with unit_of_work():
                _tell(declaration, event_id, at, rendered, audience)
    work.rollback()
    with unit_of_work() as writing:
        writing.get_one(Announcement, announcement_id).done_at = clock.now()


def _render(declaration: Declaration, payload: dict[str, Any]) -> dict[str, Rendered]:
    rendered: dict[str, Rendered] = {}
    for language in LANGUAGES:
        with force_language(language):
            rendered[language] = render(declaration.template, declaration.context(payload))
    return rendered


def _render_bodies(rendered: dict[str, Rendered], audience: list[Addressee]) -> None:
    """The mails themselves, in the languages that somebody reads; what stands in the inbox is there in both."""
    for language in {person.language for person in audience}:
        with force_language(language):
            rendered[language].text()
            rendered[language].html()


def _audience(declaration: Declaration, who: list[Any]) -> list[Addressee]:
    people = accounts.addressees([w for w in who if isinstance(w, int)], also_out_of_use=declaration.legal)
    return [*people, *(Addressee(0, w[0], "", w[1]) for w in who if not isinstance(w, int))]


def _tell(
    declaration: Declaration, event_id: str, at: datetime, rendered: dict[str, Rendered], audience: list[Addressee]
) -> None:
    known = set(session().scalars(select(InboxItem.user_id).where(InboxItem.event_id == event_id)))
    queue(
        [
            Letter(
                dedupe=f"{event_id}:{person.user_id or person.email}"[:120],
                recipient=person.email,
                language=person.language,
                rendered=rendered[person.language],
            )
            for person in audience
        ]
    )
    for person in audience:
        if declaration.inbox and person.user_id and person.user_id not in known:
            session().add(
                InboxItem(
                    user_id=person.user_id,
                    event_id=event_id,
                    created_at=at,
                    content={code: _content(r) for code, r in rendered.items()},
                )
            )


def _content(rendered: Rendered) -> dict[str, Any]:
    return {
        "subject": rendered.subject,
        "paragraphs": rendered.paragraphs,
        "facts": [list(f) for f in rendered.facts],
        "action": [str(rendered.action[0]), _path(str(rendered.action[1]))] if rendered.action else None,
    }


def _path(url: str) -> str:
    base = current_app.config["SITE_URL"].rstrip("/")
    return url.removeprefix(base)


@drains
def send() -> int:
    """Send what waits in the outbox."""
    return send_due()


def mark_read(actor: Actor) -> None:
    """Mark everything in the actor's inbox as read."""
    session().execute(
        update(InboxItem).where(INBOX.where(actor, "read"), InboxItem.read_at.is_(None)).values(read_at=clock.now())
    )


def choose(actor: Actor, *, domains: list[str], hears_of_challenges: bool) -> None:
    """Keep which new challenges the actor wants to hear of."""
    row = preference(actor)
    assert actor.user_id is not None
    if row.id is None:
        row = Preference(user_id=actor.user_id)
        session().add(row)
    row.domains, row.hears_of_challenges = domains, hears_of_challenges
