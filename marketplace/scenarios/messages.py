"""Mails about scenarios."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.accounts import queries as accounts
from marketplace.infra.announcements import notify
from marketplace.infra.mail.services import render
from marketplace.kernel.db import session
from marketplace.organisations import queries as organisations
from marketplace.scenarios import events
from marketplace.scenarios.models import Scenario


def _officers(_payload: dict[str, Any]) -> list[int]:
    return accounts.with_role("officer")


def _owner(payload: dict[str, Any]) -> list[int]:
    return organisations.member_ids([session().get_one(Scenario, payload["scenario_id"]).owner_id])


def _context(endpoint: str) -> Any:
    def context(payload: dict[str, Any]) -> dict[str, Any]:
        row = session().get_one(Scenario, payload["scenario_id"])
        link = url_for(endpoint, scenario_id=row.id, _external=True)
        return {"scenario": row, "link": link, "reason_given": payload.get("reason", "")}

    return context


def letter(row: Scenario, template: str, reason: str = "") -> str:
    """The mail about a scenario as its owner would read it, in the reader's language."""
    link = url_for("scenarios.show", scenario_id=row.id, _external=True)
    mail = render(f"scenarios/{template}", {"scenario": row, "link": link, "reason_given": reason})
    return f"{mail.subject}\n\n{mail.text()}"


notify(events.ScenarioSubmitted, template="scenarios/submitted", to=_officers, context=_context("scenarios.check"))
notify(events.ScenarioReachedStaff, template="scenarios/submitted", to=_officers, context=_context("scenarios.check"))
notify(events.ScenarioSubmitted, template="scenarios/received", to=_owner, context=_context("scenarios.show"))
notify(events.ScenarioReturned, template="scenarios/returned", to=_owner, context=_context("scenarios.show"))
notify(events.ScenarioRejected, template="scenarios/rejected", to=_owner, context=_context("scenarios.show"))
notify(events.ScenarioAdmitted, template="scenarios/admitted", to=_owner, context=_context("scenarios.show"))
