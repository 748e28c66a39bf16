"""The lives of a notice and of an objection."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class NoticeState(enum.Enum):
    """Where a notice is. That its days have passed is read from the clock."""

    RUNNING = "running"
    CONCLUDED = "concluded"
    REVOKED = "revoked"


class ObjectionState(enum.Enum):
    """Where an objection is; the first two are open."""

    RECEIVED = "received"
    ADMITTED = "admitted"
    INADMISSIBLE = "inadmissible"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


NOTICE = Workflow(
    "notice",
    NoticeState.RUNNING,
    step("conclude", NoticeState.RUNNING, to=NoticeState.CONCLUDED),
    step("revoke", NoticeState.RUNNING, to=NoticeState.REVOKED),
)
OBJECTION = Workflow(
    "objection",
    ObjectionState.RECEIVED,
    step("admit", ObjectionState.RECEIVED, to=ObjectionState.ADMITTED),
    step("refuse", ObjectionState.RECEIVED, to=ObjectionState.INADMISSIBLE),
    step("uphold", ObjectionState.ADMITTED, to=ObjectionState.UPHELD),
    step("dismiss", ObjectionState.ADMITTED, to=ObjectionState.DISMISSED),
)
OPEN = (ObjectionState.RECEIVED, ObjectionState.ADMITTED)
