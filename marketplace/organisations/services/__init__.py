"""The named writes of organisations: what they say of themselves and their verification, and their members."""

from __future__ import annotations

from marketplace.organisations.services.members import (
    accept,
    accept_handover,
    change_member,
    change_members,
    decline_handover,
    invitation_of,
    invitation_token,
    invite,
    offer_handover,
    withdraw_handover,
    withdraw_invitation,
)
from marketplace.organisations.services.organisations import (
    Particulars,
    attach_licence,
    check_uscc,
    create,
    edit,
    reinstate,
    require_verified,
    return_,
    set_scope,
    submit,
    suspend,
    verify,
)

__all__ = [
    "Particulars",
    "accept",
    "accept_handover",
    "attach_licence",
    "change_member",
    "change_members",
    "check_uscc",
    "create",
    "decline_handover",
    "edit",
    "invitation_of",
    "invitation_token",
    "invite",
    "offer_handover",
    "reinstate",
    "require_verified",
    "return_",
    "set_scope",
    "submit",
    "suspend",
    "verify",
    "withdraw_handover",
    "withdraw_invitation",
]
