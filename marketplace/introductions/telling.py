"""What happened between two sides, one line each, oldest first, as both and staff read it; no contact, no place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.introductions.models import Introduction, Side, Slot
from marketplace.introductions.states import EXCHANGED, SlotState, State
from marketplace.introductions.words import MEETINGS, RESULTS, SIDES
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.web.helpers import moment as written


@dataclass(frozen=True)
class Line:
    """When, and what."""

    at: datetime
    text: str


def story(row: Introduction, side: Side | None) -> list[Line]:
    """The lines of an introduction as somebody on ``side``, or nobody's, may read them."""
    owner, vendor = best(row.owner.name), best(row.vendor.name)
    began = _("%(vendor)s 表示有意", vendor=vendor) if row.is_interest else _("%(owner)s 发出邀请", owner=owner)
    found = [Line(row.created_at, began), *_answer(row, vendor if row.is_invitation else owner)]
    for slot in row.slots:
        found += _slot(slot)
    for outcome in row.outcomes:
        known = side is None or outcome.side is side or row.outcome(side) is not None
        who = SIDES[outcome.side]
        text = _("%(who)s报了结果：%(result)s", who=who, result=RESULTS[outcome.result])
        found.append(Line(outcome.reported_at, text if known else _("%(who)s已报结果", who=who)))
    if row.ended_at is not None:
        ends = {
            State.WITHDRAWN: _("发起方收回了"),
            State.LAPSED: _("场景结束对接，没有答复的随之结束"),
            State.CONCLUDED: _("双方说法一致，对接有了结果"),
        }
        # Nothing of it comes after its end, whatever the clock said in between.
        found.append(Line(max([row.ended_at, *(line.at for line in found)]), ends[row.state]))
    return sorted(found, key=lambda line: line.at)


def _answer(row: Introduction, who: str) -> list[Line]:
    if row.answered_at is None:
        return []
    if row.state in EXCHANGED:
        return [Line(row.answered_at, _("%(who)s 接受，双方互见联系方式", who=who))]
    return [Line(row.answered_at, _("%(who)s 谢绝", who=who))]


def _slot(slot: Slot) -> list[Line]:
    if slot.decided_at is None:
        return []
    what = MEETINGS[slot.kind]
    when = written(slot.starts_at)
    if slot.state is SlotState.BOOKED:
        return [Line(slot.decided_at, _("约定%(what)s：%(when)s", what=what, when=when))]
    if slot.state is SlotState.CANCELLED:
        return [Line(slot.decided_at, _("取消了%(when)s的%(what)s", what=what, when=when))]
    return []
