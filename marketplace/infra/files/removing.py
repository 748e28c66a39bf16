"""What nobody refers to any longer is removed: first its row, a day later its bytes."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError

from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.services import file_columns, store
from marketplace.infra.jobs.services import by_the_clock
from marketplace.kernel import clock
from marketplace.kernel.db import Base, session, unit_of_work

GRACE = timedelta(days=1)
"""Longer than a file waits for the row that will name it, and than a backup takes between its rows and its files."""
BETWEEN = timedelta(hours=1)
"""How often the store is looked through."""
MANY = 500
"""How many rows, and how many files, go at a time."""
FEW, SHARE = 50, 0.2
log = structlog.get_logger()
_looked_at: datetime | None = None


@by_the_clock
def remove_unused() -> int:
    """Remove what was taken out of drafts and replaced; answers how many rows and files went. Looks once an hour."""
    global _looked_at
    now = clock.real_now()
    if _looked_at is not None and timedelta(0) <= now - _looked_at < BETWEEN:
        return 0
    _looked_at = now
    return forget_rows() + forget_bytes()


def forget_rows() -> int:
    """Delete rows of files that nothing refers to; the day of grace of their bytes begins now."""
    work = session()
    references = (
        column.parent
        for table in Base.metadata.tables.values()
        for column in table.foreign_keys
        if column.column is StoredFile.__table__.c.id
    )
    old = StoredFile.created_at < clock.now() - GRACE
    unused = select(StoredFile.id, StoredFile.key).where(
        old, *(~exists().where(c == StoredFile.id) for c in references)
    )
    found = work.execute(unused.limit(MANY)).tuples().all()
    work.rollback()
    if not found:
        return 0
    for _id, key in found:
        store().touch(key)
    try:
        with unit_of_work() as writing:
            writing.execute(delete(StoredFile).where(StoredFile.id.in_([row_id for row_id, _key in found])))
    except IntegrityError:  # one of them was put to use in this moment: it is looked at again in an hour
        return 0
    return len(found)


def forget_bytes() -> int:
    """Delete files that no row names, once they have lain for a day.

    Where a fifth of the store would go, nothing goes: then the database is another than the store's.
    """
    work = session()
    named = {key for column in file_columns() for key in work.scalars(select(column))}
    work.rollback()
    keys = store().keys()
    unnamed = sorted(key for key in keys - named if store().age(key) > GRACE)
    if len(unnamed) > FEW and len(unnamed) > len(keys) * SHARE:
        log.error("files_not_removed", unnamed=len(unnamed), kept=len(keys))
        return 0
    for key in unnamed[:MANY]:
        store().remove(key)
    return len(unnamed[:MANY])
