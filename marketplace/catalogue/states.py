"""The life of a product page."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where a product page is."""

    DRAFT = "draft"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"


LIFECYCLE = Workflow(
    "product",
    State.DRAFT,
    step("list_", State.DRAFT, State.WITHDRAWN, to=State.LISTED),
    step("withdraw", State.LISTED, to=State.WITHDRAWN),
)
