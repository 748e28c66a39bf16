"""Times to meet: the owner offers some, the vendor takes one, either may cancel; a reminder the day before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.infra.jobs.services import by_the_clock
from marketplace.introductions import events, queries
from marketplace.introductions.models import Introduction, Meeting, Slot
from marketplace.introductions.policies import INTRODUCTION, SLOTS
from marketplace.introductions.states import SLOT, SlotState, State
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import record, session, unit_of_work
from marketplace.kernel.errors import Conflict, Invalid, Late, NotFound
from marketplace.kernel.i18n import gettext as _

FEWEST, MOST = 2, 5
LONGEST = 480
"""Minutes."""
FARTHEST = timedelta(days=180)
REMINDED_BEFORE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class SlotData:
    """What the owner offers: for what, where, for how many minutes, and the moments to choose from (aware)."""

    kind: Meeting
    place: str
    minutes: int
    starts: Sequence[datetime]


def offer(actor: Actor, introduction_id: int, data: SlotData) -> list[Slot]:
    """Offer two to five times to meet; refused while others wait for the vendor or one is agreed."""
    row = queries.get(actor, introduction_id, fresh=True)
    INTRODUCTION.require(actor, "offer", row)
    if row.state is not State.ACCEPTED:
        raise Conflict(_("双方接受对接之后才能约时间。"))
    if row.open_slots or row.next_slot:
        raise Conflict(_("已经有等对方选的时间，或已约好一次。请先等答复，或取消那一次。"))
    starts = sorted(set(data.starts))
    if not FEWEST <= len(starts) <= MOST:
        raise Invalid("start_1", _("请给 %(few)s 到 %(most)s 个不同的时间。", few=FEWEST, most=MOST))
    now = clock.now()
    if starts[0] <= now or starts[-1] > now + FARTHEST:
        raise Invalid("start_1", _("时间要在现在之后、半年之内。请改一下。"))
    if not 0 < data.minutes <= LONGEST:
        raise Invalid("minutes", _("请填 1 到 %(most)s 分钟。", most=LONGEST))
    if not data.place:
        raise Invalid("place", _("请写地点，或线上会议的链接。"))
    made = [
        Slot(
            introduction_id=row.id,
            owner_id=row.owner_id,
            vendor_id=row.vendor_id,
            kind=data.kind,
            starts_at=start,
            minutes=data.minutes,
            place=data.place,
            offered_at=now,
        )
        for start in starts
    ]
    session().add_all(made)
    session().flush()
    record(events.SlotsOffered(actor=actor, introduction_id=row.id))
    return made


def _locked(actor: Actor, introduction_id: int, slot_id: int, act: str) -> tuple[Introduction, Slot]:
    row = queries.get(actor, introduction_id, fresh=True)
    slot = next((s for s in row.slots if s.id == slot_id), None)
    if slot is None:
        raise NotFound()
    SLOTS.require(actor, act, slot)
    return row, slot


def book(actor: Actor, introduction_id: int, slot_id: int) -> Slot:
    """The vendor takes one of the offered times; the others are free again."""
    row, slot = _locked(actor, introduction_id, slot_id, "book")
    if slot.state is SlotState.OFFERED and slot.is_past:
        raise Late(_("这个时间已经过了。请选别的，或请对方另给时间。"))
    SLOT.fire(slot, "book", actor=actor)
    now = clock.now()
    slot.decided_at = now
    if slot.starts_at - now <= REMINDED_BEFORE:
        slot.reminded_at = now  # the mail of the booking is reminder enough
    _drop(actor, row)
    record(events.SlotBooked(actor=actor, introduction_id=row.id, slot_id=slot.id))
    return slot


def _drop(actor: Actor, row: Introduction) -> int:
    left = [s for s in row.slots if s.state is SlotState.OFFERED]
    for slot in left:
        SLOTS.require(actor, "drop", slot)
        SLOT.fire(slot, "drop", actor=actor)
        slot.decided_at = clock.now()
    return len(left)


def ask_for_others(actor: Actor, introduction_id: int) -> None:
    """None of the offered times suits the vendor; the owner is asked for others."""
    row = queries.get(actor, introduction_id, fresh=True)
    if not _drop(actor, row):
        raise Conflict(_("现在没有等您选的时间。"))
    record(events.OtherSlotsAsked(actor=actor, introduction_id=row.id))


def cancel(actor: Actor, introduction_id: int, slot_id: int, *, reason: str) -> Slot:
    """One side cannot come, and says why; refused once it has begun."""
    row, slot = _locked(actor, introduction_id, slot_id, "cancel")
    if not reason:
        raise Invalid("reason", _("请写一句为什么取消，对方会看到。"))
    if slot.is_past:
        raise Late(_("约定的时间已经到了，不能再取消。"))
    SLOT.fire(slot, "cancel", actor=actor)  # the reason is between the two sides: it may hold a telephone number
    slot.reason, slot.decided_at = reason, clock.now()
    record(events.SlotCancelled(actor=actor, introduction_id=row.id, slot_id=slot.id))
    return slot


@by_the_clock
def remind_due() -> int:
    """Remind both sides of what is agreed for tomorrow, once."""
    due = queries.slots_to_remind(REMINDED_BEFORE)
    session().rollback()
    for slot_id in due:
        with unit_of_work():
            slot = session().get_one(Slot, slot_id)
            if slot.state is SlotState.BOOKED and slot.reminded_at is None:
                slot.reminded_at = clock.now()
                record(events.SlotNear(actor=SYSTEM, introduction_id=slot.introduction_id, slot_id=slot.id))
    return len(due)
