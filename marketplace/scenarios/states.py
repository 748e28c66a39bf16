"""The life of a scenario up to its challenge."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where a scenario is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ADMITTED = "admitted"
    LISTED = "listed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


LIFECYCLE = Workflow(
    "scenario",
    State.DRAFT,
    step("submit", State.DRAFT, State.RETURNED, to=State.SUBMITTED),
    step("return_", State.SUBMITTED, to=State.RETURNED),
    step("hand_back", State.SUBMITTED, to=State.RETURNED),
    step("reject", State.SUBMITTED, to=State.REJECTED),
    step("admit", State.SUBMITTED, to=State.ADMITTED),
    step("list_", State.ADMITTED, to=State.LISTED),
    step("withdraw", State.DRAFT, State.SUBMITTED, State.RETURNED, State.ADMITTED, to=State.WITHDRAWN),
)
