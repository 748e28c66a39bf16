"""Notices are everybody's for good. An objection is its author's and the officers'."""

from __future__ import annotations

from marketplace.kernel.policy import Anyone, Grant, Person, Policy, Role, Rule, SignedIn
from marketplace.publicity.models import Notice, Objection

officer = Grant(Role("officer"))

NOTICES = Policy(
    Notice, view=Rule(Grant(Anyone())), object=Rule(Grant(SignedIn())), conclude=Rule(officer), revoke=Rule(officer)
)
OBJECTIONS = Policy(
    Objection,
    view=Rule(Grant(Person(Objection.user_id)), officer, Grant(Role("auditor"))),
    admit=Rule(officer),
    refuse=Rule(officer),
    uphold=Rule(officer),
    dismiss=Rule(officer),
)
