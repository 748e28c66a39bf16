"""Mails about pools."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.households import events
from marketplace.households.models import FEWEST
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import queries as organisations
from marketplace.scenarios.models import Scenario


def _body(payload: dict[str, Any]) -> list[int]:
    return organisations.member_ids([session().get_one(Scenario, payload["scenario_id"]).owner_id])


def _context(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(Scenario, payload["scenario_id"])
    link = url_for("households.desk", body_id=row.owner_id, _external=True)
    return {"scenario": row, "homes": payload["homes"], "fewest": FEWEST, "link": link}


notify(events.PoolFellShort, template="households/fell_short", to=_body, context=_context)
