"""Who may see and change an organisation. Contacts and the licence are narrower than the page."""

from __future__ import annotations

from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Anyone, Grant, MembersOf, Person, Policy, Role, Rule
from marketplace.organisations.models import Handover, Invitation, Organisation

MANAGERS = frozenset({"manager"})

member = Grant(MembersOf(Organisation.id))
editor = Grant(MembersOf(Organisation.id, EDITORS))
manager = Grant(MembersOf(Organisation.id, MANAGERS))
officer = Grant(Role("officer"))
auditor = Grant(Role("auditor"))

ORGANISATION = Policy(
    Organisation,
    view=Rule(Grant(Anyone(), when="is_verified"), member, officer, auditor),
    see_particulars=Rule(member, officer, auditor),
    edit=Rule(editor),
    # Staff may type drafts on an owner's behalf; only the owner submits them.
    draft_for=Rule(editor, officer),
    manage=Rule(manager),
    submit=Rule(manager),
    verify=Rule(officer),
    return_=Rule(officer),
    suspend=Rule(officer),
    reinstate=Rule(officer),
    set_scope=Rule(officer),
)
INVITATION = Policy(
    Invitation,
    view=Rule(Grant(MembersOf(Invitation.organisation_id, MANAGERS))),
    withdraw=Rule(Grant(MembersOf(Invitation.organisation_id, MANAGERS))),
)
HANDOVER = Policy(
    Handover,
    view=Rule(Grant(Person(Handover.to_id)), Grant(MembersOf(Handover.organisation_id, MANAGERS))),
    accept=Rule(Grant(Person(Handover.to_id))),
    decline=Rule(Grant(Person(Handover.to_id))),
    withdraw=Rule(Grant(MembersOf(Handover.organisation_id, MANAGERS))),
)
