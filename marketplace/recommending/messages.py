"""Mails about recommendations: to the body that something waits, to owner or bidder what came of it."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.accounts import queries as accounts
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import queries as organisations
from marketplace.recommending import events
from marketplace.recommending.models import Recommendation


def _row(payload: dict[str, Any]) -> Recommendation:
    return session().get_one(Recommendation, payload["recommendation_id"])


def _body(payload: dict[str, Any]) -> list[int]:
    """The body's people; of a sealed bid not those of the scenario owner, nor staff, as the policy has it."""
    row = _row(payload)
    people = organisations.member_ids([row.body_id])
    shut_out: list[int] = []
    if row.is_sealed:
        shut_out = organisations.member_ids([row.challenge_owner_id])
        shut_out += accounts.with_role("officer", "auditor", "administrator")
    return [person for person in people if person not in shut_out]


def _lead(payload: dict[str, Any]) -> list[int]:
    return organisations.member_ids([_row(payload).lead_id])


def _for_body(payload: dict[str, Any]) -> dict[str, Any]:
    row = _row(payload)
    link = url_for("recommending.desk", round_id=row.round_id, body_id=row.body_id, _external=True)
    return {"row": row, "link": link}


def _for_lead(payload: dict[str, Any]) -> dict[str, Any]:
    row = _row(payload)
    if row.scenario_id is not None:
        link = url_for("scenarios.show", scenario_id=row.scenario_id, _external=True)
    else:
        link = url_for("bids.show", bid_id=row.bid_id, _external=True)
    return {"row": row, "link": link}


notify(events.RecommendationAsked, template="recommending/asked", to=_body, context=_for_body)
notify(events.RecommendationAsked, template="recommending/waits", to=_lead, context=_for_lead)
notify(events.Recommended, template="recommending/recommended", to=_lead, context=_for_lead)
notify(events.RecommendationDeclined, template="recommending/declined", to=_lead, context=_for_lead)
notify(events.RecommendationLapsed, template="recommending/lapsed", to=_lead, context=_for_lead)
