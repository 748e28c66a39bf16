"""The head of the audit chain, noted outside the database: a chain alone cannot tell that its last rows were removed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy import select

from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import clock
from marketplace.kernel.db import session

log = structlog.get_logger()


def path() -> Path:
    """Where the heads are noted: a file to which lines are only ever added."""
    return Path(current_app.config["DATA"]) / "audit-heads.jsonl"


def note() -> None:
    """Add the chain's head when it moved; the log gets it too, so that it leaves the machine with the logs."""
    work = session()
    work.rollback()
    last = work.execute(select(AuditRow.id, AuditRow.digest).order_by(AuditRow.id.desc()).limit(1)).one_or_none()
    work.rollback()
    known = _last_noted()
    if last is None or (known and known["digest"] == last.digest):
        return
    head = {"at": clock.real_now().isoformat(timespec="seconds"), "id": last.id, "digest": last.digest}
    descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as out:
        # A line of its own even after one that a stopped machine left unfinished.
        out.write(b"\n" * (out.tell() > 0) + json.dumps(head).encode())
        out.flush()
        os.fsync(out.fileno())
    log.info("audit_head", **head)


def _last_noted() -> dict[str, str] | None:
    found = None
    if path().exists():
        with path().open("rb") as noted:
            noted.seek(max(0, path().stat().st_size - 400))
            found = next((h for line in reversed(noted.read().splitlines()) if (h := _read(line))), None)
    return found


def _read(line: bytes) -> dict[str, str] | None:
    try:
        head = json.loads(line)
        return head if {"id", "digest", "at"} <= set(head) else None
    except (ValueError, TypeError):
        return None  # the machine stopped in the middle of a line


def missing() -> Iterator[tuple[int, str]]:
    """Id and time of every noted head that the chain holds no more: rows were removed from its end, or replaced."""
    if not path().exists():
        return
    digests = dict(session().execute(select(AuditRow.id, AuditRow.digest)).tuples().all())
    for line in path().read_bytes().splitlines():
        head = _read(line)
        if head is not None and digests.get(int(head["id"])) != head["digest"]:
            yield int(head["id"]), head["at"]
