"""Registering, signing in, passwords, sessions, roles."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from sqlalchemy import select, update

from marketplace.accounts import events, queries, tokens
from marketplace.accounts.models import StaffRole, User, UserRole, UserSession
from marketplace.accounts.policies import SESSION, USER
from marketplace.kernel import clock
from marketplace.kernel.actor import NOBODY, Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import gettext as _

ATTEMPTS = 5
LOCK = timedelta(minutes=15)
IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=7)
PROOF = timedelta(minutes=15)
"""How long a password given anew counts for weighty acts."""
COMMON = frozenset({"password12", "1234567890", "qwertyuiop", "0123456789", "1111111111", "aaaaaaaaaa", "password123"})


def _hasher() -> PasswordHasher:
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


def register(*, email: str, name: str, password: str, language: str) -> None:
    """Make an unconfirmed account and mail its link; a known address is told by mail, never on the page."""
    check_password_rules(password, email)
    hashed = _hasher().hash(password)
    known = queries.by_email(email)
    if known is not None and known.confirmed_at is not None:
        record(events.RegisteredAgain(actor=NOBODY, user_id=known.id))
        return
    if known is not None:
        # Whoever confirms gets the password of the last registration; links of earlier ones are void.
        known.name, known.password_hash, known.language = name, hashed, language
        record(events.Registered(actor=NOBODY, user_id=known.id))
        return
    user = User(email=email.strip().lower(), name=name, password_hash=hashed, language=language, created_at=clock.now())
    session().add(user)
    session().flush()
    record(events.Registered(actor=NOBODY, user_id=user.id))


def ask_confirmation(email: str) -> None:
    """Mail the confirming link once more, when the address waits for it; the page never says whether it does."""
    user = queries.by_email(email)
    if user is not None and user.confirmed_at is None:
        record(events.Registered(actor=NOBODY, user_id=user.id))


def confirm(token: str) -> User:
    """Confirm the address that the link was sent to."""
    user = tokens.read(token, "confirm")
    if user is None:
        raise Conflict(_("这个链接已经用过或过期了。请直接登录；如果登录不了，可以重新发送确认邮件。"))
    user.confirmed_at = clock.now()
    record(events.Confirmed(actor=NOBODY, user_id=user.id))
    return user


def authenticate(*, email: str, password: str) -> User | None:
    """The person, when address and password belong together; wrong passwords are counted and lock the account.

    Runs in a unit of work even when it fails, so that the count is kept. ``Invalid`` names what to do.
    """
    user = queries.by_email(email)
    if user is None:
        _hasher().hash(password[:200])  # the same time for unknown addresses
        return None
    if user.locked_until and user.locked_until > clock.real_now():
        return None
    try:
        _hasher().verify(user.password_hash, password[:200])
    except (VerificationError, InvalidHashError):
        user.failed_sign_ins += 1
        record(events.SignInFailed(actor=NOBODY, user_id=user.id))
        if user.failed_sign_ins >= ATTEMPTS:
            user.failed_sign_ins = 0
            user.locked_until = clock.real_now() + LOCK
            record(events.LockedOut(actor=NOBODY, user_id=user.id))
        return None
    user.failed_sign_ins = 0
    user.locked_until = None
    if _hasher().check_needs_rehash(user.password_hash):
        user.password_hash = _hasher().hash(password)
    return user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(user: User, *, address: str, device: str) -> str:
    """A new session of ``user``; answers the token that the cookie carries."""
    token = secrets.token_urlsafe(32)
    now = clock.real_now()
    session().add(
        UserSession(
            user_id=user.id,
            token_hash=_hash(token),
            created_at=now,
            seen_at=now,
            proved_at=now,
            address=address[:60],
            device=device[:120],
        )
    )
    record(events.SignedIn(actor=Actor(user_id=user.id), user_id=user.id))
    return token


def session_of(token: str) -> UserSession | None:
    """The live session that a cookie's token stands for."""
    row = session().scalar(
        select(UserSession).where(UserSession.token_hash == _hash(token), UserSession.ended_at.is_(None))
    )
    now = clock.real_now()
    if row is None or row.seen_at < now - IDLE or row.created_at < now - LIFETIME:
        return None
    return row


