"""What waits for staff, and the audit rows that may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import g
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)

from marketplace.bids.models import Bid
from marketplace.bids.states import State as BidState
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import ANSWER_DAYS, Product
from marketplace.catalogue.states import State as ProductState
from marketplace.challenges import queries as challenges
from marketplace.challenges.models import Challenge, Watch
from marketplace.challenges.services import OPENING_DELAY
from marketplace.challenges.states import State as ChallengeState
from marketplace.infra.audit.models import AuditRow
from marketplace.introductions.models import Introduction
from marketplace.introductions.states import State as IntroductionState
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.text import Text
from marketplace.notifications.models import InboxItem
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import VERIFICATION_DAYS
from marketplace.publicity import queries as publicity
from marketplace.publicity.models import Objection
from marketplace.publicity.services import ADMISSIBILITY_DAYS
from marketplace.publicity.states import ObjectionState
from marketplace.recommending.models import Recommendation
from marketplace.rounds.defaults import Rules
from marketplace.rounds.queries import all_rules
from marketplace.scenarios import queries as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State as ScenarioState
from marketplace.vocabulary import calendar
from marketplace.vocabulary.queries import overrides


@dataclass(frozen=True)
class Item:
    """One thing that waits, since when and until when."""

    row: Any
    since: datetime | None
    due: datetime | None
    waited: int

    @property
    def is_late(self) -> bool:
        """Whether it should have been done."""
        return self.due is not None and self.due < clock.now()


QUEUES = (
    "scenarios",
    "admitted",
    "organisations",
    "opening",
    "opened",
    "eligibility",
    "evaluation",
    "notices",
    "objections",
    "doubts",
)
DAYS = {"doubts": ANSWER_DAYS, "organisations": VERIFICATION_DAYS, "objections": ADMISSIBILITY_DAYS, "opened": 2}
FROM_THE_ROUND = {"scenarios": "intake_days", "eligibility": "eligibility_days"}


def _item(row: Any, since: datetime | None, queue: str) -> Item:
    days = DAYS.get(queue)
    if queue in FROM_THE_ROUND:
        rules = all_rules()[row.round_id] if row.round_id else Rules()
        days = getattr(rules, FROM_THE_ROUND[queue])
    if since is None:
        return Item(row, None, None, 0)
    first = clock.beijing(since).date()
    known = overrides_cached()
    waited = max(calendar.working_days(first, clock.today(), known) - 1, 0)
    due = calendar.answer_by(since, days, known) if days else None
    return Item(row, since, due, waited)


def overrides_cached() -> Any:
    """The override table, read once per request."""
    if "day_overrides" not in g:
        g.day_overrides = overrides()
    return g.day_overrides


_BY_STATE = {
    "opened": ChallengeState.OPENED,
    "eligibility": ChallengeState.ELIGIBILITY,
    "evaluation": ChallengeState.EVALUATION,
}


def queues(actor: Actor) -> dict[str, list[Item]]:
    """What waits in every queue, the most urgent first; one question to the database for each kind of row."""
    now = clock.now()
    posted = scenarios.in_state(actor, [ScenarioState.SUBMITTED, ScenarioState.ADMITTED])
    called = challenges.in_states(actor, [ChallengeState.PUBLISHED, *_BY_STATE.values()], limit=1000)
    found = {
        "scenarios": [_item(r, r.with_staff_at, "scenarios") for r in posted if r.state is ScenarioState.SUBMITTED],
        "admitted": [_item(r, r.with_staff_at, "admitted") for r in posted if r.state is ScenarioState.ADMITTED],
        "organisations": [_item(r, r.submitted_at, "organisations") for r in organisations.waiting(actor)],
        "opening": [
            Item(r, r.closes_at, None, 0)
            for r in called
            if r.state is ChallengeState.PUBLISHED and r.closes_at and r.closes_at + OPENING_DELAY <= now
        ],
        "notices": [Item(r, r.published_at, r.ends_at, 0) for r in publicity.running()],
        "objections": [_item(r, r.created_at, "objections") for r in publicity.open_objections(actor)],
    }
    found["doubts"] = [
        _item(r, r.answered_at, "") if r.answered_at else _item(r, r.created_at, "doubts")
        for r in catalogue.doubts_to_close(actor)
    ]
    found["scenarios"].sort(key=lambda i: i.due or now)  # rounds differ in the days they give
    for name, state in _BY_STATE.items():
        found[name] = [_item(r, r.opened_at, name) for r in called if r.state is state]
    return {name: found[name] for name in QUEUES}


def arranged(items: list[Item], asked: str, sort: str) -> list[Item]:
    """Those of a queue whose name, number or organisation holds what is asked for; the most urgent, as the queue
    has them, the longest wait or the name first."""
    wanted = asked.casefold()
    found = [i for i in items if wanted in _words(i.row).casefold()] if wanted else list(items)
    if sort == "name":
        return sorted(found, key=lambda i: _words(i.row))
    if sort == "waited":
        return sorted(found, key=lambda i: -i.waited)
    return found


def _words(row: Any) -> str:
    """What a row of a queue is called: its name, number and whose it is, in both languages."""
    of = getattr(row, "product", row)
    whose = getattr(of, "owner", None) or getattr(of, "vendor", None)
    found = [getattr(of, name, "") for name in ("title", "name", "matter", "number", "uscc")]
    found += [whose.name if whose else "", row.notice.number if hasattr(row, "notice") else ""]
    return " ".join(f"{t.zh} {t.en}" if isinstance(t, Text) else str(t) for t in found if t)


def most_urgent(waiting: dict[str, list[Item]], limit: int) -> list[tuple[str, Item]]:
    """What of all queues falls due first, with the name of its queue; notices run by themselves, doubts are the
    vendors' until they are late."""
    dated = [
        (name, i)
        for name, items in waiting.items()
        for i in items
        if i.due is not None and name != "notices" and (name != "doubts" or i.is_late)
    ]
    return sorted(dated, key=lambda pair: pair[1].due or clock.now())[:limit]


