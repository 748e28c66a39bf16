"""Making an account and confirming its address."""

from __future__ import annotations

import hashlib
import hmac

from marketplace.accounts import events, queries, tokens
from marketplace.accounts.models import StaffRole, User, UserRole
from marketplace.accounts.services.passwords import check_password_rules, hasher, is_password
from marketplace.accounts.services.sessions import NOWHERE, Place
from marketplace.kernel import clock
from marketplace.kernel.actor import NOBODY
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import gettext as _


def register(*, email: str, name: str, password: str, language: str) -> str:
    """Make an unconfirmed account and mail its link; a known address is told by mail, never on the page.

    Answers the mark of this registration, by which the browser that sent it is known at the link; a mark is answered for
    every address alike.
    """
    check_password_rules(password, email)
    hashed = hasher().hash(password)
    known = queries.by_email(email)
    if known is not None and known.confirmed_at is not None:
        record(events.RegisteredAgain(actor=NOBODY, user_id=known.id))
        return mark_of(hashed)
    if known is not None:
        # The password of the last registration stands; links of earlier ones are void.
        known.name, known.password_hash, known.language = name, hashed, language
        record(events.Registered(actor=NOBODY, user_id=known.id))
        return mark_of(hashed)
    user = User(email=email.strip().lower(), name=name, password_hash=hashed, language=language, created_at=clock.now())
    session().add(user)
    session().flush()
    record(events.Registered(actor=NOBODY, user_id=user.id))
    return mark_of(hashed)


def mark_of(hashed: str) -> str:
    """The mark of a registration: of its password's hash, which has a salt of its own."""
    return hashlib.sha256(hashed.encode()).hexdigest()[:32]


def ask_confirmation(email: str) -> None:
    """Mail the confirming link once more, when the address waits for it; the page never says whether it does."""
    user = queries.by_email(email)
    if user is not None and user.confirmed_at is None:
        record(events.Registered(actor=NOBODY, user_id=user.id))


def confirm(token: str, *, mark: str = "", password: str = "", place: Place = NOWHERE) -> User | None:
    """Confirm the address that the link was sent to, for whoever registered it: known by the registration's mark or by its
    password. Nobody where neither is right: somebody else has registered the address, and must not be let in by its owner.

    Wrong passwords are counted as at sign-in; the caller commits either way.
    """
    user = tokens.read(token, "confirm")
    if user is None:
        raise Conflict(_("这个链接已经用过或过期了。请直接登录；如果登录不了，可以重新发送确认邮件。"))
    sent_here = hmac.compare_digest(mark.encode(), mark_of(user.password_hash).encode())
    if not sent_here and not (password and is_password(user, password, place=place)):
        return None
    user.confirmed_at = clock.now()
    record(events.Confirmed(actor=NOBODY, user_id=user.id))
    return user


def create_confirmed(
    *, email: str, name: str, password: str, language: str = "zh", roles: tuple[str, ...] = (), hashed: str = ""
) -> User:
    """An account made on the command line or by the demo, address taken as confirmed.

    ``hashed`` is the password's hash where it is known already.
    """
    user = User(
        email=email.lower(),
        name=name,
        password_hash=hashed or hasher().hash(password),
        language=language,
        created_at=clock.now(),
        confirmed_at=clock.now(),
    )
    user.roles = [UserRole(role=StaffRole(r)) for r in roles]
    session().add(user)
    session().flush()
    return user
