"""Mails about bids. None carries a word of a sealed bid's content."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select

from marketplace.bids import events, queries
from marketplace.bids.models import Bid, BidVersion
from marketplace.challenges import events as challenge_events
from marketplace.challenges import queries as challenges
from marketplace.challenges.messages import context as challenge_context
from marketplace.challenges.models import Challenge
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.organisations import queries as organisations


def _bidder(payload: dict[str, Any]) -> list[int]:
    return organisations.member_ids([session().get_one(Bid, payload["bid_id"]).lead_id])


def _bidders(payload: dict[str, Any]) -> list[int]:
    return organisations.member_ids(queries.drafters(payload["challenge_id"]))


def _opened_bidders(payload: dict[str, Any]) -> list[int]:
    query = select(Bid.lead_id).where(Bid.challenge_id == payload["challenge_id"], Bid.opened_at.is_not(None))
    return organisations.member_ids(session().scalars(query))


def _context(payload: dict[str, Any]) -> dict[str, Any]:
    bid = session().get_one(Bid, payload["bid_id"])
    version: BidVersion | None = next((v for v in bid.versions if v.number == payload.get("version")), None)
    link = url_for("bids.show", bid_id=bid.id, _external=True)
    return {"bid": bid, "challenge": bid.challenge, "version": version, "link": link}


def _opening(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(Challenge, payload["challenge_id"])
    return {"challenge": row, "link": url_for("challenges.show", challenge_id=row.id, _external=True)}


notify(events.BidSubmitted, template="bids/receipt", to=_bidder, context=_context)
notify(events.BidWithdrawn, template="bids/withdrawn", to=_bidder, context=_context)
notify(events.BidsOpened, template="bids/opened", to=_opened_bidders, context=_opening)
notify(events.BidsOpened, template="bids/opened_owner", to=challenges.owner_members, context=_opening)
notify(events.NoBidsFound, template="bids/none", to=challenges.owner_members, context=_opening)
notify(events.NoBidsFound, template="bids/none", to=challenges.watchers, context=_opening)
for event, template in (
    (challenge_events.ChallengeExtended, "challenges/extended"),
    (challenge_events.ChallengeSuspended, "challenges/suspended"),
    (challenge_events.ChallengeResumed, "challenges/resumed"),
    (challenge_events.ChallengeCancelled, "challenges/cancelled"),
):
    notify(event, template=template, to=_bidders, context=challenge_context)