def tallies(actor: Actor, *, owns: bool, sells: bool) -> dict[str, dict[str, int]]:
    """How many of each kind the actor and the actor's organisations have in each state, with one question: so that the
    desk reads no kind of which there is none."""
    mine = sorted(actor.organisations())
    asked = _tallies(bool(mine), owns, sells)
    found = session().execute(asked, {"person": actor.user_id, "mine": mine} if mine else {"person": actor.user_id})
    counts = {(kind, state): n for kind, state, n in found.tuples()}
    return {kind: {s: counts[kind, s] for s in states if (kind, s) in counts} for kind, states in COUNTED.items()}


@lru_cache
def _tallies(is_member: bool, owns: bool, sells: bool) -> CompoundSelect[Any]:
    """The question of one kind of desk, put together once."""
    person, mine = bindparam("person", type_=Integer), bindparam("mine", expanding=True, type_=Integer)
    kinds: list[tuple[str, Any, ColumnElement[bool]]] = [
        ("unread", literal(""), (InboxItem.user_id == person) & InboxItem.read_at.is_(None)),
        ("watched", literal(""), Watch.user_id == person),
        ("objection", Objection.state, Objection.user_id == person),
    ]
    if is_member:
        of_mine = Introduction.owner_id.in_(mine) | Introduction.vendor_id.in_(mine)
        kinds.append(("introduction", Introduction.state, of_mine))
    if owns:
        kinds.append(("scenario", Scenario.state, Scenario.owner_id.in_(mine)))
    if sells:
        kinds += [("bid", Bid.state, Bid.lead_id.in_(mine)), ("product", Product.state, Product.vendor_id.in_(mine))]
    return union_all(
        *(
            select(literal(kind), cast(state, String), func.count()).where(whose).group_by(state)
            for kind, state, whose in kinds
        )
    )


COUNTED: dict[str, list[str]] = {
    "unread": [""],
    "watched": [""],
    "objection": [s.value for s in ObjectionState],
    "introduction": [s.value for s in IntroductionState],
    "scenario": [s.value for s in ScenarioState],
    "bid": [s.value for s in BidState],
    "product": [s.value for s in ProductState],
}
"""What is counted for a desk, with its states in their order."""


def funnel() -> list[tuple[str, int]]:
    """How many scenarios and challenges ever came as far as each step, from posted to shortlisted, by the step's key."""
    ends = (
        (Scenario, Scenario.state != ScenarioState.DRAFT),
        (Challenge, Challenge.published_at.is_not(None)),
    )
    counts = [
        select(literal(model.__tablename__), cast(model.state, String), func.count())
        .where(wanted)
        .group_by(model.state)
        for model, wanted in ends
    ]
    found = {(kind, state): n for kind, state, n in session().execute(union_all(*counts))}
    posted = {state: n for (kind, state), n in found.items() if kind == "scenario"}
    called = {state: n for (kind, state), n in found.items() if kind == "challenge"}
    shortlisted = called.get(ChallengeState.SHORTLISTED.value, 0)
    return [
        ("submitted", sum(posted.values())),
        ("admitted", sum(posted.get(s.value, 0) for s in (ScenarioState.ADMITTED, ScenarioState.LISTED))),
        ("listed", sum(called.values())),
        ("evaluation", called.get(ChallengeState.EVALUATION.value, 0) + shortlisted),
        ("shortlisted", shortlisted),
    ]


JUDGEMENTS = ("bid", "bid_stage", "decision", "recommendation", "objection")
"""What an administrator reads nothing of (decision 7)."""


def _shown(actor: Actor) -> ColumnElement[bool]:
    """What concerns a bid stays hidden until its opening: not even an auditor learns before it who bid, or how many."""
    opened = select(Bid.id).where(Bid.opened_at.is_not(None))
    sealed = select(Recommendation.id).where(Recommendation.bid_id.is_not(None), Recommendation.shown_at.is_(None))
    return and_(
        true() if "auditor" in actor.roles else AuditRow.subject.not_in(JUDGEMENTS),
        ~and_(AuditRow.subject == "bid", AuditRow.subject_id.not_in(opened)),
        ~and_(AuditRow.subject == "recommendation", AuditRow.subject_id.in_(sealed)),
    )


def audit(actor: Actor, *, subject: str = "", offset: int = 0, limit: int = 50) -> tuple[list[AuditRow], int]:
    """Audit rows that may be shown now, newest first, with their number."""
    condition = and_(_shown(actor), AuditRow.subject == subject) if subject else _shown(actor)
    total = session().scalar(select(func.count()).select_from(AuditRow).where(condition)) or 0
    query = select(AuditRow).where(condition).order_by(AuditRow.id.desc()).offset(offset).limit(limit)
    return list(session().scalars(query)), total


def subjects(actor: Actor) -> list[str]:
    """The kinds of things that the audit may show now."""
    found = select(AuditRow.subject).where(_shown(actor)).distinct()
    return list(session().scalars(found.order_by(AuditRow.subject)))
