"""Proving anew who one is, before a weighty act."""

from __future__ import annotations

import enum
from datetime import timedelta

from marketplace.accounts import events
from marketplace.accounts.models import User, UserSession
from marketplace.accounts.policies import SESSION
from marketplace.accounts.services import second_factor
from marketplace.accounts.services.passwords import is_password
from marketplace.accounts.services.sessions import NOWHERE, Place
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import NotFound

PROOF = timedelta(minutes=15)
"""How long a proof counts for weighty acts."""


class Verdict(enum.Enum):
    """What was wrong with a proof, if anything."""

    PROVED = "proved"
    WRONG_PASSWORD = "password"  # noqa: S105 - no password
    WRONG_CODE = "code"


def prove(actor: Actor, session_id: int, *, password: str, code: str = "", place: Place = NOWHERE) -> Verdict:
    """Take password and, where a second factor is set up, its code; a right proof counts for fifteen minutes.

    Wrong ones are counted as at sign-in and lock as there; the caller commits either way.
    """
    row = session().get(UserSession, session_id)
    user = session().get(User, actor.user_id)
    if user is None or row is None or not SESSION.allows(actor, "end", row):
        raise NotFound()
    if not is_password(user, password, place=place):
        return Verdict.WRONG_PASSWORD
    if user.has_second_factor and second_factor.check(user.id, code, place=place) is None:
        return Verdict.WRONG_CODE
    row.proved_at = clock.real_now()
    record(events.Proved(actor=actor, user_id=user.id))
    return Verdict.PROVED
