"""The lives of an introduction and of a time to meet."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where an introduction is. Concluded: both sides reported the same."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CONCLUDED = "concluded"


class SlotState(enum.Enum):
    """Where an offered time is; that it has passed is read from the clock."""

    OFFERED = "offered"
    BOOKED = "booked"
    DROPPED = "dropped"
    CANCELLED = "cancelled"


LIFECYCLE = Workflow(
    "introduction",
    State.PENDING,
    step("accept", State.PENDING, to=State.ACCEPTED),
    step("decline", State.PENDING, to=State.DECLINED),
    step("withdraw", State.PENDING, to=State.WITHDRAWN),
    step("lapse", State.PENDING, to=State.LAPSED),
    step("conclude", State.ACCEPTED, to=State.CONCLUDED),
)
SLOT = Workflow(
    "slot",
    SlotState.OFFERED,
    step("book", SlotState.OFFERED, to=SlotState.BOOKED),
    step("drop", SlotState.OFFERED, to=SlotState.DROPPED),
    step("cancel", SlotState.BOOKED, to=SlotState.CANCELLED),
)
EXCHANGED = (State.ACCEPTED, State.CONCLUDED)
"""The states in which the two sides see each other's contacts."""
