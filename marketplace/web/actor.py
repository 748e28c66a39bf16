"""The current actor, built once per request from what accounts and organisations provide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import current_app, flash, g, redirect, request, url_for
from flask_login import current_user

from marketplace.kernel.actor import NOBODY, Actor
from marketplace.kernel.errors import Forbidden, NotFound
from marketplace.kernel.i18n import gettext as _

P = ParamSpec("P")
R = TypeVar("R")

_roles: list[Callable[[int], frozenset[str]]] = []
_memberships: list[Callable[[int], Mapping[int, str]]] = []


def provide_roles(provider: Callable[[int], frozenset[str]]) -> None:
    """Register where a person's staff roles come from."""
    _roles[:] = [provider]


def provide_memberships(provider: Callable[[int], Mapping[int, str]]) -> None:
    """Register where a person's memberships come from."""
    _memberships[:] = [provider]


def actor_of(user_id: int, name: str) -> Actor:
    """The actor that a person is, with roles and memberships."""
    roles = frozenset[str]().union(*(p(user_id) for p in _roles))
    memberships: dict[int, str] = {}
    for provider in _memberships:
        memberships |= provider(user_id)
    return Actor(user_id=user_id, name=name, roles=roles, memberships=MappingProxyType(memberships))


def current_actor() -> Actor:
    """Who makes this request."""
    if "actor" not in g:
        signed_in = current_user and current_user.is_authenticated
        g.actor = actor_of(current_user.id, current_user.name) if signed_in else NOBODY
    return cast(Actor, g.actor)


def forget_actor() -> None:
    """Build the actor anew at the next use, after signing in or out or a change of rights."""
    g.pop("actor", None)


def safe_next(target: str | None) -> str | None:
    """``target`` when it is a path of this site, else ``None``: no open redirect."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return None
    parts = urlsplit(target)
    return target if not parts.netloc and not parts.scheme and target.isprintable() else None


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Only for people with an account; others sign in first and come back."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_actor().is_signed_in:
            if request.method == "GET":
                back = request.full_path.rstrip("?")
            else:
                back = urlsplit(request.referrer or "").path
                flash(_("登录已过期，请重新登录。刚才填的内容请再交一次。"), "due")
            return cast(R, redirect(url_for("accounts.sign_in", next=safe_next(back))))
        return view(*args, **kwargs)

    return guarded


def staff(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only for programme staff in one of ``roles``; for everybody else the page does not exist."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        @signed_in
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = current_actor()
            if not actor.roles & frozenset(roles):
                raise Forbidden(_("这一页给项目办公室的其他角色用，您的角色打不开。")) if actor.is_staff else NotFound()
            return view(*args, **kwargs)

        return guarded

    return decorate


def workings_only(view: Callable[P, R]) -> Callable[P, R]:
    """Only in demo and development."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_app.config["SHOWS_WORKINGS"]:
            raise NotFound()
        return view(*args, **kwargs)

    return guarded


def received_at() -> Any:
    """When this request arrived, by the site's clock: the time that counts against a deadline."""
    return g.received_at
