"""Passwords: the rules, the check at sign-in with its lock, changing, and links for a new one."""

from __future__ import annotations

from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from marketplace.accounts import events, queries, tokens
from marketplace.accounts.models import Outcome, User
from marketplace.accounts.policies import USER
from marketplace.accounts.services.sessions import NOWHERE, Place, end_sessions_of, note_attempt
from marketplace.accounts.states import State
from marketplace.kernel import clock
from marketplace.kernel.actor import NOBODY, Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import gettext as _

ATTEMPTS = 5
LOCK = timedelta(minutes=15)
COMMON = frozenset({"password12", "1234567890", "qwertyuiop", "0123456789", "1111111111", "aaaaaaaaaa", "password123"})


def hasher() -> PasswordHasher:
    """The application's own, which is weak in tests only."""
    found: PasswordHasher = current_app.extensions["password_hasher"]
    return found


def check_password_rules(password: str, email: str, field: str = "password") -> None:
    """At least ten characters, not the address, not a password that everybody tries first (NIST SP 800-63B)."""
    if len(password) < 10:
        raise Invalid(field, _("密码至少 10 个字符。可以用一句话，容易记也不容易猜。"))
    if len(password) > 200:
        raise Invalid(field, _("密码最多 200 个字符。"))
    if password.casefold() in COMMON or password.casefold() == email.casefold() or len(set(password)) < 4:
        raise Invalid(field, _("这个密码太容易被猜到。请换一个。"))


def is_password(user: User, password: str, *, place: Place = NOWHERE) -> bool:
    """Whether ``password`` is the person's own; wrong ones are counted and lock the account for a while.

    Runs in a unit of work whose commit keeps the count, so it answers and never raises.
    """
    # Guesses at one account wait for each other, or those sent at the same moment would count as one. The weaker lock
    # lets rows that merely name the person be written meanwhile.
    session().refresh(user, ["failed_sign_ins", "locked_until"], with_for_update={"key_share": True})
    if user.locked_until and user.locked_until > clock.real_now():
        hasher().hash(password[:200])  # the same time as for unknown addresses: a lock tells nobody who has an account
        note_attempt(user.id, Outcome.LOCKED, place)
        return False
    try:
        hasher().verify(user.password_hash, password[:200])
    except (VerificationError, InvalidHashError):
        user.failed_sign_ins += 1
        note_attempt(user.id, Outcome.WRONG_PASSWORD, place)
        record(events.SignInFailed(actor=NOBODY, user_id=user.id))
        if user.failed_sign_ins >= ATTEMPTS:
            user.failed_sign_ins = 0
            user.locked_until = clock.real_now() + LOCK
            record(events.LockedOut(actor=NOBODY, user_id=user.id))
        return False
    user.failed_sign_ins = 0
    user.locked_until = None
    return True


def authenticate(*, email: str, password: str, place: Place = NOWHERE) -> User | None:
    """The person, when address and password belong together, in a unit of work even when they do not."""
    user = queries.by_email(email)
    if user is None or user.state is State.DELETED:
        hasher().hash(password[:200])  # the same time for unknown addresses
        return None
    if not is_password(user, password, place=place):
        return None
    if hasher().check_needs_rehash(user.password_hash):
        user.password_hash = hasher().hash(password)
    return user


def ask_reset(email: str) -> None:
    """Mail a link for a new password, when the address has an account; the page never says which."""
    user = queries.by_email(email)
    if user is not None:
        record(events.ResetAsked(actor=NOBODY, user_id=user.id))


def reset_password(token: str, password: str) -> User:
    """Set a new password by a mailed link; ends every session and unlocks. The address counts as confirmed.

    It does not replace the second factor: whoever has one is asked for a code afterwards.
    """
    user = tokens.read(token, "reset")
    if user is not None:  # the same link pressed twice: the second waits for the first, and is read again
        session().refresh(user, with_for_update={"key_share": True})
        user = tokens.read(token, "reset")
    if user is None:
        raise Conflict(_("这个链接已经用过或过期了。请重新申请一次，链接两小时内有效。"))
    check_password_rules(password, user.email)
    user.password_hash = hasher().hash(password)
    user.failed_sign_ins, user.locked_until = 0, None
    user.confirmed_at = user.confirmed_at or clock.now()
    end_sessions_of(user.id)
    record(events.PasswordChanged(actor=Actor(user_id=user.id), user_id=user.id))
    return user


def change_password(actor: Actor, *, new: str) -> None:
    """Change the actor's own password, which the caller has had proved; ends all sessions."""
    user = session().get(User, actor.user_id)
    if user is None or not USER.allows(actor, "edit", user):
        raise NotFound()
    check_password_rules(new, user.email, "new")
    user.password_hash = hasher().hash(new)
    end_sessions_of(user.id)
    record(events.PasswordChanged(actor=actor, user_id=user.id))
