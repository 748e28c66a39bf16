"""A scenario belongs to its owner; staff see it once it was submitted."""

from __future__ import annotations

from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Grant, MembersOf, Policy, Role, Rule
from marketplace.scenarios.models import Scenario

editor = Grant(MembersOf(Scenario.owner_id, EDITORS))
officer = Grant(Role("officer"), when="is_with_staff")

SCENARIO = Policy(
    Scenario,
    view=Rule(Grant(MembersOf(Scenario.owner_id)), officer, Grant(Role("auditor"), when="is_with_staff")),
    edit=Rule(editor),
    submit=Rule(editor),
    withdraw=Rule(editor),
    return_=Rule(officer),
    reject=Rule(officer),
    admit=Rule(officer),
    list_=Rule(officer),
)
