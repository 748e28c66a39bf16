"""Reads of introductions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts import queries as accounts
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.introductions.models import Block, Introduction, Result, Side, Slot
from marketplace.introductions.policies import BLOCK, INTRODUCTION
from marketplace.introductions.states import SlotState, State
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import count_by, session
from marketplace.kernel.errors import NotFound
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.scenarios.models import Scenario

RUNNING = (State.PENDING, State.ACCEPTED)
SOON = timedelta(days=7)


def get(actor: Actor, introduction_id: int, *, fresh: bool = False) -> Introduction:
    """The introduction, when the actor may see it; ``fresh`` locks its row until the end of the transaction."""
    query = select(Introduction).where(Introduction.id == introduction_id, INTRODUCTION.where(actor))
    if fresh:
        query = query.with_for_update(of=Introduction).execution_options(populate_existing=True)
    else:
        query = query.options(*_named(), selectinload(Introduction.slots), selectinload(Introduction.outcomes))
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def _named() -> tuple[Any, ...]:
    """What a list names of each: scenario, both organisations, product."""
    return (
        joinedload(Introduction.scenario),
        joinedload(Introduction.owner),
        joinedload(Introduction.vendor),
        joinedload(Introduction.product),
    )


def side_of(actor: Actor, row: Introduction) -> Side | None:
    """On which side the actor sits; nothing for staff."""
    own = actor.organisations()
    if row.owner_id in own:
        return Side.OWNER
    return Side.VENDOR if row.vendor_id in own else None


def _on_a_side(own: Sequence[int] | BindParameter[Any]) -> ColumnElement[bool]:
    return or_(Introduction.owner_id.in_(own), Introduction.vendor_id.in_(own))


def _page(condition: ColumnElement[bool], offset: int, limit: int) -> tuple[list[Introduction], int]:
    total = session().scalar(select(func.count()).select_from(Introduction).where(condition)) or 0
    query = select(Introduction).where(condition).options(*_named())
    query = query.order_by(Introduction.created_at.desc(), Introduction.id.desc()).offset(offset).limit(limit)
    return list(session().scalars(query)), total


def mine(actor: Actor, *, offset: int = 0, limit: int = 20) -> tuple[list[Introduction], int]:
    """The introductions of the actor's organisations, newest first, with their number."""
    return _page(_on_a_side(sorted(actor.organisations())), offset, limit)


def all_of_them(actor: Actor, *, differing: bool, offset: int, limit: int) -> tuple[list[Introduction], int]:
    """For staff: every introduction, or those whose two reports differ."""
    condition = INTRODUCTION.where(actor)
    return _page(condition & Introduction.differs.is_(True) if differing else condition, offset, limit)


def differing(actor: Actor) -> int:
    """How many there are whose two reports differ."""
    query = select(func.count()).select_from(Introduction)
    return session().scalar(query.where(INTRODUCTION.where(actor), Introduction.differs.is_(True))) or 0


def totals(actor: Actor) -> list[tuple[str, Result, int, int]]:
    """What both sides reported alike: domain, result, how many, together in 万元."""
    query = (
        select(Scenario.domain, Introduction.result, func.count(), func.coalesce(func.sum(Introduction.amount), 0))
        .join(Introduction.scenario)
        .where(INTRODUCTION.where(actor), Introduction.result.is_not(None))
        .group_by(Scenario.domain, Introduction.result)
    )
    return [(d, r, n, int(a or 0)) for d, r, n, a in session().execute(query).tuples() if r is not None]


def results() -> dict[Result, int]:
    """How many introductions came to each result by both sides' word; no sums, for everybody."""
    found = count_by(Introduction.result, Introduction.result.is_not(None))
    return {result: found.get(result, 0) for result in Result}


def of_scenario(actor: Actor, scenario_id: int) -> list[Introduction]:
    """What there is between a scenario and anybody, as far as the actor is on a side or on the staff; newest first."""
    query = select(Introduction).where(Introduction.scenario_id == scenario_id, INTRODUCTION.where(actor))
    return list(session().scalars(query.options(*_named()).order_by(Introduction.id.desc()).limit(50)))


def running(scenario_id: int, vendor_id: int) -> Introduction | None:
    """What is going on between a vendor and a scenario."""
    query = select(Introduction).where(Introduction.scenario_id == scenario_id, Introduction.vendor_id == vendor_id)
    return session().scalar(query.where(Introduction.state.in_(RUNNING)))


def pending(scenario_id: int) -> list[Introduction]:
    """What waits for an answer about a scenario."""
    query = select(Introduction).where(Introduction.scenario_id == scenario_id, Introduction.state == State.PENDING)
    return list(session().scalars(query.order_by(Introduction.id)))


def waiting(actor: Actor) -> list[tuple[Introduction, str]]:
    """What of the actor's organisations needs the actor now, the oldest first, each with what it needs."""
    if not actor.memberships:
        return []
    rows = session().scalars(_running(), {"mine": sorted(actor.organisations())}).unique()
    return [(row, needed) for row in rows if (needed := needs(actor, row))]


