"""A household's need is its service body's only: no staff, no auditor, no administrator reads one."""

from __future__ import annotations

from marketplace.households.models import HouseholdNeed, HouseholdPool
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Grant, MembersOf, Policy, Rule, System

editor = Grant(MembersOf(HouseholdNeed.body_id, EDITORS))

NEED = Policy(
    HouseholdNeed,
    view=Rule(Grant(MembersOf(HouseholdNeed.body_id))),
    pool=Rule(editor),
    delete=Rule(editor, Grant(System())),
)
POOL = Policy(HouseholdPool, view=Rule(Grant(MembersOf(HouseholdPool.body_id))))
