"""What `marketplace check` compares."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select

from marketplace.infra.announcements import Announcement
from marketplace.infra.audit import anchor
from marketplace.infra.audit.services import broken
from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.removing import GRACE
from marketplace.infra.files.services import file_columns, store
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.mail.services import RETRIES
from marketplace.infra.search.models import IndexJob
from marketplace.infra.search.services import all_documents, engine
from marketplace.kernel import clock
from marketplace.kernel.db import session
from marketplace.matching.models import Arrival

PATIENCE = timedelta(minutes=10)
"""How long a row may wait for the worker before it counts as a difference."""
WAKES = 1000
"""How many unread wakes say that nobody reads them."""


def differences() -> Iterator[str]:
    """One sentence for each difference between rows and what follows from them."""
    yield from _audit()
    yield from _files()
    yield from _index()
    yield from _waiting()


def _audit() -> Iterator[str]:
    for row_id in broken(session()):
        yield f"audit: the chain breaks at row {row_id}"
    for row_id, at in anchor.missing():
        yield f"audit: row {row_id}, the chain's head at {at}, is gone or another"


def _files() -> Iterator[str]:
    work = session()
    wanted = {key for column in file_columns() for key in work.scalars(select(column)) if key}
    found = store().keys()
    for key in sorted(wanted - found):
        yield f"files: {key} is missing"
    for key in sorted(found - wanted):
        if store().age(key) > 2 * GRACE:
            yield f"files: {key} belongs to no row, and is not removed"
    known = work.execute(select(StoredFile.key, StoredFile.sha256).order_by(StoredFile.key)).tuples()
    for key, digest in known.all():
        if key in found and hashlib.sha256(store().get(key)).hexdigest() != digest:
            yield f"files: {key} was changed"


def _index() -> Iterator[str]:
    waiting = {(j.kind, j.row_id) for j in session().scalars(select(IndexJob))}
    documents, indexed = all_documents(), engine().digests()
    for kind, row_id in sorted(documents.keys() - indexed.keys() - waiting):
        yield f"index: {kind} {row_id} is missing"
    for kind, row_id in sorted(indexed.keys() - documents.keys() - waiting):
        yield f"index: {kind} {row_id} should not be there"
    for kind, row_id in sorted((documents.keys() & indexed.keys()) - waiting):
        digests = indexed[kind, row_id]
        if len(digests) > 1:
            yield f"index: {kind} {row_id} stands there {len(digests)} times"
        elif digests != [documents[kind, row_id].digest]:
            yield f"index: {kind} {row_id} is not what its row says now"


def _waiting() -> Iterator[str]:
    work, late = session(), clock.real_now() - PATIENCE
    unsent = OutboxMail.sent_at.is_(None)
    given_up = work.scalar(
        select(func.count()).select_from(OutboxMail).where(unsent, OutboxMail.attempts > len(RETRIES))
    )
    if given_up:
        yield f"outbox: {given_up} mails were given up; see outbox_mail.last_error"
    due = work.scalar(select(func.count()).select_from(OutboxMail).where(unsent, OutboxMail.next_attempt_at < late))
    if due:
        yield f"outbox: {due} mails are overdue"
    # The site's clock may run ahead in the demo, so these are compared with its own time.
    late = clock.now() - PATIENCE
    undone = work.scalar(
        select(func.count()).select_from(Announcement).where(Announcement.done_at.is_(None), Announcement.at < late)
    )
    if undone:
        yield f"announcements: {undone} wait for the worker"
    untold = work.scalar(select(func.count()).select_from(Arrival).where(Arrival.done_at.is_(None), Arrival.at < late))
    if untold:
        yield f"market: {untold} arrivals wait for the worker"
    unindexed = work.scalar(select(func.count()).select_from(IndexJob).where(IndexJob.created_at < late))
    if unindexed:
        yield f"index: {unindexed} changes wait for the worker"
    wakes = current_app.extensions["huey"].pending_count()
    if wakes > WAKES:
        yield f"jobs: {wakes} wakes were not read"
