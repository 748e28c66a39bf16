"""The lives of a product page and of a doubt about one of its values."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where a product page is."""

    DRAFT = "draft"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"


class DoubtState(enum.Enum):
    """Where a doubt about one value is; all but the last are open."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


LIFECYCLE = Workflow(
    "product",
    State.DRAFT,
    step("list_", State.DRAFT, State.WITHDRAWN, to=State.LISTED),
    step("withdraw", State.LISTED, to=State.WITHDRAWN),
)
DOUBT = Workflow(
    "specification_doubt",
    DoubtState.OPEN,
    step("answer", DoubtState.OPEN, to=DoubtState.ANSWERED),
    step("close", DoubtState.OPEN, DoubtState.ANSWERED, to=DoubtState.CLOSED),
)
