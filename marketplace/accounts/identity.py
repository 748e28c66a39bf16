"""The glue to Flask-Login: a cookie carries a session's token, the row decides whether it still counts."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import BadData, Signer

from marketplace.accounts import queries, services, tokens, words
from marketplace.accounts.models import Method, User, UserSession
from marketplace.accounts.services.sessions import REMEMBERED, Place
from marketplace.kernel import clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.i18n import gettext as _
from marketplace.web.actor import current_actor, forget_actor, provide_roles

SEEN_EVERY = timedelta(minutes=5)
DEVICE = "device"
"""The browser's long-lived cookie."""
REGISTERED = "registered"
"""What the signed cookie holds between registering and the mailed link."""
PENDING = "pending"
"""What the signed cookie holds between password and code."""
WITHOUT_SECOND_FACTOR = frozenset({"accounts.second_factor", "accounts.sign_out", "static", "bootstrap.static"})
"""All that staff who owe a second factor may open."""


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
    if row is None or not row.user.hears:
        return None
    if row.seen_at < clock.real_now() - SEEN_EVERY:
        g.touch_session = row.id
    return Identity(row.user, token, row)


def place() -> Place:
    """Where this request comes from."""
    device = (request.user_agent.string or "").encode("utf-8", "replace").decode()[:300]
    return Place(request.remote_addr or "", device, _device_token())


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt="accounts.device")


def _device_token() -> str:
    """The token of this browser, made anew where it has none that we signed."""
    if "device_token" not in g:
        try:
            g.device_token = _signer().unsign(request.cookies.get(DEVICE, "").encode("utf-8", "replace")).decode()
        except (BadData, ValueError):
            g.device_token = secrets.token_urlsafe(24)
    token: str = g.device_token
    return token


def enter(user: User, *, by_mail: bool = False) -> bool:
    """Sign in, or begin the second step where there is a second factor; answers whether the person is in.

    Call it inside a unit of work, after the password was right. ``Conflict`` when the account is closed.
    """
    services.check_may_enter(user, by_mail=by_mail)
    if not user.has_second_factor:
        sign_in(user)
        return True
    cookie.clear()
    cookie[PENDING] = tokens.make(user, "code")
    return False


def note_registration(mark: str) -> None:
    """Know this browser at the mailed link as the one that registered."""
    cookie[REGISTERED] = mark


def registration() -> str:
    """The mark of the last registration that this browser sent."""
    return str(cookie.get(REGISTERED, ""))


def pending() -> User | None:
    """Who gave the right password in this browser within the last ten minutes and owes the code."""
    return tokens.read(str(cookie.get(PENDING, "")), "code")


def sign_in(user: User, method: Method = Method.NONE) -> None:
    """Open a session for ``user`` and put it into a fresh cookie; call inside a unit of work."""
    here = place()
    token = services.open_session(user, address=here.address, device=here.device, token=here.token, method=method)
    cookie.clear()
    session().flush()
    row = services.session_of(token)
    assert row is not None
    login_user(Identity(user, token, row))
    g.remember_device = here.token
    forget_actor()


def method_of(user: User) -> Method:
    """What a proof by this person was made with, beside the password."""
    return Method.APP if user.has_second_factor else Method.NONE


def sign_out() -> None:
    """Forget the person and the cookie; the browser stays known."""
    logout_user()
    cookie.clear()
    forget_actor()


def has_proved(identity: Any) -> bool:
    """Whether the person gave password (and code) lately enough for a weighty act."""
    return bool(identity.proved_at > clock.real_now() - services.PROOF)


def owes_second_factor() -> bool:
    """Whether the person of this request is staff, has to have a second factor, and has none."""
    if not current_app.config["SECOND_FACTOR_FOR_STAFF"]:
        return False
    actor = current_actor()
    return actor.user_id is not None and actor.is_staff and not queries.has_second_factor(actor.user_id)


def start(app: Flask) -> None:
    """Wire Flask-Login, tell web where roles come from, hold staff to their second factor."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(load)
    provide_roles(queries.roles_of)
    words.start(app)

    @app.before_request
    def second_factor_first() -> Any:
        if request.endpoint in WITHOUT_SECOND_FACTOR or request.endpoint is None or not current_user.is_authenticated:
            return None
        if not owes_second_factor():
            return None
        if request.method != "GET":
            flash(_("工作人员要先开启二次验证，才能办理。刚才那一步没有做。"), "due")
        return redirect(url_for("accounts.second_factor"))

    @app.after_request
    def touch(response: Any) -> Any:
        session_id = g.pop("touch_session", None)
        if session_id is not None:
            with unit_of_work():
                services.touch(session_id)
        token = g.pop("remember_device", None)
        if token is not None:
            response.set_cookie(
                DEVICE,
                _signer().sign(token).decode(),
                max_age=int(REMEMBERED.total_seconds()),
                httponly=True,
                secure=app.config["SESSION_COOKIE_SECURE"],
                samesite="Lax",
            )
        return response
