"""The life of a recommendation."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where a recommendation is."""

    PENDING = "pending"
    RECOMMENDED = "recommended"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


RECOMMENDING = Workflow(
    "recommendation",
    State.PENDING,
    step("recommend", State.PENDING, to=State.RECOMMENDED),
    step("decline", State.PENDING, to=State.DECLINED),
    step("lapse", State.PENDING, to=State.LAPSED),
    step("ask_again", State.DECLINED, State.LAPSED, State.WITHDRAWN, to=State.PENDING),
    step("withdraw", State.PENDING, State.RECOMMENDED, State.DECLINED, to=State.WITHDRAWN),
)
