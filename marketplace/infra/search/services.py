"""The indexer: applies the queue of changed rows, and rebuilds on demand."""

from __future__ import annotations

from typing import cast

from flask import current_app
from sqlalchemy import delete, select

from marketplace.infra.jobs.services import drains
from marketplace.infra.search.documents import KINDS, Document
from marketplace.infra.search.models import IndexJob
from marketplace.infra.search.queries import Engine
from marketplace.kernel.db import session, unit_of_work

BATCH = 200


def engine() -> Engine:
    """The engine of this site."""
    return cast(Engine, current_app.extensions["search_engine"])


@drains
def apply_pending() -> int:
    """Write the documents of changed rows; the queue is emptied only after the index has them."""
    work = session()
    work.rollback()
    waiting = work.scalar(select(IndexJob.id).limit(1))
    work.rollback()
    if waiting is None and not engine().is_outdated:
        return 0
    with engine().alone():
        return rebuild() if engine().is_outdated else _apply()


def _apply() -> int:
    work = session()
    jobs = list(work.scalars(select(IndexJob).order_by(IndexJob.id).limit(BATCH)))
    changes: dict[tuple[str, int], Document | None] = {}
    for job in jobs:
        kind = KINDS[job.kind]
        row = work.get(kind.model, job.row_id)
        changes[job.kind, job.row_id] = kind.build(row) if row is not None else None
    ids = [job.id for job in jobs]
    work.rollback()
    if not ids:
        return 0
    engine().apply(changes)
    with unit_of_work() as writing:
        writing.execute(delete(IndexJob).where(IndexJob.id.in_(ids)))
    return len(ids)


def all_documents() -> dict[tuple[str, int], Document]:
    """Every document that the rows call for."""
    work = session()
    found: dict[tuple[str, int], Document] = {}
    for kind in KINDS.values():
        for row in work.scalars(select(kind.model).order_by(kind.model.id)).yield_per(200):
            built = kind.build(row)
            if built is not None:
                found[kind.name, row.id] = built
    return found


def rebuild() -> int:
    """Build a new index from the rows and swap it in; answers how many documents it holds.

    The rows are read after the queue: what it says of them is in the new index, and need not be written once more.
    """
    work = session()
    work.rollback()
    with engine().alone():
        known = list(work.scalars(select(IndexJob.id)))
        work.rollback()
        documents = all_documents()
        work.rollback()
        engine().rebuild(documents)
        with unit_of_work() as writing:
            for start in range(0, len(known), BATCH):
                writing.execute(delete(IndexJob).where(IndexJob.id.in_(known[start : start + BATCH])))
    return len(documents)
