"""Mails about accounts. They are sent to accounts out of use, too: each is a receipt or a warning about the account."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.accounts import devices, events, tokens
from marketplace.accounts.models import SignIn, User
from marketplace.accounts.services.leaving import GRACE
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session
from marketplace.kernel.events import Event


def _the_person(payload: dict[str, Any]) -> list[int]:
    return [payload["user_id"]]


def _with_link(purpose: str, endpoint: str) -> Any:
    def context(payload: dict[str, Any]) -> dict[str, Any]:
        user = session().get_one(User, payload["user_id"])
        return {"user": user, "link": url_for(endpoint, token=tokens.make(user, purpose), _external=True)}

    return context


def _with_page(endpoint: str) -> Any:
    def context(payload: dict[str, Any]) -> dict[str, Any]:
        user = session().get_one(User, payload["user_id"])
        return {
            "user": user,
            "link": url_for(endpoint, _external=True),
            "reason_given": payload.get("reason") or user.state_reason,
            "left": payload.get("left"),
            "due": user.state_at + GRACE if user.state_at else None,
        }

    return context


def _sign_in(payload: dict[str, Any]) -> dict[str, Any]:
    row = session().get_one(SignIn, payload["sign_in_id"])
    link = url_for("accounts.sessions", _external=True)
    return {"when": row.at, "device": devices.plain(row.device), "address": devices.masked(row.address), "link": link}


def _old_address(payload: dict[str, Any]) -> list[tuple[str, str]]:
    user = session().get_one(User, payload["user_id"])
    return [(user.receipt_to, user.language)] if user.receipt_to else []


def _tell(event: type[Event], template: str, context: Any) -> None:
    notify(event, template=template, to=_the_person, context=context, inbox=False, legal=True)


confirm_link = _with_link("confirm", "accounts.confirm")
reset_link = _with_link("reset", "accounts.reset")
factor_page = _with_page("accounts.second_factor")
sign_in_page = _with_page("accounts.sign_in")
data_page = _with_page("accounts.data")

_tell(events.Registered, "accounts/registered", confirm_link)
_tell(events.RegisteredAgain, "accounts/registered_again", reset_link)
_tell(events.ResetAsked, "accounts/reset_asked", reset_link)
_tell(events.LockedOut, "accounts/locked_out", reset_link)
_tell(events.PasswordChanged, "accounts/password_changed", reset_link)
_tell(events.CodeLockedOut, "accounts/code_locked", reset_link)
_tell(events.NewDevice, "accounts/new_device", _sign_in)
_tell(events.SecondFactorOn, "accounts/second_factor_on", factor_page)
_tell(events.SecondFactorOff, "accounts/second_factor_off", factor_page)
_tell(events.RecoveryCodesMade, "accounts/recovery_made", factor_page)
_tell(events.RecoveryCodeUsed, "accounts/recovery_used", factor_page)
_tell(events.SecondFactorReset, "accounts/second_factor_reset", sign_in_page)
_tell(events.AccountDeactivated, "accounts/deactivated", sign_in_page)
_tell(events.AccountBlocked, "accounts/blocked", sign_in_page)
_tell(events.AccountUnblocked, "accounts/unblocked", sign_in_page)
_tell(events.DeletionAsked, "accounts/deletion_asked", data_page)
_tell(events.DeletionWithdrawn, "accounts/deletion_withdrawn", data_page)
_tell(events.DeletionStopped, "accounts/deletion_stopped", data_page)
notify(
    events.AccountDeleted,
    template="accounts/deleted",
    to=_old_address,
    context=lambda payload: {"number": payload["user_id"]},
    inbox=False,
    legal=True,
)
