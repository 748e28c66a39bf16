"""Rate limits by address, on the views that an attacker would repeat."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar, cast

from flask import current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

V = TypeVar("V", bound=Callable[..., Any])


def where_from() -> str:
    """Whose requests count together: an address of version 4, and of version 6 the /64 that one customer is given."""
    address = get_remote_address()
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


limiter = Limiter(where_from, default_limits=[])


@limiter.request_filter
def switched_off() -> bool:
    """Whether this application counts nothing; asked at each request, since the limiter is shared by all of a process."""
    return not current_app.config["LIMITS_ENABLED"]


def limited(rule: str) -> Callable[[V], V]:
    """At most so many POST requests of one address to this view."""

    def decorate(view: V) -> V:
        return cast(V, limiter.limit(rule, methods=["POST"])(view))

    return decorate
