"""A body sees its own scope only; the owner or bidder its own row; staff a bid's not before the opening."""

from __future__ import annotations

from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Grant, MembersOf, Policy, Role, Rule, System
from marketplace.recommending.models import Recommendation, RecommendingList

body = Grant(MembersOf(Recommendation.body_id))
body_editor = Grant(MembersOf(Recommendation.body_id, EDITORS))
lead_editor = Grant(MembersOf(Recommendation.lead_id, EDITORS))
owner_of_the_challenge = Grant(MembersOf(Recommendation.challenge_owner_id), when="is_sealed")
staff = Grant(Role("officer", "auditor", "administrator"), when="is_sealed")
"""Also where they belong to the body: who bids they learn with the opening."""

RECOMMENDATION = Policy(
    Recommendation,
    view=Rule(
        body,
        Grant(MembersOf(Recommendation.lead_id)),
        Grant(Role("officer"), when="is_shown"),
        Grant(Role("auditor"), when="is_shown"),
        unless=(owner_of_the_challenge, staff),
    ),
    recommend=Rule(body_editor, unless=(owner_of_the_challenge, staff)),
    decline=Rule(body_editor, unless=(owner_of_the_challenge, staff)),
    ask_again=Rule(lead_editor),
    withdraw=Rule(lead_editor),
    lapse=Rule(Grant(System())),
)
LIST = Policy(
    RecommendingList,
    view=Rule(Grant(MembersOf(RecommendingList.body_id))),
    rank=Rule(Grant(MembersOf(RecommendingList.body_id, EDITORS))),
)
