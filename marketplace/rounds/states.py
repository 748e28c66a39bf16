"""The life of a round. Whether it takes scenarios today is read from its dates, not from its state."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where a round is."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


LIFECYCLE = Workflow(
    "round",
    State.DRAFT,
    step("open", State.DRAFT, to=State.OPEN),
    step("close", State.OPEN, to=State.CLOSED),
    step("archive", State.CLOSED, to=State.ARCHIVED),
)
