"""Attachments: checked by content, refused beside the field, cleaned of metadata, handed out to those who may."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import select

from marketplace.demo.content import paper
from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.services import safe_name, store
from marketplace.kernel.db import session
from marketplace.scenarios.models import Scenario, ScenarioFile
from tests.factories.world import World


def _upload(world: World, scenario_id: int, name: str, data: bytes) -> tuple[int, str]:
    answer = world.client("owner").post(
        f"/zh/scenarios/{scenario_id}/edit/files",
        data={"file": (BytesIO(data), name)},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.text


def _files(scenario_id: int) -> list[str]:
    session().rollback()
    return [f.file.name for f in session().get_one(Scenario, scenario_id).files]


def test_a_drawing_is_kept_byte_for_byte_and_handed_out_as_a_download(world: World) -> None:
    scenario_id = world.draft().id
    drawing = paper("Drawing")
    assert _upload(world, scenario_id, "平面图.pdf", drawing.data)[0] == 302
    row = session().scalars(select(ScenarioFile)).one()
    assert (row.file.name, row.file.sha256) == ("平面图.pdf", hashlib.sha256(drawing.data).hexdigest())
    assert row.is_public is False
    path = f"/zh/scenarios/{scenario_id}/files/{row.id}"
    answer = world.client("owner").get(path)
    assert answer.data == drawing.data
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert {who: world.client(who).get(path).status_code for who in ("officer", "vendor", "stranger")} == {
        "officer": 404,
        "vendor": 404,
        "stranger": 404,
    }


def test_a_file_of_40_mb_is_refused_beside_the_field(world: World) -> None:
    scenario_id = world.draft().id
    status, page = _upload(world, scenario_id, "big.pdf", b"%PDF-1.4\n" + b"0" * 40 * 1024 * 1024)
    assert status == 422
    assert "文件超过 20 MB。请压缩或拆成几个再上传。" in page[page.index('id="file-err"') :]
    assert _files(scenario_id) == []
    assert store().keys() == {f.key for f in session().scalars(select(StoredFile))}


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("invoice.pdf", b"MZ\x90\x00" + b"\x00" * 200, "文件内容和扩展名“.pdf”不符"),
        ("invoice.pdf", b"\x7fELF" + b"\x00" * 200, "文件内容和扩展名“.pdf”不符"),
        ("page.pdf", b"<html><script>alert(1)</script></html>", "文件内容和扩展名“.pdf”不符"),
        ("photo.png", b"%PDF-1.4\n", "文件内容和扩展名“.png”不符"),
        ("table.xlsx", b"PK\x03\x04not a zip", "文件内容和扩展名“.xlsx”不符"),
        ("notes.txt", b"MZ\x90\x00" + b"\x00" * 200, "文件内容和扩展名“.txt”不符"),
        ("setup.exe", b"MZ\x90\x00", "这里收"),
        ("page.svg", b"<svg/>", "这里收"),
        ("noextension", b"text", "这里收"),
        ("empty.pdf", b"", "这个文件是空的"),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "这张图片打不开"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused_beside_the_field(
    world: World, name: str, data: bytes, message: str
) -> None:
    scenario_id = world.draft().id
    status, page = _upload(world, scenario_id, name, data)
    assert status == 422
    assert message in page[page.index('id="file-err"') :]
    assert _files(scenario_id) == []


def test_sending_no_file_says_so(world: World) -> None:
    scenario_id = world.draft().id
    answer = world.client("owner").post(f"/zh/scenarios/{scenario_id}/edit/files", data={})
    assert answer.status_code == 422
    assert "请先选择一个文件。" in answer.text


def test_a_picture_loses_where_and_by_whom_it_was_taken(world: World) -> None:
    scenario_id = world.draft().id
    about = PngImagePlugin.PngInfo()
    about.add_text("Author", "Zhang San, Room 301")
    exif = Image.Exif()
    exif[0x010F] = "Zhang San's phone"
    out = BytesIO()
    Image.new("RGB", (6, 4), "#336699").save(out, "PNG", pnginfo=about, exif=exif)
    assert b"Zhang San" in out.getvalue()
    assert _upload(world, scenario_id, "现场.png", out.getvalue())[0] == 302
    row = session().scalars(select(StoredFile).where(StoredFile.name == "现场.png")).one()
    kept = store().get(row.key)
    assert b"Zhang San" not in kept
    picture = Image.open(BytesIO(kept))
    assert (picture.format, picture.size, picture.getpixel((3, 2))) == ("PNG", (6, 4), (0x33, 0x66, 0x99))
    assert (row.size, row.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())


def test_a_photo_loses_its_exif(world: World) -> None:
    scenario_id = world.draft().id
    exif = Image.Exif()
    exif[0x010F] = "Zhang San's phone"
    out = BytesIO()
    Image.new("RGB", (6, 4)).save(out, "JPEG", exif=exif)
    assert b"Zhang San" in out.getvalue()
    assert _upload(world, scenario_id, "photo.JPG", out.getvalue())[0] == 302
    row = session().scalars(select(StoredFile).where(StoredFile.name == "photo.JPG")).one()
    assert b"Zhang San" not in store().get(row.key)


def test_a_file_name_never_becomes_a_path(world: World) -> None:
    scenario_id = world.draft().id
    for name in ("../../etc/passwd.pdf", "\u202efdp.exe\u202c.pdf"):
        assert _upload(world, scenario_id, name, paper("Drawing").data)[0] == 302
    assert _files(scenario_id) == ["passwd.pdf", "fdp.exe.pdf"]
    assert safe_name("C:\\temp\\plan.pdf") == "plan.pdf"
    assert safe_name("a\nb<c>.pdf") == "a_b_c_.pdf"
    assert safe_name("..") == ""
    assert len(safe_name("x" * 500 + ".pdf")) == 154


def test_an_attachment_is_removed_from_a_draft(world: World) -> None:
    scenario_id = world.draft().id
    _upload(world, scenario_id, "one.pdf", paper("One").data)
    file_id = session().scalars(select(ScenarioFile.id)).one()
    path = f"/zh/scenarios/{scenario_id}/edit/files"
    browser = world.client("owner")
    assert browser.post(path, data={"drop": str(file_id + 99)}).status_code == 404
    assert browser.post(path, data={"drop": str(file_id)}).status_code == 302
    assert _files(scenario_id) == []
