"""Languages in addresses: every page stands under ``/zh/`` or ``/en/``, and the choice is remembered."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.kernel.text import LANGUAGES

COOKIE = "language"
YEAR = 365 * 24 * 3600


def preferred() -> str:
    """The language of somebody who asks for no language: remembered, else the browser's, else Chinese."""
    remembered = request.cookies.get(COOKIE)
    if remembered in LANGUAGES:
        return remembered
    return request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "en"], "zh")[:2]


def other_language_url() -> str:
    """The same page with the same filters in the other language."""
    code = "en" if g.get("language", "zh") == "zh" else "zh"
    if request.endpoint is None or "lang" not in (request.url_rule.arguments if request.url_rule else ()):
        return url_for("discovery.home", lang=code)
    if request.method != "GET" and "GET" not in (request.url_rule.methods or set() if request.url_rule else set()):
        return url_for("discovery.home", lang=code)
    arguments: dict[str, Any] = {**(request.view_args or {}), "lang": code}
    query = request.query_string.decode("latin-1")
    return url_for(request.endpoint, **arguments) + (f"?{query}" if query else "")


def start(app: Flask) -> None:
    """Take the language out of every address and put it into every link."""

    @app.url_value_preprocessor
    def pull(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and "lang" in values:
            g.language = values.pop("lang")

    @app.url_defaults
    def push(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = g.get("language", "zh")

    @app.before_request
    def fall_back() -> None:
        if "language" not in g:
            first = request.path.strip("/").partition("/")[0]
            g.language = first if first in LANGUAGES else preferred()

    @app.after_request
    def remember(response: Response) -> Response:
        first = request.path.strip("/").partition("/")[0]
        if first in LANGUAGES and request.cookies.get(COOKIE) != first and response.mimetype == "text/html":
            secure = app.config["SESSION_COOKIE_SECURE"]
            response.set_cookie(COOKIE, first, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
        return response

    @app.get("/")
    def index() -> Response:
        return redirect(url_for("discovery.home", lang=preferred()))
