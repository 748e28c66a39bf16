"""What `marketplace check` compares."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from marketplace.bids.models import BidFile
from marketplace.infra.announcements import Announcement
from marketplace.infra.audit.services import broken
from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.services import store
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.search.models import IndexJob
from marketplace.infra.search.services import all_documents, engine
from marketplace.kernel.db import session


def differences() -> Iterator[str]:
    """One sentence for each difference between rows and what follows from them."""
    work = session()
    for row_id in broken(work):
        yield f"audit: the chain breaks at row {row_id}"
    wanted = set(work.scalars(select(StoredFile.key))) | set(work.scalars(select(BidFile.store_key)))
    found = store().keys()
    for key in sorted(wanted - found):
        yield f"files: {key} is missing"
    for key in sorted(found - wanted):
        yield f"files: {key} belongs to no row"
    waiting = {(j.kind, j.row_id) for j in work.scalars(select(IndexJob))}
    documents, known = set(all_documents()), engine().known()
    for kind, row_id in sorted(documents - known - waiting):
        yield f"index: {kind} {row_id} is missing"
    for kind, row_id in sorted(known - documents - waiting):
        yield f"index: {kind} {row_id} should not be there"
    late = work.scalar(
        select(func.count()).select_from(OutboxMail).where(OutboxMail.sent_at.is_(None), OutboxMail.attempts > 6)
    )
    if late:
        yield f"outbox: {late} mails were given up; see outbox_mail.last_error"
    undone = work.scalar(select(func.count()).select_from(Announcement).where(Announcement.done_at.is_(None)))
    if undone:
        yield f"announcements: {undone} wait for the worker"
