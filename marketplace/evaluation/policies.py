"""Officers judge; a bidder learns its own result when it is told, the owner when decisions are released."""

from __future__ import annotations

from marketplace.evaluation.models import BidStage, Decision
from marketplace.kernel.policy import Grant, MembersOf, Policy, Role, Rule

officer = Grant(Role("officer"))
auditor = Grant(Role("auditor"))

BID_STAGE = Policy(
    BidStage,
    view=Rule(officer, auditor, Grant(MembersOf(BidStage.lead_id), when="is_told")),
    pass_=Rule(officer),
    fail=Rule(officer),
)
DECISION_POLICY = Policy(
    Decision,
    view=Rule(
        officer,
        auditor,
        Grant(MembersOf(Decision.lead_id), when="is_released"),
        Grant(MembersOf(Decision.owner_id), when="is_released"),
    ),
    stage=Rule(officer),
    release=Rule(officer),
)
