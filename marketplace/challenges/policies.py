"""Published challenges are everybody's; a draft is the owner's and the officers'. Nobody decides for the own organisation."""

from __future__ import annotations

from marketplace.challenges.models import Challenge
from marketplace.kernel.policy import Anyone, Grant, MembersOf, Policy, Role, Rule, SignedIn, System

owner = Grant(MembersOf(Challenge.owner_id))
officer = Grant(Role("officer"))
of_the_owner = (Grant(MembersOf(Challenge.owner_id)),)
auditor = Grant(Role("auditor"))

CHALLENGE = Policy(
    Challenge,
    view=Rule(Grant(Anyone(), when="is_public"), owner, officer, auditor),
    see_confidential=Rule(owner, officer, auditor),
    watch=Rule(Grant(SignedIn(), when="is_public")),
    publish=Rule(officer, unless=of_the_owner),
    extend=Rule(officer, unless=of_the_owner),
    suspend=Rule(officer, unless=of_the_owner),
    resume=Rule(officer, unless=of_the_owner),
    cancel=Rule(officer, unless=of_the_owner),
    open_bids=Rule(officer, unless=of_the_owner),
    record_no_bids=Rule(officer, unless=of_the_owner),
    begin_eligibility=Rule(officer, unless=of_the_owner),
    begin_evaluation=Rule(officer, unless=of_the_owner),
    shortlist=Rule(officer, unless=of_the_owner),
    select_none=Rule(officer, unless=of_the_owner),
    return_to_evaluation=Rule(officer, Grant(System()), unless=of_the_owner),
)
