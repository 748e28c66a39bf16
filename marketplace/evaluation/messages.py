"""Mails about eligibility and decisions: each bidder reads its own result only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from sqlalchemy import select

from marketplace.bids.models import Bid
from marketplace.challenges import queries as challenges
from marketplace.challenges.models import Challenge
from marketplace.evaluation import events
from marketplace.evaluation.models import BidStage, Decision, Outcome
from marketplace.evaluation.states import StageState
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import queries as organisations


def _link(challenge_id: int) -> str:
    return url_for("challenges.show", challenge_id=challenge_id, _external=True)


def _challenge(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(Challenge, payload["challenge_id"])
    query = select(Decision).where(Decision.challenge_id == row.id, Decision.outcome == Outcome.SELECTED)
    selected = [session().get_one(Bid, d.bid_id).lead.name for d in session().scalars(query.order_by(Decision.lead_id))]
    return {"challenge": row, "link": _link(row.id), "selected": selected}


def _leads(model: type[BidStage] | type[Decision], *conditions: Any) -> Callable[[dict[str, Any]], list[int]]:
    def audience(payload: dict[str, Any]) -> list[int]:
        query = select(model.lead_id).where(model.challenge_id == payload["challenge_id"], *conditions)
        return organisations.member_ids(session().scalars(query))

    return audience


def _own_stage(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(Challenge, payload["challenge_id"])
    return {"challenge": row, "link": url_for("bids.mine", _external=True)}


passed = _leads(BidStage, BidStage.state == StageState.PASSED)
failed = _leads(BidStage, BidStage.state == StageState.FAILED)
selected = _leads(Decision, Decision.outcome == Outcome.SELECTED)
reserve = _leads(Decision, Decision.outcome == Outcome.RESERVE)
not_selected = _leads(Decision, Decision.outcome == Outcome.NOT_SELECTED)

notify(events.EligibilityClosed, template="evaluation/eligible", to=passed, context=_own_stage)
notify(events.EligibilityClosed, template="evaluation/ineligible", to=failed, context=_own_stage)
notify(events.ShortlistReleased, template="evaluation/selected", to=selected, context=_own_stage)
notify(events.ShortlistReleased, template="evaluation/reserve", to=reserve, context=_own_stage)
notify(events.ShortlistReleased, template="evaluation/not_selected", to=not_selected, context=_own_stage)
notify(events.ShortlistReleased, template="evaluation/owner", to=challenges.owner_members, context=_challenge)
notify(events.NobodySelected, template="evaluation/nobody", to=challenges.owner_members, context=_challenge)
