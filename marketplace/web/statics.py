"""Static files: addresses that change with their content, a year of caching for those, and gzip for what is text.

Pages themselves are not compressed here: they hold a token beside words that a stranger may choose (BREACH).
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for
from werkzeug.utils import safe_join
from werkzeug.wrappers import Response

ENDPOINTS = ("static", "bootstrap.static")
TEXTS = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
SMALLEST = 800
"""Bytes below which compressing saves no packet."""


IMPORTS = {
    ".mjs": re.compile(rb' from "\./([\w-]+\.mjs)"'),
    ".css": re.compile(rb'^@import "\./([\w-]+\.css)";$', re.MULTILINE),
}
"""How a file names another that lies beside it and belongs to it."""


@lru_cache(maxsize=64)
def _imports(path: str, _mtime: float) -> tuple[str, ...]:
    pattern = IMPORTS.get(Path(path).suffix)
    names = pattern.findall(Path(path).read_bytes()) if pattern else ()
    return tuple(str(Path(path).with_name(name.decode())) for name in names)


def _changed(path: str) -> tuple[float, ...]:
    """When the file was changed, and what it imports."""
    own = os.stat(path).st_mtime
    return own, *(at for imported in _imports(path, own) for at in _changed(imported))


@lru_cache(maxsize=64)
def _whole(path: str, changed: tuple[float, ...]) -> bytes:
    """A file as it is sent: a script names what it imports by the address of its content, a stylesheet holds it.

    So a page asks once for all styles, and what a script imports is kept for a year too.
    """
    body = Path(path).read_bytes()
    if not _imports(path, changed[0]):
        return body

    def put(found: re.Match[bytes]) -> bytes:
        name = found[1].decode()
        beside = str(Path(path).with_name(name))
        if name.endswith(".css"):
            return _whole(beside, _changed(beside))
        return f' from "./{name}?v={_mark(beside)}"'.encode()

    return IMPORTS[Path(path).suffix].sub(put, body)


@lru_cache(maxsize=256)
def _fingerprint(path: str, changed: tuple[float, ...]) -> str:
    return hashlib.sha256(_whole(path, changed)).hexdigest()[:12]


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


def _sent(filename: str) -> Response:
    """A file of the site's own: what imports others is put together, anything else is Flask's to send."""
    path = safe_join(current_app.static_folder or "", filename)
    if path is None or Path(path).suffix not in IMPORTS or not Path(path).is_file():
        return current_app.send_static_file(filename)
    if not _imports(path, os.stat(path).st_mtime):
        return current_app.send_static_file(filename)
    response = current_app.response_class(_whole(path, _changed(path)), mimetype=mimetypes.guess_type(path)[0])
    response.set_etag(_mark(path))
    return response.make_conditional(request.environ)


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
    return response.make_conditional(request.environ)


def start(app: Flask) -> None:
    """Give the addresses to every template."""
    app.view_functions["static"] = _sent
    app.jinja_env.globals.update(asset=asset, bootstrap_asset=bootstrap_asset)
