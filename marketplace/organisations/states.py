"""The life of an organisation's verification."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where verification is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"
    SUSPENDED = "suspended"


LIFECYCLE = Workflow(
    "organisation",
    State.DRAFT,
    step("submit", State.DRAFT, State.RETURNED, to=State.SUBMITTED),
    step("verify", State.SUBMITTED, to=State.VERIFIED),
    step("return_", State.SUBMITTED, to=State.RETURNED),
    step("suspend", State.VERIFIED, to=State.SUSPENDED),
    step("reinstate", State.SUSPENDED, to=State.VERIFIED),
)
