"""Uploaded files: checked by content, kept under random names."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from werkzeug.datastructures import FileStorage

from marketplace.demo.content import paper
from marketplace.infra.files.services import MAX_BYTES, MOST_PIXELS, LocalStore, check
from marketplace.kernel.errors import Invalid


def _file(name: str, data: bytes) -> FileStorage:
    return FileStorage(BytesIO(data), filename=name)


def _office(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def _picture(kind: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.pdf", paper("A").data, "application/pdf"),
        ("a.PDF", paper("A").data, "application/pdf"),
        ("a.png", _picture("PNG"), "image/png"),
        ("a.jpeg", _picture("JPEG"), "image/jpeg"),
        ("a.webp", _picture("WEBP"), "image/webp"),
        ("a.txt", "说明".encode(), "text/plain"),
        ("a.csv", "序号,名称".encode("gb18030"), "text/csv"),
        (
            "a.docx",
            _office("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            "a.xlsx",
            _office("xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_an_allowed_kind_whose_content_agrees_is_taken(app: Flask, name: str, data: bytes, media_type: str) -> None:
    found = check(_file(name, data))
    assert (found.name, found.media_type) == (name, media_type)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", _office("word/document.xml", "word/vbaProject.bin")),
        ("a.docx", _office("xl/workbook.xml")),
        ("a.docx", paper("A").data),
        ("a.pdf", b"junk before\n%PDF-1.4\n"),
        ("a.jpg", _picture("PNG")),
        ("a.txt", b"a\x00b"),
        ("a.txt", _picture("PNG")),
        ("a.csv", b"\xff\xff\xff\xff"),
        ("a.html", b"<html>"),
        ("a.pdf.exe", paper("A").data),
        ("", paper("A").data),
    ],
)
def test_macros_disguises_and_other_kinds_are_refused_on_the_field_of_the_form(
    app: Flask, name: str, data: bytes
) -> None:
    with pytest.raises(Invalid) as refused:
        check(_file(name, data), field="licence")
    assert refused.value.field == "licence"


def test_no_file_at_all_is_refused(app: Flask) -> None:
    with pytest.raises(Invalid):
        check(None)


def test_twenty_megabytes_are_the_limit_to_the_byte(app: Flask) -> None:
    most = b"%PDF-1.4\n".ljust(MAX_BYTES, b"0")
    assert len(check(_file("a.pdf", most)).data) == MAX_BYTES
    with pytest.raises(Invalid, match="20 MB"):
        check(_file("a.pdf", most + b"0"))


def test_a_form_may_allow_fewer_kinds(app: Flask) -> None:
    with pytest.raises(Invalid, match="这里收 pdf 文件"):
        check(_file("a.txt", b"text"), allowed=("pdf",))


def test_the_store_answers_what_it_was_given_under_names_that_nobody_guesses(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    one, two = store.put(b"same"), store.put(b"same")
    assert one != two
    assert (len(one), store.get(one)) == (32, b"same")
    assert store.keys() == {one, two}
    store.remove(one)
    store.remove(one)
    assert store.keys() == {two}
    with pytest.raises(FileNotFoundError):
        store.get(one)


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "A" * 32, "0" * 31])
def test_the_store_opens_no_other_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a file key"):
        LocalStore(tmp_path).get(key)


def test_a_picture_has_no_more_pixels_than_said(app: Flask) -> None:
    out = BytesIO()
    Image.new("1", (7_100, 7_100)).save(out, "PNG")
    assert MOST_PIXELS < 7_100 * 7_100
    with pytest.raises(Invalid):
        check(FileStorage(BytesIO(out.getvalue()), "a.png"))


def test_a_document_from_a_strange_packer_is_refused(app: Flask) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", "x")
    raw = bytearray(out.getvalue())
    raw[raw.index(b"PK\x01\x02") + 6] = 99  # the version that is needed to unpack it
    with pytest.raises(Invalid):
        check(FileStorage(BytesIO(bytes(raw)), "a.docx"))
