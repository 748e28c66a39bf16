"""An introduction is its two organisations'; officers and auditors read it, and never a contact."""

from __future__ import annotations

from marketplace.introductions.models import Block, Introduction, Slot
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.policy import Grant, MembersOf, Policy, Role, Rule

owner, vendor = MembersOf(Introduction.owner_id), MembersOf(Introduction.vendor_id)
owner_editor, vendor_editor = MembersOf(Introduction.owner_id, EDITORS), MembersOf(Introduction.vendor_id, EDITORS)
officer, auditor = Grant(Role("officer")), Grant(Role("auditor"))

answering = Rule(Grant(owner_editor, when="is_interest"), Grant(vendor_editor, when="is_invitation"))
both = Rule(Grant(owner_editor), Grant(vendor_editor))

INTRODUCTION = Policy(
    Introduction,
    view=Rule(Grant(owner), Grant(vendor), officer, auditor),
    see_contacts=Rule(Grant(owner, when="is_exchanged"), Grant(vendor, when="is_exchanged")),
    accept=answering,
    decline=answering,
    withdraw=Rule(Grant(vendor_editor, when="is_interest"), Grant(owner_editor, when="is_invitation")),
    lapse=Rule(Grant(owner_editor), officer),
    offer=Rule(Grant(owner_editor)),
    report=both,
    conclude=both,
    block=both,
    land=Rule(officer, unless=(Grant(owner), Grant(vendor))),
)
SLOTS = Policy(
    Slot,
    view=Rule(Grant(MembersOf(Slot.owner_id)), Grant(MembersOf(Slot.vendor_id))),
    book=Rule(Grant(MembersOf(Slot.vendor_id, EDITORS))),
    drop=Rule(Grant(MembersOf(Slot.vendor_id, EDITORS))),
    cancel=Rule(Grant(MembersOf(Slot.owner_id, EDITORS)), Grant(MembersOf(Slot.vendor_id, EDITORS))),
)
BLOCK = Policy(Block, view=Rule(Grant(MembersOf(Block.by_id))), lift=Rule(Grant(MembersOf(Block.by_id, EDITORS))))
