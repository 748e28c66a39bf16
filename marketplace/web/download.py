"""Handing out stored files: as attachments under their own name, pictures in the page; never sniffed."""

from __future__ import annotations

from io import BytesIO

from flask import send_file
from werkzeug.wrappers import Response

from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.services import store
from marketplace.kernel.errors import NotFound


def send(row: StoredFile) -> Response:
    """The stored file; the caller has asked the policy."""
    return send_bytes(_bytes(row), row.name, row.media_type)


def send_picture(row: StoredFile, *, seconds: int) -> Response:
    """A stored picture to be shown in its page; the caller has asked the policy.

    A browser keeps it for ``seconds`` and then asks, by its digest, whether it may still show it; no proxy keeps it,
    since who may see it changes.
    """
    response: Response = send_file(
        BytesIO(_bytes(row)), mimetype=row.media_type, download_name=row.name, etag=row.sha256, conditional=True
    )
    response.headers["Cache-Control"] = (
        f"private, max-age={seconds}, must-revalidate" if seconds else "private, no-cache"
    )
    return response


def _bytes(row: StoredFile) -> bytes:
    try:
        return store().get(row.key)
    except FileNotFoundError as error:
        raise NotFound() from error


def send_bytes(data: bytes, name: str, media_type: str) -> Response:
    """Bytes as a download."""
    response: Response = send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
