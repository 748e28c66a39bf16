"""A scenario is its owner's; staff see what reached them, a recommending body what was sent to it, all what is matched."""

from __future__ import annotations

from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Anyone, Grant, MembersOf, Policy, Role, Rule, System
from marketplace.scenarios.models import Scenario

editor = Grant(MembersOf(Scenario.owner_id, EDITORS))
officer = Grant(Role("officer"), when="is_with_staff")

auditor = Grant(Role("auditor"), when="is_with_staff")
member = Grant(MembersOf(Scenario.owner_id))
body_editor = Grant(MembersOf(Scenario.body_id, EDITORS), when="is_with_body")

SCENARIO = Policy(
    Scenario,
    view=Rule(
        member,
        officer,
        auditor,
        Grant(MembersOf(Scenario.body_id), when="is_with_body"),
        Grant(Anyone(), when="is_matching"),
    ),
    see_confidential=Rule(member, officer, auditor),
    edit=Rule(editor),
    submit=Rule(editor),
    withdraw=Rule(editor),
    return_=Rule(officer),
    reject=Rule(officer),
    pass_on=Rule(body_editor, Grant(System())),
    hand_back=Rule(body_editor),
    admit=Rule(officer),
    list_=Rule(officer, unless=(member,)),
    open_matching=Rule(editor, officer),
    close_matching=Rule(editor, officer),
    land=Rule(officer, unless=(member,)),
)
