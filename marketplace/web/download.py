"""Handing out stored files: as attachments, under their own name, never sniffed."""

from __future__ import annotations

from io import BytesIO

from flask import send_file
from werkzeug.wrappers import Response

from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.services import store
from marketplace.kernel.errors import NotFound


def send(row: StoredFile) -> Response:
    """The stored file; the caller has asked the policy."""
    try:
        data = store().get(row.key)
    except FileNotFoundError as error:
        raise NotFound() from error
    return send_bytes(data, row.name, row.media_type)


def send_bytes(data: bytes, name: str, media_type: str) -> Response:
    """Bytes as a download."""
    response: Response = send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
