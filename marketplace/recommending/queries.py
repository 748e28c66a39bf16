"""Reads of recommendations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import joinedload

from marketplace.bids import queries as bids
from marketplace.bids.models import Bid
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import NotFound
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.recommending.models import Recommendation, RecommendingList
from marketplace.recommending.policies import LIST, RECOMMENDATION
from marketplace.recommending.states import State
from marketplace.rounds import queries as rounds
from marketplace.rounds.models import Round, Stage
from marketplace.scenarios.models import Scenario


def _whole() -> tuple[Any, ...]:
    """What a recommendation is loaded with. Of a bid the cover sheet needs its state; the sealed bytes stay behind."""
    return (
        joinedload(Recommendation.lead),
        joinedload(Recommendation.scenario),
        joinedload(Recommendation.challenge),
        joinedload(Recommendation.bid).load_only(Bid.id, Bid.state, Bid.opened_at),
    )


def get(actor: Actor, recommendation_id: int) -> Recommendation:
    """The recommendation, when the actor may see it."""
    query = select(Recommendation).where(Recommendation.id == recommendation_id, _seen_by(actor))
    row = session().scalar(query.options(*_whole()))
    if row is None:
        raise NotFound()
    return row


def bodies(actor: Actor) -> list[Organisation]:
    """The actor's organisations that recommend."""
    return [o for o in organisations.mine(actor) if o.is_recommending_body] if actor.memberships else []


def place(actor: Actor, round_id: int, body_id: int) -> tuple[Round, Organisation]:
    """The round and the actor's body, when the round asks for recommendations; else the page does not exist."""
    call = rounds.get(actor, round_id)
    body = next((o for o in bodies(actor) if o.id == body_id), None)
    if body is None or call.asks(Stage.NONE) or not call.is_public:
        raise NotFound()
    return call, body


def listed(actor: Actor, round_id: int, body_id: int) -> list[Recommendation]:
    """What is before a body in a round: by rank, then in the order in which it came; what was withdrawn is left out."""
    query = select(Recommendation).where(
        Recommendation.round_id == round_id,
        Recommendation.body_id == body_id,
        Recommendation.state != State.WITHDRAWN,
        _seen_by(actor),
    )
    query = query.order_by(
        Recommendation.rank.is_(None), Recommendation.rank, Recommendation.asked_at, Recommendation.id
    )
    return list(session().scalars(query.options(*_whole())))


def of_round(actor: Actor, round_id: int) -> list[Recommendation]:
    """What the actor may know of a round's recommendations, by body and rank."""
    query = select(Recommendation).where(
        Recommendation.round_id == round_id, Recommendation.state != State.WITHDRAWN, _seen_by(actor)
    )
    query = query.order_by(
        Recommendation.body_id, Recommendation.rank.is_(None), Recommendation.rank, Recommendation.id
    )
    return list(session().scalars(query.options(*_whole(), joinedload(Recommendation.body)).limit(300)))


def waiting(actor: Actor, organisations: list[Organisation]) -> list[tuple[Round, Organisation, int]]:
    """The lists of those of the actor's ``organisations`` that recommend, in rounds that ask, each with how much waits."""
    own = [o for o in organisations if o.is_recommending_body]
    asking = rounds.asking() if own else []
    if not asking:
        return []
    query = select(Recommendation.round_id, Recommendation.body_id, func.count()).where(
        Recommendation.state == State.PENDING, _seen_by(actor)
    )
    counts = {
        (r, b): n
        for r, b, n in session().execute(query.group_by(Recommendation.round_id, Recommendation.body_id)).tuples()
    }
    return [(call, body, counts.get((call.id, body.id), 0)) for call in asking for body in own]


def of_scenario(actor: Actor, scenario_id: int) -> Recommendation | None:
    """The recommendation of a scenario in the round that it is in now, when the actor may see it."""
    query = select(Recommendation).join(Scenario, Scenario.id == Recommendation.scenario_id)
    query = query.where(Scenario.id == scenario_id, Recommendation.round_id == Scenario.round_id, _seen_by(actor))
    query = query.options(joinedload(Recommendation.body), joinedload(Recommendation.round))
    return session().scalar(query)


def of_bid(actor: Actor, bid_id: int) -> Recommendation | None:
    """The recommendation of a bid, when the actor may see it."""
    query = select(Recommendation).where(Recommendation.bid_id == bid_id, _seen_by(actor))
    return session().scalar(query.options(joinedload(Recommendation.body)))


def body_for(bid: Bid) -> Organisation | None:
    """Who may recommend a bid: nobody where the body itself is the scenario owner."""
    body = organisations.recommending_body(bid.lead)
    return None if body is None or body.id == bid.challenge.owner_id else body


def needed(bid: Bid) -> bool:
    """Whether the bid has to be recommended: its round asks for it, and somebody answers for the bidder.

    A body that bids itself reads no rival's cover sheet (``_seen_by``), so that none of them needs its word: that is said
    after the opening only, or it would tell that the body bids.
    """
    call = bid.challenge.round
    body = body_for(bid)
    if call is None or not call.asks(Stage.BIDS) or body is None:
        return False
    return not (bid.is_opened and bids.has_handed_in(bid.challenge_id, body.id))


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    """What the policy shows, but no rival's sealed bid where an organisation of the actor's bids itself."""
    rivals = and_(
        Recommendation.is_sealed,
        Recommendation.challenge_id.in_(bids.recusing(actor)),
        Recommendation.lead_id.not_in(sorted(actor.organisations())),
    )
    return and_(RECOMMENDATION.where(actor), ~rivals if actor.memberships else true())


def is_recommended(bid: Bid) -> bool:
    """Whether the bid's body recommends it."""
    query = select(Recommendation.id).where(Recommendation.bid_id == bid.id, Recommendation.state == State.RECOMMENDED)
    return session().scalar(query) is not None


def recommended(round_id: int) -> list[Recommendation]:
    """Everything recommended in a round, for counting quotas and caps under the round's lock."""
    query = select(Recommendation).where(Recommendation.round_id == round_id, Recommendation.state == State.RECOMMENDED)
    return list(session().scalars(query))


def list_of(actor: Actor, round_id: int, body_id: int) -> RecommendingList | None:
    """The body's list with its version; none before anything came."""
    query = select(RecommendingList).where(
        RecommendingList.round_id == round_id, RecommendingList.body_id == body_id, LIST.where(actor)
    )
    return session().scalar(query)
