"""Published challenges are everybody's; a draft is the owner's and the officers'."""

from __future__ import annotations

from marketplace.challenges.models import Challenge
from marketplace.kernel.policy import Anyone, Grant, MembersOf, Policy, Role, Rule, SignedIn, System

owner = Grant(MembersOf(Challenge.owner_id))
officer = Grant(Role("officer"))
auditor = Grant(Role("auditor"))

CHALLENGE = Policy(
    Challenge,
    view=Rule(Grant(Anyone(), when="is_public"), owner, officer, auditor),
    see_confidential=Rule(owner, officer, auditor),
    watch=Rule(Grant(SignedIn(), when="is_public")),
    publish=Rule(officer),
    extend=Rule(officer),
    suspend=Rule(officer),
    resume=Rule(officer),
    cancel=Rule(officer),
    open_bids=Rule(officer),
    record_no_bids=Rule(officer),
    begin_eligibility=Rule(officer),
    begin_evaluation=Rule(officer),
    shortlist=Rule(officer),
    select_none=Rule(officer),
    return_to_evaluation=Rule(officer, Grant(System())),
)
