"""Reads of bids."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Integer, Select, bindparam, case, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.bids.models import Bid, OpenedBid
from marketplace.bids.policies import BID
from marketplace.bids.states import State
from marketplace.challenges.models import Challenge
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import count_by, session
from marketplace.kernel.errors import NotFound


def get(actor: Actor, bid_id: int, *, fresh: bool = False) -> Bid:
    """The bid, when the actor may see it; ``fresh`` locks its row until the end of the transaction."""
    query = select(Bid).where(Bid.id == bid_id, BID.where(actor))
    if fresh:
        query = query.with_for_update(of=Bid).execution_options(populate_existing=True)
    else:
        query = query.options(joinedload(Bid.challenge), joinedload(Bid.lead), selectinload(Bid.versions))
    row = session().scalar(query)
    if row is None or (row.lead_id not in actor.organisations() and is_recused(actor, row.challenge_id)):
        raise NotFound()
    return row


def has_handed_in(challenge_id: int, organisation_id: int) -> bool:
    """Whether the organisation has a bid for that challenge; known to its own people, and to everybody once it is opened."""
    query = _handed_in([organisation_id]).where(Bid.challenge_id == challenge_id)
    return session().scalar(query.limit(1)) is not None


def recusing(actor: Actor) -> Select[int]:
    """Ids of the challenges to which one of the actor's own organisations has handed in a bid: whoever belongs to a bidder
    judges nobody there and, also as staff, reads no other bid (decision 7)."""
    return _handed_in(sorted(actor.organisations()))


def is_recused(actor: Actor, challenge_id: int) -> bool:
    """Whether the actor belongs to a bidder for that challenge."""
    if not actor.memberships:
        return False
    return session().scalar(recusing(actor).where(Bid.challenge_id == challenge_id).limit(1)) is not None


def _handed_in(organisation_ids: list[int]) -> Select[int]:
    """Ids of the challenges to which one of the organisations has handed in a bid and not taken it back."""
    stands = Bid.state.not_in([State.DRAFT, State.WITHDRAWN])
    return select(Bid.challenge_id).where(Bid.lead_id.in_(organisation_ids), stands)


def own(actor: Actor, challenge_id: int) -> list[Bid]:
    """The bids of the actor's own organisations for a challenge."""
    return list(session().scalars(_own(), {"mine": sorted(actor.organisations()), "challenge": challenge_id}))


@lru_cache
def _own() -> Select[Bid]:
    """The question of every challenge's page, put together once."""
    mine = Bid.lead_id.in_(bindparam("mine", expanding=True))
    query = select(Bid).where(Bid.challenge_id == bindparam("challenge"), mine).order_by(Bid.lead_id, Bid.id)
    return query.options(joinedload(Bid.lead), selectinload(Bid.versions))


def mine(actor: Actor, limit: int, offset: int = 0) -> list[Bid]:
    """The bids of the actor's own organisations: the nearest deadline first, then those past it, the last first."""
    asked = {"mine": sorted(actor.organisations()), "now": clock.now(), "most": limit, "from": offset}
    return list(session().scalars(_mine(), asked))


@lru_cache
def _mine() -> Select[Bid]:
    """The question of every vendor's desk, put together once."""
    ahead = Challenge.closes_at > bindparam("now")
    order = (
        case((ahead, 0), else_=1),
        case((ahead, Challenge.closes_at)),
        Challenge.closes_at.desc(),
        Bid.created_at.desc(),
        Bid.id,
    )
    own = select(Bid.id).join(Bid.challenge).where(Bid.lead_id.in_(bindparam("mine", expanding=True)))
    own = own.order_by(*order).offset(bindparam("from", type_=Integer)).limit(bindparam("most", type_=Integer))
    page = own.subquery()  # sorted by numbers alone, then read whole
    query = select(Bid).join(page, page.c.id == Bid.id).join(Bid.challenge)
    return query.options(contains_eager(Bid.challenge)).order_by(*order)


def tally(actor: Actor) -> dict[str, int]:
    """How many bids the actor's own organisations have in each state, in the order of the states."""
    found = count_by(Bid.state, Bid.lead_id.in_(sorted(actor.organisations())))
    return {state.value: found[state] for state in State if state in found}


def opened(actor: Actor, challenge_id: int) -> list[Bid]:
    """The opened bids of a challenge with their content, for those who may see them."""
    query = select(Bid).where(Bid.challenge_id == challenge_id, Bid.opened_at.is_not(None), BID.where(actor))
    if is_recused(actor, challenge_id):
        query = query.where(Bid.lead_id.in_(sorted(actor.organisations())))
    query = query.options(
        joinedload(Bid.lead),
        selectinload(Bid.versions),
        selectinload(Bid.files),
        selectinload(Bid.content).selectinload(OpenedBid.responses),
        selectinload(Bid.content).selectinload(OpenedBid.offers),
    )
    return list(session().scalars(query.order_by(Bid.lead_id, Bid.id)))


def drafters(challenge_id: int) -> list[int]:
    """Ids of the organisations with a bid in any state, for telling them of a change; never shown to anyone."""
    query = select(Bid.lead_id).where(Bid.challenge_id == challenge_id)
    return list(session().scalars(query.order_by(Bid.lead_id)))


def submitted(challenge_id: int) -> list[Bid]:
    """The submitted bids of a challenge, for the opening."""
    query = select(Bid).where(Bid.challenge_id == challenge_id, Bid.state == State.SUBMITTED)
    query = query.options(joinedload(Bid.challenge), selectinload(Bid.versions), selectinload(Bid.files))
    return list(session().scalars(query.order_by(Bid.lead_id, Bid.id).with_for_update(of=Bid)))
