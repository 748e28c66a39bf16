"""Mails about introductions: to the side that has something to learn or to do. No mail carries a contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from marketplace.infra.announcements import notify
from marketplace.introductions import events
from marketplace.introductions.models import Introduction, Side, Slot
from marketplace.introductions.words import MEETINGS
from marketplace.kernel.db import session
from marketplace.notifications import queries as notifications
from marketplace.organisations import queries as organisations


def _row(payload: dict[str, Any]) -> Introduction:
    return session().get_one(Introduction, payload["introduction_id"])


def _members(row: Introduction, *sides: Side) -> list[int]:
    ids = [row.owner_id if side is Side.OWNER else row.vendor_id for side in sides]
    return organisations.member_ids(ids, writers_only=True)


def _starter(payload: dict[str, Any]) -> list[int]:
    row = _row(payload)
    return _members(row, row.started_by)


def _owner(payload: dict[str, Any]) -> list[int]:
    return _members(_row(payload), Side.OWNER)


def _vendor(payload: dict[str, Any]) -> list[int]:
    return _members(_row(payload), Side.VENDOR)


def _invited(payload: dict[str, Any]) -> list[int]:
    return notifications.without_the_deaf(_vendor(payload))


def _both(payload: dict[str, Any]) -> list[int]:
    return _members(_row(payload), *Side)


def _silent(payload: dict[str, Any]) -> list[int]:
    """The people of the sides that have not reported."""
    row = _row(payload)
    return _members(row, *(side for side in Side if row.outcome(side) is None))


def _context(endpoint: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def context(payload: dict[str, Any]) -> dict[str, Any]:
        row = _row(payload)
        slot = session().get_one(Slot, payload["slot_id"]) if "slot_id" in payload else None
        return {
            "row": row,
            "scenario": row.scenario,
            "slot": slot,
            "meeting": MEETINGS[slot.kind] if slot else "",
            "link": url_for(endpoint, introduction_id=row.id, _external=True),
        }

    return context


_show = _context("introductions.show")
notify(events.InterestShown, template="introductions/interest", to=_owner, context=_show)
notify(events.VendorInvited, template="introductions/invited", to=_invited, context=_show)
notify(events.ContactsExchanged, template="introductions/accepted", to=_both, context=_show)
notify(events.IntroductionDeclined, template="introductions/declined", to=_starter, context=_show)
notify(events.IntroductionLapsed, template="introductions/lapsed", to=_vendor, context=_show)
notify(events.SlotsOffered, template="introductions/offered", to=_vendor, context=_show)
notify(events.OtherSlotsAsked, template="introductions/others_asked", to=_owner, context=_show)
notify(events.SlotBooked, template="introductions/booked", to=_both, context=_show)
notify(events.SlotCancelled, template="introductions/cancelled", to=_both, context=_show)
notify(events.SlotNear, template="introductions/near", to=_both, context=_show)
notify(
    events.OutcomeAsked, template="introductions/outcome_asked", to=_silent, context=_context("introductions.report")
)
