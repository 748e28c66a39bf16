"""Mails about accounts."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.accounts import events, tokens
from marketplace.accounts.models import User
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session


def _the_person(payload: dict[str, Any]) -> list[int]:
    return [payload["user_id"]]


def _with_link(purpose: str, endpoint: str) -> Any:
    def context(payload: dict[str, Any]) -> dict[str, Any]:
        user = session().get_one(User, payload["user_id"])
        return {"user": user, "link": url_for(endpoint, token=tokens.make(user, purpose), _external=True)}

    return context


confirm_link = _with_link("confirm", "accounts.confirm")
reset_link = _with_link("reset", "accounts.reset")

notify(events.Registered, template="accounts/registered", to=_the_person, context=confirm_link, inbox=False)
notify(events.RegisteredAgain, template="accounts/registered_again", to=_the_person, context=reset_link, inbox=False)
notify(events.ResetAsked, template="accounts/reset_asked", to=_the_person, context=reset_link, inbox=False)
notify(events.LockedOut, template="accounts/locked_out", to=_the_person, context=reset_link, inbox=False)
notify(events.PasswordChanged, template="accounts/password_changed", to=_the_person, context=reset_link, inbox=False)
