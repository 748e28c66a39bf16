"""What was once broken in infra, and must not break again."""

from __future__ import annotations

from io import BytesIO

from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage

from marketplace.infra.files.services import check


def test_a_photo_loses_its_comment(app: Flask) -> None:
    out = BytesIO()
    Image.new("RGB", (6, 4)).save(out, "JPEG", comment=b"Zhang San, Room 301")
    assert b"Zhang San" not in check(FileStorage(BytesIO(out.getvalue()), filename="a.jpg")).data


def test_a_picture_loses_its_colour_profile_or_at_least_keeps_nothing_typed_by_people(app: Flask) -> None:
    out = BytesIO()
    Image.new("RGB", (6, 4)).save(out, "PNG", icc_profile=b"Zhang San" * 20)
    kept = Image.open(BytesIO(check(FileStorage(BytesIO(out.getvalue()), filename="a.png")).data))
    assert "icc_profile" not in kept.info


def test_a_photo_taken_upright_stays_upright(app: Flask) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    Image.new("RGB", (6, 4)).save(out, "JPEG", exif=exif)
    kept = Image.open(BytesIO(check(FileStorage(BytesIO(out.getvalue()), filename="a.jpg")).data))
    assert kept.size == (4, 6)
