"""What the site says of its own health: to load balancers, to Prometheus, to an operator."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from marketplace.bids.models import Bid
from marketplace.infra.announcements import Announcement
from marketplace.infra.jobs.models import Heartbeat
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.mail.services import RETRIES
from marketplace.infra.metrics import gauge
from marketplace.infra.search.models import IndexJob
from marketplace.infra.search.services import engine
from marketplace.kernel import clock
from marketplace.kernel.db import session
from marketplace.matching.models import Arrival

SILENT = 180
"""Seconds without a heartbeat after which the worker counts as missing; it beats every minute."""
_WAITING = (OutboxMail.sent_at.is_(None), OutboxMail.attempts <= len(RETRIES))


def _count(table: Any, *conditions: Any) -> float:
    return float(session().scalar(select(func.count()).select_from(table).where(*conditions)) or 0)


@gauge("worker_heartbeat_age_seconds", "Seconds since the worker said that it is alive; -1 when it never did.")
def heartbeat_age() -> float:
    """By the machine's own clock."""
    beat = session().get(Heartbeat, "worker")
    return (clock.real_now() - beat.at).total_seconds() if beat else -1.0


@gauge("outbox_waiting", "Mails that wait to be sent.")
def mails_waiting() -> float:
    """Those given up are not among them."""
    return _count(OutboxMail, *_WAITING)


@gauge("outbox_oldest_seconds", "Seconds since the oldest waiting mail was due.")
def mail_age() -> float:
    """A mail whose next attempt lies ahead is not late."""
    due = session().scalar(select(func.min(OutboxMail.next_attempt_at)).where(*_WAITING))
    return max(0.0, (clock.real_now() - due).total_seconds()) if due else 0.0


@gauge("outbox_given_up", "Mails that no attempt brought to their server.")
def mails_given_up() -> float:
    """They stay until somebody looks at them."""
    return _count(OutboxMail, OutboxMail.sent_at.is_(None), OutboxMail.attempts > len(RETRIES))


@gauge("announcements_waiting", "Events that nobody was told of yet.")
def announcements_waiting() -> float:
    """Each becomes the mails of its audience."""
    return _count(Announcement, Announcement.done_at.is_(None))


@gauge("arrivals_waiting", "Challenges and products that came to the market and of which nobody was told yet.")
def arrivals_waiting() -> float:
    """Without the worker it grows."""
    return _count(Arrival, Arrival.done_at.is_(None))


@gauge("index_queue", "Changed rows whose search document was not written yet.")
def index_queue() -> float:
    """Without the worker it grows."""
    return _count(IndexJob)


@gauge("bids_opened", "Bids that were opened, of all challenges together.")
def bids_opened() -> float:
    """Sealed ones are no figure at all: their number is nobody's to know before the opening."""
    return _count(Bid, Bid.opened_at.is_not(None))


def readiness() -> tuple[bool, dict[str, Any]]:
    """Whether the site can do all of its work, and each part's state."""
    try:
        session().execute(text("SELECT 1"))
        age = heartbeat_age()
        late = round(mail_age())
    except SQLAlchemyError:
        session().rollback()
        return False, {"database": "unreachable"}
    alive = 0 <= age < SILENT
    found = {
        "database": "ok",
        "worker": "ok" if alive else "missing",
        "worker_seconds": round(age),
        "index": engine().generation,
        "mail_waiting_seconds": late,
    }
    return alive, found
