"""Writing and checking the audit chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from flask import g, has_request_context
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import clock, db
from marketplace.kernel.actor import Actor
from marketplace.kernel.events import Event, subscribe_all
from marketplace.kernel.workflow import Transition, on_transition

GENESIS = "0" * 64
_LOCK = 7_272_727


def _digest(row: AuditRow) -> str:
    body = [
        row.previous,
        row.at.isoformat(),
        row.actor_id,
        row.actor_kind,
        row.act,
        row.subject,
        row.subject_id,
        row.data,
    ]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _kind(actor: Actor) -> str:
    if actor.is_system:
        return "system"
    return ",".join(sorted(actor.roles)) or ("person" if actor.is_signed_in else "anyone")


def write(actor: Actor, act: str, subject: str, subject_id: int | None, data: dict[str, Any]) -> None:
    """Append one row to the chain, in the caller's transaction."""
    work = db.session()
    if work.get_bind().dialect.name == "postgresql":
        work.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    previous = work.scalar(select(AuditRow.digest).order_by(AuditRow.id.desc()).limit(1)) or GENESIS
    row = AuditRow(
        at=clock.now(),
        actor_id=actor.user_id,
        actor_kind=_kind(actor),
        act=act,
        subject=subject,
        subject_id=subject_id,
        data=data,
        request_id=g.get("request_id", "") if has_request_context() else "",
        previous=previous,
    )
    row.digest = _digest(row)
    work.add(row)
    work.flush()


def broken(work: Session) -> Iterator[int]:
    """Ids of the rows where the chain does not hold."""
    previous = GENESIS
    for row in work.scalars(select(AuditRow).order_by(AuditRow.id)).yield_per(500):
        if row.previous != previous or row.digest != _digest(row):
            yield row.id
        previous = row.digest


def _transition(move: Transition) -> None:
    data = {"from": move.source, "to": move.to}
    if move.reason:
        data["reason"] = move.reason
    write(move.actor, f"{move.subject}.{move.name}", move.subject, move.row.id, data)


def _event(_session: Session, event: Event) -> None:
    if not event.audited:
        return
    payload = event.payload()
    name = type(event).__name__
    subject_id = next((v for k, v in payload.items() if k.endswith("_id") and isinstance(v, int)), None)
    write(event.actor, name, name, subject_id, payload)


def start() -> None:
    """Listen to the workflow and to events that have no transition of their own."""
    on_transition(_transition)
    subscribe_all(_event)
