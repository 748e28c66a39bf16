"""Reads of evaluation."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.bids.models import Bid
from marketplace.evaluation.models import BidStage, Decision, Outcome
from marketplace.evaluation.policies import BID_STAGE, DECISION_POLICY
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import NotFound


def stages(actor: Actor, challenge_id: int) -> list[BidStage]:
    """The eligibility rows of a challenge that the actor may see."""
    query = select(BidStage).where(BidStage.challenge_id == challenge_id, BID_STAGE.where(actor))
    query = query.options(joinedload(BidStage.bid).joinedload(Bid.lead)).order_by(BidStage.lead_id)
    return list(session().scalars(query))


def stage(actor: Actor, stage_id: int) -> BidStage:
    """One eligibility row."""
    query = select(BidStage).where(BidStage.id == stage_id, BID_STAGE.where(actor)).options(joinedload(BidStage.bid))
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def stage_of(actor: Actor, bid_id: int) -> BidStage | None:
    """A bid's eligibility, when the actor may see it."""
    return session().scalar(select(BidStage).where(BidStage.bid_id == bid_id, BID_STAGE.where(actor)))


def decision_of(actor: Actor, bid_id: int) -> Decision | None:
    """The decision on a bid, when the actor may see it."""
    return session().scalar(select(Decision).where(Decision.bid_id == bid_id, DECISION_POLICY.where(actor)))


def decisions(actor: Actor, challenge_id: int) -> list[Decision]:
    """The decisions on a challenge that the actor may see, selected first."""
    query = select(Decision).where(Decision.challenge_id == challenge_id, DECISION_POLICY.where(actor))
    query = query.options(joinedload(Decision.bid).joinedload(Bid.lead)).order_by(Decision.lead_id)
    order = list(Outcome)
    return sorted(session().scalars(query), key=lambda d: (order.index(d.outcome), d.lead_id))
