"""The life of a scenario up to its challenge, or up to what direct matching comes to."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where a scenario is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ADMITTED = "admitted"
    MATCHING = "matching"
    LISTED = "listed"
    LANDED = "landed"
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
    step("open_matching", State.ADMITTED, to=State.MATCHING),
    step("close_matching", State.MATCHING, to=State.ADMITTED),
    step("land", State.MATCHING, to=State.LANDED),
    step("withdraw", State.DRAFT, State.SUBMITTED, State.RETURNED, State.ADMITTED, to=State.WITHDRAWN),
)