@lru_cache
def _running() -> Select[Introduction]:
    """The question of every desk of an organisation, put together once."""
    on_a_side = _on_a_side(bindparam("mine", expanding=True))
    query = select(Introduction).where(on_a_side, Introduction.state.in_(RUNNING))
    query = query.options(joinedload(Introduction.scenario, innerjoin=True))
    query = query.options(joinedload(Introduction.slots), joinedload(Introduction.outcomes))
    return query.order_by(Introduction.id).limit(100)


def needs(actor: Actor, row: Introduction) -> str:
    """What the introduction needs of the actor now: answer, book, offer, meet, report, or nothing."""
    if row.state is State.PENDING:
        return "answer" if INTRODUCTION.allows(actor, "accept", row) else ""
    side = side_of(actor, row)
    if side is None or row.state is not State.ACCEPTED or not INTRODUCTION.allows(actor, "report", row):
        return ""
    if row.next_slot and row.next_slot.starts_at - clock.now() < SOON:
        return "meet"
    if row.open_slots and side is Side.VENDOR:
        return "book"
    if row.asked_at is not None and row.outcome(side) is None:
        return "report"
    untouched = not row.open_slots and all(s.state is not SlotState.BOOKED for s in row.slots)
    return "offer" if side is Side.OWNER and untouched and row.outcome(side) is None else ""


def begun_today(organisation_id: int, side: Side) -> int:
    """How many an organisation has begun since midnight in Beijing."""
    column = Introduction.owner_id if side is Side.OWNER else Introduction.vendor_id
    query = select(func.count()).select_from(Introduction).where(column == organisation_id)
    return (
        session().scalar(query.where(Introduction.started_by == side, Introduction.created_at >= clock.midnight())) or 0
    )


def invited_since(owner_id: int, since: datetime) -> int:
    """How many vendors an owner has invited since then."""
    query = select(func.count()).select_from(Introduction).where(Introduction.owner_id == owner_id)
    return session().scalar(query.where(Introduction.started_by == Side.OWNER, Introduction.created_at >= since)) or 0


def cut_off(organisation_id: int, others: Collection[int]) -> set[int]:
    """Those of the others with which an organisation has nothing to do any more, whichever of the two has said so."""
    query = select(Block.by_id, Block.against_id).where(
        or_(
            and_(Block.by_id == organisation_id, Block.against_id.in_(sorted(others))),
            and_(Block.against_id == organisation_id, Block.by_id.in_(sorted(others))),
        )
    )
    return {by if by != organisation_id else against for by, against in session().execute(query).tuples()}


def is_blocked(*, by: int, against: int) -> bool:
    """Whether an organisation wants to hear no more of another."""
    query = select(Block.id).where(Block.by_id == by, Block.against_id == against)
    return session().scalar(query) is not None


def blocks(actor: Actor) -> list[Block]:
    """Of whom the actor's organisations want to hear no more."""
    query = select(Block).where(BLOCK.where(actor)).options(joinedload(Block.against))
    return list(session().scalars(query.order_by(Block.id)))


def block(actor: Actor, block_id: int) -> Block:
    """One of them."""
    row = session().scalar(select(Block).where(Block.id == block_id, BLOCK.where(actor)))
    if row is None:
        raise NotFound()
    return row


def offerable(actor: Actor) -> list[Product]:
    """The listed products of the vendors that the actor writes for."""
    own = actor.organisations(EDITORS)
    return catalogue.of_vendors(actor, own, listed_only=True) if own else []


@dataclass(frozen=True)
class Contact:
    """Whom to ask on one side."""

    side: Side
    organisation: Organisation
    name: str
    email: str
    phone: str


def contacts(actor: Actor, row: Introduction) -> list[Contact]:
    """The two people's contacts: for the two sides once one has accepted, for nobody else and never before."""
    if not INTRODUCTION.allows(actor, "see_contacts", row):
        return []
    ids = {side: row.person_id(side) or 0 for side in Side}
    people = {p.user_id: p for p in accounts.addressees(list(ids.values()))}
    found = []
    for side in Side:
        organisation = row.organisation(side)
        # Who has left the organisation is no contact of it any more.
        person = people.get(ids[side]) if ids[side] in organisations.member_ids([organisation.id]) else None
        name, email = (person.name, person.email) if person else (organisation.contact_name, organisation.contact_email)
        found.append(Contact(side, organisation, name, email, organisation.contact_phone))
    return found


def slots_to_remind(within: timedelta) -> list[int]:
    """Ids of the agreed times that begin within so long and of which nobody was reminded yet."""
    now = clock.now()
    query = select(Slot.id).where(Slot.state == SlotState.BOOKED, Slot.reminded_at.is_(None))
    query = query.where(Slot.starts_at > now, Slot.starts_at <= now + within)
    return list(session().scalars(query.order_by(Slot.id)))


def outcomes_to_ask(before: datetime) -> list[int]:
    """Ids of the introductions that were accepted before then and whose outcome nobody was asked for."""
    query = select(Introduction.id).where(Introduction.state == State.ACCEPTED, Introduction.asked_at.is_(None))
    return list(session().scalars(query.where(Introduction.answered_at <= before).order_by(Introduction.id)))
