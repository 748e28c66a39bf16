"""Static files: addresses that change with their content, a year of caching for those, and gzip for what is text.

Pages themselves are not compressed here: they hold a token beside words that a stranger may choose (BREACH).
"""

from __future__ import annotations

import gzip
import hashlib
import os
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for
from werkzeug.wrappers import Response

ENDPOINTS = ("static", "bootstrap.static")
TEXTS = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
SMALLEST = 800
"""Bytes below which compressing saves no packet."""


@lru_cache(maxsize=256)
def _fingerprint(path: str, _mtime: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def _address(endpoint: str, folder: str | None, name: str) -> str:
    path = f"{folder}/{name}"
    return _addressed(request.script_root, endpoint, name, _fingerprint(path, os.stat(path).st_mtime))


@lru_cache(maxsize=512)
def _addressed(_root: str, endpoint: str, name: str, fingerprint: str) -> str:
    """A page names the same dozen files a hundred times."""
    return url_for(endpoint, filename=name, v=fingerprint)


def asset(name: str) -> str:
    """A static file's address, which changes with its content."""
    return _address("static", current_app.static_folder, name)


def bootstrap_asset(name: str) -> str:
    """The same for a file of Bootstrap, which a package brings."""
    return _address("bootstrap.static", current_app.blueprints["bootstrap"].static_folder, name)


@lru_cache(maxsize=128)
def _squeezed(_etag: str, body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


def finish(response: Response) -> Response:
    """Say how long a static file may be kept, and send it small to who takes gzip."""
    hashed = "v" in request.args
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
    response.vary.add("Accept-Encoding")
    takes = request.accept_encodings["gzip"] > 0 and "Range" not in request.headers
    if not takes or response.status_code != 200 or response.mimetype not in TEXTS:
        return response
    etag, _weak = response.get_etag()
    if not etag or (response.content_length or 0) < SMALLEST:
        return response
    response.direct_passthrough = False
    response.set_data(_squeezed(etag, response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{etag}-gzip")
    response.headers.pop("Accept-Ranges", None)
    return response


def start(app: Flask) -> None:
    """Give the addresses to every template."""
    app.jinja_env.globals.update(asset=asset, bootstrap_asset=bootstrap_asset)
