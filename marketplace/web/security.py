"""Headers on every answer, request ids, hosts, and the log line of each request."""

from __future__ import annotations

import re
import secrets
import time
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, Request, abort, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Response

from marketplace.infra import metrics
from marketplace.infra.jobs.services import load_clock
from marketplace.kernel import clock
from marketplace.kernel.db import queries_so_far
from marketplace.web import statics

log = structlog.get_logger()
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


LONGEST_WAIT = timedelta(seconds=50)
"""How long a request may have waited for a free thread; less than the minute between a deadline and the opening."""


class NamedParts(FormDataParser):
    """Reads forms; a part without a name is nobody's field, and libraries that look through the names stumble over it."""

    def parse(self, *given: Any, **named: Any) -> tuple[Any, Any, Any]:
        """The stream, the fields and the files that have a name."""
        stream, fields, files = super().parse(*given, **named)
        return stream, _named(fields), _named(files)


def _named(sent: MultiDict[Any, Any]) -> MultiDict[Any, Any]:
    return type(sent)((k, v) for k, v in sent.items(multi=True) if k is not None) if None in sent else sent


class SiteRequest(Request):
    """A request of this site."""

    form_data_parser_class = NamedParts


def _waited(app: Flask) -> timedelta:
    """How long the request waited behind the trusted proxy, which writes when it had it whole (X-Request-Start: t=…)."""
    begun = re.fullmatch(r"t=(\d{9,11}\.\d{1,6})", request.headers.get("X-Request-Start", ""))
    if begun is None or not app.config["TRUSTED_PROXIES"]:
        return timedelta(0)
    waited = timedelta(seconds=clock.real_now().timestamp() - float(begun[1]))
    return waited if timedelta(0) < waited <= LONGEST_WAIT else timedelta(0)


def _path() -> str:
    """The address for the log, without the secret that a mailed link carries."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(str(token), "…") if token else request.path


def start(app: Flask) -> None:
    """Guard every request and answer."""
    app.request_class = SiteRequest
    allowed = {h.strip() for h in app.config["ALLOWED_HOSTS"].split(",") if h.strip()}

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.began = time.perf_counter()
        if allowed and request.host.partition(":")[0] not in allowed:
            abort(400)
        if request.endpoint not in (*statics.ENDPOINTS, "root.healthz", None):
            load_clock(app)
        g.received_at = clock.now() - _waited(app)

    @app.after_request
    def headers(response: Response) -> Response:
        set_ = response.headers.setdefault
        set_("Content-Security-Policy", CSP)
        set_("X-Content-Type-Options", "nosniff")
        set_("Referrer-Policy", "same-origin")
        set_("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        set_("Cross-Origin-Opener-Policy", "same-origin")
        set_("Cross-Origin-Resource-Policy", "same-origin")
        set_("X-Request-Id", g.get("request_id", ""))
        if app.config["SESSION_COOKIE_SECURE"]:
            set_("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint in statics.ENDPOINTS:
            statics.finish(response)
        else:
            set_("Cache-Control", "no-store" if g.get("actor") and g.actor.is_signed_in else "no-cache")
            seconds = time.perf_counter() - g.get("began", time.perf_counter())
            metrics.observe(request.endpoint, response.status_code, seconds)
            log.info(
                "request",
                id=g.get("request_id", ""),
                endpoint=request.endpoint,
                method=request.method,
                path=_path(),
                status=response.status_code,
                ms=round(seconds * 1000),
                queries=queries_so_far(),
                user=g.actor.user_id if g.get("actor") else None,
            )
        return response
