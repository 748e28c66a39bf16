"""What came of it: each side reports once, what both say alike counts, staff see where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.infra.jobs.services import by_the_clock
from marketplace.introductions import events, queries
from marketplace.introductions.models import Introduction, Outcome, Result, Side
from marketplace.introductions.policies import INTRODUCTION
from marketplace.introductions.services.opening import lapse_pending
from marketplace.introductions.states import LIFECYCLE, State
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import record, session, unit_of_work
from marketplace.kernel.errors import Conflict, Invalid, InvalidMany
from marketplace.kernel.i18n import gettext as _
from marketplace.scenarios import services as scenarios

ASKED_AFTER = timedelta(days=30)
MOST_AMOUNT = 1_000_000
"""In 万元."""
LANDED_AFTER = timedelta(days=91)
"""落地 counts after three months of productive use."""


@dataclass(frozen=True, kw_only=True)
class OutcomeData:
    """What one side says: for nothing a reason, else the sum in whole 万元 and the first day."""

    result: Result
    amount: int | None = None
    starts_on: date | None = None
    reason: str = ""


def report(actor: Actor, introduction_id: int, data: OutcomeData) -> Introduction:
    """Say for one's own side what came of it; it may be put right until both sides say the same.

    What both say alike concludes the introduction; where they differ it is marked for staff.
    """
    row = queries.get(actor, introduction_id, fresh=True)
    INTRODUCTION.require(actor, "report", row)
    if row.state is not State.ACCEPTED:
        raise Conflict(_("双方接受对接之后、结果一致之前，才能报结果。"))
    _check(data)
    side = queries.side_of(actor, row)
    assert side is not None and actor.user_id is not None  # noqa: PT018
    mine = row.outcome(side) or Outcome(introduction_id=row.id, side=side)
    nothing = data.result is Result.NOTHING
    mine.result, mine.reason = data.result, data.reason
    mine.amount, mine.starts_on = (None, None) if nothing else (data.amount, data.starts_on)
    mine.reporter_id, mine.reported_at = actor.user_id, clock.now()
    session().add(mine)
    session().flush()
    record(events.OutcomeReported(actor=actor, introduction_id=row.id, side=side.value))
    theirs = row.outcome(side.other)
    row.differs = theirs is not None and not mine.agrees_with(theirs)
    if theirs is not None and not row.differs:
        INTRODUCTION.require(actor, "conclude", row)
        row.result, row.amount, row.ended_at = mine.result, mine.amount, clock.now()
        LIFECYCLE.fire(row, "conclude", actor=actor)
    return row


def _check(data: OutcomeData) -> None:
    wrong: dict[str, str] = {}
    if data.result is Result.NOTHING:
        if not data.reason:
            wrong["reason"] = _("没有谈成也请写一句为什么，方便以后改进。")
    else:
        if data.amount is None or not 0 < data.amount <= MOST_AMOUNT:
            wrong["amount"] = _("请填 1 到 %(most)s 之间的整数。", most=MOST_AMOUNT)
        if data.starts_on is None:
            wrong["starts_on"] = _("请填开始的日期。")
    if wrong:
        raise InvalidMany(wrong)


def may_land(row: Introduction) -> bool:
    """Whether both sides reported a purchase or lease that began three months ago."""
    if row.result not in (Result.PURCHASE, Result.LEASE):
        return False
    mine = row.outcome(Side.OWNER)
    return mine is not None and mine.starts_on is not None and mine.starts_on + LANDED_AFTER <= clock.today()


def land(actor: Actor, introduction_id: int, *, reason: str) -> Introduction:
    """Staff record that the scenario has landed: both reported it, three months have passed, the evidence was seen."""
    row = queries.get(actor, introduction_id, fresh=True)
    INTRODUCTION.require(actor, "land", row)
    if not may_land(row):
        raise Conflict(_("双方都报了采购或租赁、用满三个月以后，才能记为落地。"))
    if not reason:
        raise Invalid("reason", _("请写明看过哪些凭据，例如合同、付款和运行记录。"))
    scenarios.land(actor, row.scenario_id, reason=reason)
    lapse_pending(actor, row.scenario_id)
    return row


@by_the_clock
def ask_due() -> int:
    """Thirty days after they met, ask both sides what came of it, once."""
    due = queries.outcomes_to_ask(clock.now() - ASKED_AFTER)
    session().rollback()
    for introduction_id in due:
        with unit_of_work():
            row = session().get_one(Introduction, introduction_id)
            if row.state is State.ACCEPTED and row.asked_at is None:
                row.asked_at = clock.now()
                record(events.OutcomeAsked(actor=SYSTEM, introduction_id=row.id))
    return len(due)
