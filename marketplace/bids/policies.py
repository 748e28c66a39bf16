"""Until the opening a bid exists for its own people only: others do not even learn that there is one."""

from __future__ import annotations

from marketplace.bids.models import Bid
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Grant, MembersOf, Policy, Role, Rule, System

member = Grant(MembersOf(Bid.lead_id))
editor = Grant(MembersOf(Bid.lead_id, EDITORS))
officer = Grant(Role("officer"), when="is_opened")

BID = Policy(
    Bid,
    view=Rule(member, officer, Grant(Role("auditor"), when="is_opened")),
    edit=Rule(editor),
    submit=Rule(editor),
    resubmit=Rule(editor),
    withdraw=Rule(editor),
    open=Rule(Grant(System())),
    disqualify=Rule(officer),
    make_void=Rule(Grant(System())),
    judge=Rule(officer),
)
