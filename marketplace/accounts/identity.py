"""The glue to Flask-Login: a cookie carries a session's token, the row decides whether it still counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, g, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, login_user, logout_user

from marketplace.accounts import queries, services
from marketplace.accounts.models import User, UserSession
from marketplace.kernel import clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.web.actor import forget_actor, provide_roles

SEEN_EVERY = timedelta(minutes=5)


class Identity(UserMixin):  # type: ignore[misc]
    """A signed-in person as Flask-Login sees one."""

    def __init__(self, user: User, token: str, row: UserSession) -> None:
        self.id, self.name, self.email, self.language = user.id, user.name, user.email, user.language
        self.token, self.session_id, self.proved_at = token, row.id, row.proved_at

    def get_id(self) -> str:
        """What the cookie carries: the session's token, not the user's id."""
        return self.token


def load(token: str) -> Identity | None:
    """The person whose live session has ``token``."""
    row = services.session_of(token)
    if row is None:
        return None
    if row.seen_at < clock.real_now() - SEEN_EVERY:
        g.touch_session = row.id
    return Identity(row.user, token, row)


def sign_in(user: User) -> None:
    """Open a session for ``user`` and put it into a fresh cookie; call inside a unit of work."""
    token = services.open_session(
        user, address=request.remote_addr or "", device=(request.user_agent.string or "")[:120]
    )
    cookie.clear()
    session().flush()
    row = services.session_of(token)
    assert row is not None
    login_user(Identity(user, token, row))
    forget_actor()


def sign_out() -> None:
    """Forget the person and the cookie."""
    logout_user()
    cookie.clear()
    forget_actor()


def has_proved(identity: Any) -> bool:
    """Whether the person gave the password lately enough for a weighty act."""
    return bool(identity.proved_at > clock.real_now() - services.PROOF)


def start(app: Flask) -> None:
    """Wire Flask-Login and tell web where roles come from."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(load)
    provide_roles(queries.roles_of)

    @app.after_request
    def touch(response: Any) -> Any:
        session_id = g.pop("touch_session", None)
        if session_id is not None:
            with unit_of_work() as work:
                row = work.get(UserSession, session_id)
                if row is not None:
                    row.seen_at = clock.real_now()
        return response
