"""Signed links in mails, and what a browser keeps between password and code: for one purpose, for a limited time, once."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from marketplace.accounts.models import User
from marketplace.kernel.db import session

HOURS = 3600
LIFETIMES = {"confirm": 72 * HOURS, "reset": 2 * HOURS, "code": HOURS // 6}


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"accounts.{purpose}")


def _fingerprint(user: User, purpose: str) -> str:
    """What changes when the link is used, so that it works once."""
    factor = user.second_factor if purpose == "code" else None
    used = f"{factor.created_at}{factor.last_step}" if factor else ""
    return f"{user.password_hash[-16:]}{user.confirmed_at is None if purpose == 'confirm' else ''}{used}"


def make(user: User, purpose: str) -> str:
    """A link's token for ``user``."""
    return _signer(purpose).dumps([user.id, _fingerprint(user, purpose)])


def read(token: str, purpose: str) -> User | None:
    """The user that the token stands for, or nobody when it is forged, expired or used."""
    try:
        user_id, fingerprint = _signer(purpose).loads(token, max_age=LIFETIMES[purpose])
    except (BadData, ValueError, TypeError):
        return None
    user = session().get(User, user_id)
    return user if user is not None and _fingerprint(user, purpose) == fingerprint else None
