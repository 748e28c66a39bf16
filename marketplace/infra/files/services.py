"""Checking, storing and reading files."""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import filetype
from flask import current_app

from marketplace.infra.files.models import StoredFile
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import clean

MAX_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000

OFFICE = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt/"),
}
IMAGES = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP"}
ALLOWED = ("pdf", *IMAGES, *OFFICE, "txt", "csv")


@dataclass(frozen=True)
class Upload:
    """A file that passed the checks and is not stored yet."""

    name: str
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The digest of the content, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class Readable(Protocol):
    """What a form gives for an uploaded file."""

    filename: str | None

    def read(self, size: int = -1, /) -> bytes: ...


def check(upload: Readable | None, *, field: str = "file", allowed: tuple[str, ...] = ALLOWED) -> Upload:
    """The upload, when name and content agree on an allowed kind of at most 20 MB; else ``Invalid`` on ``field``.

    Pictures are encoded anew, which drops their metadata (places, devices, names).
    """
    name = safe_name((upload.filename if upload else "") or "")
    if not name or upload is None:
        raise Invalid(field, _("请先选择一个文件。"))
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in allowed:
        raise Invalid(field, _("这里收 %(kinds)s 文件。请转换格式后再上传。", kinds="、".join(dict.fromkeys(allowed))))
    data = upload.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Invalid(field, _("文件超过 20 MB。请压缩或拆成几个再上传。"))
    if not data:
        raise Invalid(field, _("这个文件是空的。请核对后再上传。"))
    media_type = _content_type(extension, data)
    if media_type is None:
        raise Invalid(field, _("文件内容和扩展名“.%(ext)s”不符。请上传原始文件，不要改扩展名。", ext=extension))
    if extension in IMAGES:
        data = _encoded_anew(data, IMAGES[extension], field)
    return Upload(name, media_type, data)


def safe_name(name: str) -> str:
    """The last part of a file name, cleaned for showing; never used as a path."""
    name = clean(name).replace("\\", "/").rpartition("/")[2]
    name = re.sub(r'[<>:"|?*\n\t]', "_", name).strip(". ")
    stem, dot, extension = name.rpartition(".")
    return f"{stem[:150]}{dot}{extension[:10]}" if dot else name[:150]


def _content_type(extension: str, data: bytes) -> str | None:
    if extension in OFFICE:
        media_type, folder = OFFICE[extension]
        try:
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        except (
            zipfile.BadZipFile,
            RuntimeError,
            ValueError,
            OSError,
        ):  # RuntimeError: a version or cipher it does not know
            return None
        macro_free = not any(n.endswith("vbaProject.bin") for n in names)
        return media_type if macro_free and any(n.startswith(folder) for n in names) else None
    if extension in ("txt", "csv"):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            try:
                data.decode("gb18030")
            except UnicodeDecodeError:
                return None
        return None if b"\x00" in data or filetype.guess(data) else ("text/csv" if extension == "csv" else "text/plain")
    kind = filetype.guess(data)
    found = kind.extension if kind else ""
    if extension == "pdf":
        return "application/pdf" if found == "pdf" and data.startswith(b"%PDF-") else None
    same = {"jpeg": "jpg"}.get(extension, extension)
    return str(kind.mime) if kind and found == same else None


def _encoded_anew(data: bytes, kind: str, field: str) -> bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError  # loaded with the first picture, not with the site

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        opened = Image.open(io.BytesIO(data))
        if opened.width * opened.height > MOST_PIXELS:  # Pillow itself only warns up to twice as many
            raise ValueError("more pixels than a page will ever show")
        upright = ImageOps.exif_transpose(opened)
        picture = upright.convert("RGB" if kind == "JPEG" else "RGBA" if upright.has_transparency_data else "RGB")
        picture.info.clear()
        out = io.BytesIO()
        picture.save(out, kind)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(field, _("这张图片打不开。请另存一份再上传。")) from error
    return out.getvalue()


KEY = re.compile(r"[0-9a-f]{32}")


class LocalStore:
    """Files in a folder, two levels deep, under random names."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("not a file key")
        return self.root / key[:2] / key

    def put(self, data: bytes) -> str:
        """Write ``data`` durably and answer its key."""
        key = secrets.token_hex(16)
        self.put_back(key, data)
        return key

    def put_back(self, key: str, data: bytes) -> None:
        """Write a file of a backup under the key that its row knows."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())

    def get(self, key: str) -> bytes:
        """The bytes of ``key``; ``FileNotFoundError`` when they are gone."""
        return self._path(key).read_bytes()

    def keys(self) -> set[str]:
        """All keys in the store."""
        return {p.name for p in self.root.glob("??/*") if KEY.fullmatch(p.name) and p.is_file()}

    def remove(self, key: str) -> None:
        """Delete ``key`` if it is there."""
        self._path(key).unlink(missing_ok=True)

    def touch(self, key: str) -> None:
        """Begin the age of ``key`` anew, if it is there."""
        with suppress(FileNotFoundError):
            os.utime(self._path(key))

    def age(self, key: str) -> timedelta:
        """How long ``key`` has been as it is; none where it is not there."""
        with suppress(FileNotFoundError):
            return timedelta(seconds=time.time() - self._path(key).stat().st_mtime)
        return timedelta(0)


_columns: list[Any] = []


def names_files(column: Any) -> None:
    """Declare a column that holds keys of the store: backup and check look there for what must exist."""
    if all(known is not column for known in _columns):
        _columns.append(column)


def file_columns() -> list[Any]:
    """Every column that holds keys of the store."""
    return list(_columns)


names_files(StoredFile.__table__.c.key)


def store() -> LocalStore:
    """The store of this site."""
    found: LocalStore = current_app.extensions["file_store"]
    return found


def keep(actor: Actor, upload: Upload) -> StoredFile:
    """Store ``upload`` and add its row to the running unit of work."""
    row = StoredFile(
        key=store().put(upload.data),
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.data),
        sha256=upload.sha256,
        created_at=clock.now(),
        uploaded_by=actor.user_id,
    )
    session().add(row)
    session().flush()
    return row
