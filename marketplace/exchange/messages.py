"""The owner hears of drafts that were typed on its behalf."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.exchange import events
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation


def _owner(payload: dict[str, Any]) -> list[int]:
    return organisations.member_ids([payload["organisation_id"]], writers_only=True)


def _context(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(Organisation, payload["organisation_id"])
    return {"organisation": row, "count": payload["count"], "link": url_for("scenarios.mine", _external=True)}


notify(events.DraftsTyped, template="exchange/typed", to=_owner, context=_context)
