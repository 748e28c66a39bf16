"""The life of an account."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Whether an account is used. A deleted one keeps its number, so that records stay readable, and nothing else."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    BLOCKED = "blocked"
    LEAVING = "leaving"
    DELETED = "deleted"


LIFECYCLE = Workflow(
    "account",
    State.ACTIVE,
    step("deactivate", State.ACTIVE, to=State.DEACTIVATED),
    step("reactivate", State.DEACTIVATED, to=State.ACTIVE),
    # Asking for a deletion is no week of safety from being shut; the deletion is off then.
    step("block", State.ACTIVE, State.DEACTIVATED, State.LEAVING, to=State.BLOCKED),
    step("unblock", State.BLOCKED, to=State.ACTIVE),
    step("ask_deletion", State.ACTIVE, to=State.LEAVING),
    step("keep", State.LEAVING, to=State.ACTIVE),
    step("delete", State.LEAVING, to=State.DELETED),
)