def end_session(actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions."""
    row = session().get(UserSession, session_id)
    if row is None or not SESSION.allows(actor, "end", row):
        raise NotFound()
    row.ended_at = clock.real_now()
    record(events.SessionsEnded(actor=actor, user_id=row.user_id))


def end_all_sessions(actor: Actor) -> None:
    """End all of the actor's sessions, this one too."""
    assert actor.user_id is not None
    _end_sessions(actor.user_id)
    record(events.SessionsEnded(actor=actor, user_id=actor.user_id))


def _end_sessions(user_id: int) -> None:
    session().execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .values(ended_at=clock.real_now())
    )


def ask_reset(email: str) -> None:
    """Mail a link for a new password, when the address has an account; the page never says which."""
    user = queries.by_email(email)
    if user is not None:
        record(events.ResetAsked(actor=NOBODY, user_id=user.id))


def reset_password(token: str, password: str) -> User:
    """Set a new password by a mailed link; ends every session and unlocks. The address counts as confirmed."""
    user = tokens.read(token, "reset")
    if user is None:
        raise Conflict(_("这个链接已经用过或过期了。请重新申请一次，链接两小时内有效。"))
    check_password_rules(password, user.email)
    user.password_hash = _hasher().hash(password)
    user.failed_sign_ins, user.locked_until = 0, None
    user.confirmed_at = user.confirmed_at or clock.now()
    _end_sessions(user.id)
    record(events.PasswordChanged(actor=Actor(user_id=user.id), user_id=user.id))
    return user


def verify_password(actor: Actor, password: str) -> bool:
    """Whether ``password`` is the actor's own."""
    user = session().get(User, actor.user_id)
    if user is None:
        return False
    try:
        return bool(_hasher().verify(user.password_hash, password[:200]))
    except (VerificationError, InvalidHashError):
        return False


def change_password(actor: Actor, *, old: str, new: str) -> None:
    """Change the actor's own password; ends all sessions."""
    user = session().get(User, actor.user_id)
    if user is None or not USER.allows(actor, "edit", user):
        raise NotFound()
    if not verify_password(actor, old):
        raise Invalid("old", _("现在的密码不对。请再输一次。"))
    check_password_rules(new, user.email, "new")
    user.password_hash = _hasher().hash(new)
    _end_sessions(user.id)
    record(events.PasswordChanged(actor=actor, user_id=user.id))


def edit_profile(actor: Actor, *, name: str, language: str) -> None:
    """Change the actor's own name and language of mails."""
    user = session().get(User, actor.user_id)
    if user is None or not USER.allows(actor, "edit", user):
        raise NotFound()
    user.name, user.language = name, language


def set_role(actor: Actor, user_id: int, *, role: StaffRole, given: bool) -> None:
    """Give or take a staff role; only by an administrator, never one's own."""
    user = session().get(User, user_id)
    if user is None or not USER.allows(actor, "view", user):
        raise NotFound()
    USER.require(actor, "set_roles", user)
    if user_id == actor.user_id:
        raise Conflict(_("不能改自己的角色。请另一位管理员来改。"))
    has = next((r for r in user.roles if r.role is role), None)
    if given and has is None:
        user.roles.append(UserRole(role=role))
    elif not given and has is not None:
        user.roles.remove(has)
    record(events.RoleChanged(actor=actor, user_id=user_id, role=role.value, given=given))


def create_confirmed(
    *, email: str, name: str, password: str, language: str = "zh", roles: tuple[str, ...] = (), hashed: str = ""
) -> User:
    """An account made on the command line or by the demo, address taken as confirmed.

    ``hashed`` is the password's hash where it is known already.
    """
    user = User(
        email=email.lower(),
        name=name,
        password_hash=hashed or _hasher().hash(password),
        language=language,
        created_at=clock.now(),
        confirmed_at=clock.now(),
    )
    user.roles = [UserRole(role=StaffRole(r)) for r in roles]
    session().add(user)
    session().flush()
    return user
