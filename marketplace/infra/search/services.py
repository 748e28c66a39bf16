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
    if engine().is_outdated:
        return rebuild()
    jobs = list(work.scalars(select(IndexJob).order_by(IndexJob.id).limit(BATCH)))
    if not jobs:
        work.rollback()
        return 0
    changes: dict[tuple[str, int], Document | None] = {}
    for job in jobs:
        kind = KINDS[job.kind]
        row = work.get(kind.model, job.row_id)
        changes[job.kind, job.row_id] = kind.build(row) if row is not None else None
    ids = [job.id for job in jobs]
    work.rollback()
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
    """Build a new index from the rows and swap it in; answers how many documents it holds."""
    documents = all_documents()
    session().rollback()
    engine().rebuild(documents)
    return len(documents)
