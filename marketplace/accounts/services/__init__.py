"""The named writes of accounts, a file for each kind: registering, passwords, sessions, second factor, proof, people, leaving."""

from __future__ import annotations

from marketplace.accounts.services.leaving import (
    ask_deletion,
    check_may_enter,
    deactivate,
    keep,
    note_export,
    ties_of,
)
from marketplace.accounts.services.passwords import (
    ask_reset,
    authenticate,
    change_password,
    check_password_rules,
    reset_password,
)
from marketplace.accounts.services.people import block, edit_profile, reset_second_factor, set_role, unblock
from marketplace.accounts.services.proving import PROOF, prove
from marketplace.accounts.services.registering import ask_confirmation, confirm, create_confirmed, mark_of, register
from marketplace.accounts.services.sessions import (
    end_all_sessions,
    end_other_sessions,
    end_session,
    open_session,
    session_of,
    touch,
)

__all__ = [
    "PROOF",
    "ask_confirmation",
    "ask_deletion",
    "ask_reset",
    "authenticate",
    "block",
    "change_password",
    "check_may_enter",
    "check_password_rules",
    "confirm",
    "create_confirmed",
    "deactivate",
    "edit_profile",
    "end_all_sessions",
    "end_other_sessions",
    "end_session",
    "keep",
    "mark_of",
    "note_export",
    "open_session",
    "prove",
    "register",
    "reset_password",
    "reset_second_factor",
    "session_of",
    "set_role",
    "ties_of",
    "touch",
    "unblock",
]
