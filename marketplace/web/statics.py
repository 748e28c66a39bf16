"""Static files: addresses that change with their content, a year of caching for those, and gzip for what is text.

Pages themselves are not compressed here: they hold a token beside words that a stranger may choose (BREACH).
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for
from werkzeug.wrappers import Response

ENDPOINTS = ("static", "bootstrap.static")
TEXTS = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
SMALLEST = 800
"""Bytes below which compressing saves no packet."""


IMPORT = re.compile(rb'(?<= from "\./)[\w-]+\.mjs(?=")')
"""The file that a script takes something from, which lies beside it."""


@lru_cache(maxsize=64)
def _imports(path: str, _mtime: float) -> tuple[str, ...]:
    names = IMPORT.findall(Path(path).read_bytes()) if path.endswith(".mjs") else ()
    return tuple(str(Path(path).with_name(name.decode())) for name in names)


def _changed(path: str) -> tuple[float, ...]:
    """When the file was changed, and what it imports."""
    own = os.stat(path).st_mtime
    return own, *(at for imported in _imports(path, own) for at in _changed(imported))


@lru_cache(maxsize=64)
def _linked(path: str, _changed: tuple[float, ...]) -> bytes:
    """A file as it is sent: a script names what it imports by the address of its content, so that it too is kept for a year."""
    body = Path(path).read_bytes()
    if not path.endswith(".mjs"):
        return body
    return IMPORT.sub(
        lambda found: found[0] + b"?v=" + _mark(str(Path(path).with_name(found[0].decode()))).encode(), body
    )


@lru_cache(maxsize=256)
def _fingerprint(path: str, changed: tuple[float, ...]) -> str:
    return hashlib.sha256(_linked(path, changed)).hexdigest()[:12]


def _mark(path: str) -> str:
    return _fingerprint(path, _changed(path))


def _address(endpoint: str, folder: str | None, name: str) -> str:
    return _addressed(request.script_root, endpoint, name, _mark(f"{folder}/{name}"))


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
    name = (request.view_args or {}).get("filename", "")
    if response.status_code == 200 and name.endswith(".mjs") and request.endpoint == "static":
        path = f"{current_app.static_folder}/{name}"
        response.direct_passthrough = False
        response.set_data(_linked(path, _changed(path)))
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
