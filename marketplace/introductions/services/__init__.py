"""Named writes of introductions: opening the route, approaching, meeting, reporting."""

from __future__ import annotations

from marketplace.introductions.services.approaching import (
    accept,
    block,
    decline,
    invite,
    show_interest,
    unblock,
    withdraw,
)
from marketplace.introductions.services.meeting import SlotData, ask_for_others, book, cancel, offer
from marketplace.introductions.services.opening import close_route, obstacle, open_route
from marketplace.introductions.services.reporting import OutcomeData, land, report

__all__ = [
    "OutcomeData",
    "SlotData",
    "accept",
    "ask_for_others",
    "block",
    "book",
    "cancel",
    "close_route",
    "decline",
    "invite",
    "land",
    "obstacle",
    "offer",
    "open_route",
    "report",
    "show_interest",
    "unblock",
    "withdraw",
]
