"""The life of a challenge. Closed is no state: it is read from the clock."""

from __future__ import annotations

import enum

from marketplace.kernel.workflow import Workflow, step


class State(enum.Enum):
    """Where a challenge is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    OPENED = "opened"
    ELIGIBILITY = "eligibility"
    EVALUATION = "evaluation"
    SHORTLISTED = "shortlisted"
    CANCELLED = "cancelled"
    NO_BIDS = "no_bids"
    NONE_SELECTED = "none_selected"


LIFECYCLE = Workflow(
    "challenge",
    State.DRAFT,
    step("publish", State.DRAFT, to=State.PUBLISHED),
    step("extend", State.PUBLISHED, to=State.PUBLISHED),
    step("suspend", State.PUBLISHED, to=State.SUSPENDED),
    step("resume", State.SUSPENDED, to=State.PUBLISHED),
    step("open_bids", State.PUBLISHED, to=State.OPENED),
    step("record_no_bids", State.PUBLISHED, to=State.NO_BIDS),
    step("begin_eligibility", State.OPENED, to=State.ELIGIBILITY),
    step("begin_evaluation", State.ELIGIBILITY, to=State.EVALUATION),
    step("shortlist", State.EVALUATION, to=State.SHORTLISTED),
    step("select_none", State.ELIGIBILITY, State.EVALUATION, to=State.NONE_SELECTED),
    step("return_to_evaluation", State.SHORTLISTED, to=State.EVALUATION),
    step("cancel", State.DRAFT, State.PUBLISHED, State.SUSPENDED, to=State.CANCELLED),
)
