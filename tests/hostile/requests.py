"""A request down to its bytes, so that what no browser would send can be sent, too."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_from_bytes

from werkzeug.test import create_environ

BOUNDARY = b"----hostile-4f1c"
HOST = "site.example"


@dataclass(frozen=True)
class Upload:
    """A file as a browser would send it."""

    name: str
    filename: bytes
    body: bytes
    media_type: bytes = b"application/octet-stream"


Pairs = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Request:
    """One request; ``body`` replaces what the fields and files would give."""

    method: str
    path: bytes
    query: Pairs = ()
    fields: Pairs = ()
    files: tuple[Upload, ...] = ()
    headers: Mapping[str, bytes] = field(default_factory=dict)
    cookies: Mapping[str, bytes] = field(default_factory=dict)
    multipart: bool = False
    body: tuple[bytes, bytes] | None = None

    def but(self, **changes: Any) -> Request:
        """The same with other parts."""
        return replace(self, **changes)

    def content(self) -> tuple[bytes, bytes]:
        """The body's type and bytes."""
        if self.body is not None:
            return self.body
        if self.method == "GET":
            return b"", b""
        if self.multipart or self.files:
            return b"multipart/form-data; boundary=" + BOUNDARY, self._parts()
        return b"application/x-www-form-urlencoded", _encoded(self.fields)

    def _parts(self) -> bytes:
        out = io.BytesIO()
        for name, value in self.fields:
            out.write(b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % (BOUNDARY, _quoted(name)))
            out.write(value + b"\r\n")
        for file in self.files:
            head = b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n'
            out.write(head % (BOUNDARY, _quoted(file.name.encode()), _quoted(file.filename), file.media_type))
            out.write(file.body + b"\r\n")
        out.write(b"--%s--\r\n" % BOUNDARY)
        return out.getvalue()

    def environ(self) -> dict[str, Any]:
        """What a WSGI server would make of it."""
        media_type, body = self.content()
        environ = create_environ("/", f"http://{HOST}")
        environ |= {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": self.path.decode("latin-1"),
            "QUERY_STRING": _encoded(self.query).decode("latin-1"),
            "CONTENT_TYPE": media_type.decode("latin-1"),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "REMOTE_ADDR": "192.0.2.7",
        }
        if self.cookies:
            environ["HTTP_COOKIE"] = b"; ".join(k.encode() + b"=" + v for k, v in self.cookies.items()).decode(
                "latin-1"
            )
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            # A WSGI server hands headers over as latin-1 and refuses those with control characters itself.
            text = bytes(b for b in value if b >= 32 and b != 127).decode("latin-1")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
        return environ


def _quoted(name: bytes) -> bytes:
    return name.replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")


def _encoded(pairs: Pairs) -> bytes:
    return "&".join(f"{quote_from_bytes(k, safe='')}={quote_from_bytes(v, safe='')}" for k, v in pairs).encode()
