"""The life of a bid."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where a bid is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    DISQUALIFIED = "disqualified"
    VOID = "void"


LIFECYCLE = Workflow(
    "bid",
    State.DRAFT,
    step("submit", State.DRAFT, State.WITHDRAWN, to=State.SUBMITTED),
    step("resubmit", State.SUBMITTED, to=State.SUBMITTED),
    step("withdraw", State.SUBMITTED, to=State.WITHDRAWN),
    step("open", State.SUBMITTED, to=State.OPENED),
    step("disqualify", State.OPENED, to=State.DISQUALIFIED),
    step("make_void", State.SUBMITTED, to=State.VOID),
)
