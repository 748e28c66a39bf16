"""The lives of a bid's stage and of a decision."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class StageState(enum.Enum):
    """A bid's result in one stage."""

    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"


class DecisionState(enum.Enum):
    """Whether a decision is known to those it concerns."""

    STAGED = "staged"
    RELEASED = "released"


STAGE = Workflow(
    "bid_stage",
    StageState.PENDING,
    step("pass_", StageState.PENDING, StageState.FAILED, to=StageState.PASSED),
    step("fail", StageState.PENDING, StageState.PASSED, to=StageState.FAILED),
)
DECISION = Workflow("decision", DecisionState.STAGED, step("release", DecisionState.STAGED, to=DecisionState.RELEASED))
