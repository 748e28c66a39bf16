"""Pictures and files of a product: kept in two sizes, described, put in order, and had by those who see the product."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from marketplace.catalogue import queries, services
from marketplace.catalogue.models import FileKind, Product, ProductFile, ProductPicture
from marketplace.console.checks import differences
from marketplace.demo.content import paper
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.pictures import in_sizes
from marketplace.infra.files.services import Upload, store
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, NotFound
from marketplace.kernel.text import Text
from marketplace.matching.models import Arrival
from tests.factories.stages import said, words
from tests.factories.world import World

PAINTS = ("red", "green", "blue", "white", "black", "yellow", "grey", "brown", "pink")


def image(paint: str = "red", size: tuple[int, int] = (640, 400), kind: str = "PNG", **more: Any) -> bytes:
    """A picture of one paint."""
    out = BytesIO()
    Image.new("RGB", size, paint).save(out, kind, **more)
    return out.getvalue()


def add(
    world: World, product_id: int, text: str = "正面", paint: str = "red", size: tuple[int, int] = (640, 400)
) -> int:
    """A picture that the vendor added through the service; answers its id."""
    made = in_sizes(Upload(f"{paint}.png", "image/png", image(paint, size)))
    with unit_of_work():
        return services.add_picture(world.vendor, product_id, made, description=Text.of(text)).id


def add_file(world: World, product_id: int, title: str = "M3 手册", kind: FileKind = FileKind.DATASHEET) -> int:
    """A file that the vendor added through the service; answers its id."""
    with unit_of_work():
        return services.add_file(world.vendor, product_id, paper(title), kind=kind, title=Text.of(title)).id


def order(product_id: int) -> list[tuple[int, str]]:
    """Position and description of a product's pictures."""
    query = select(ProductPicture).where(ProductPicture.product_id == product_id).order_by(ProductPicture.position)
    return [(p.position, p.description.zh) for p in session().scalars(query)]


def send(browser: FlaskClient, product_id: int, data: bytes, name: str = "a.png", **fields: str) -> Any:
    """The form that adds a picture, as a browser sends it."""
    sent = {"file": (BytesIO(data), name), **fields}
    return browser.post(f"/zh/products/{product_id}/pictures", data=sent, content_type="multipart/form-data")


def test_a_picture_is_kept_in_two_sizes_without_what_a_camera_wrote_into_it(world: World) -> None:
    product_id = world.product(listed=False).id
    exif = Image.Exif()
    exif[0x010E] = "Lab 3, ask for Li"
    answer = send(
        world.client("vendor"),
        product_id,
        image(size=(2400, 1200), kind="JPEG", exif=exif),
        "DSC 01.jpg",
        description_zh="正面",
        description_en="Front",
    )
    assert (answer.status_code, answer.location) == (302, f"/zh/products/{product_id}/pictures")
    row = session().scalars(select(ProductPicture)).one()
    assert (row.width, row.height, row.small_width, row.small_height) == (1600, 800, 480, 240)
    assert (row.position, row.description.zh, row.description.en) == (0, "正面", "Front")
    for file_id, size in ((row.file_id, (1600, 800)), (row.small_id, (480, 240))):
        kept = session().get_one(StoredFile, file_id)
        data = store().get(kept.key)
        found = Image.open(BytesIO(data))
        assert (found.format, found.size, dict(found.getexif())) == ("WEBP", size, {})
        assert (kept.name, kept.media_type, kept.size) == ("DSC 01.webp", "image/webp", len(data))
        assert b"ask for Li" not in data
    assert list(differences()) == []


def test_a_small_or_narrow_picture_is_not_enlarged_and_keeps_its_shape(app: object) -> None:
    small = in_sizes(Upload("a.png", "image/png", image(size=(300, 200))))
    assert [(s.width, s.height) for s in (small.large, small.small)] == [(300, 200), (300, 200)]
    narrow = in_sizes(Upload("a.png", "image/png", image(size=(3, 3000))))
    assert [(s.width, s.height) for s in (narrow.large, narrow.small)] == [(2, 1600), (1, 480)]


def test_a_picture_with_clear_parts_stays_clear(app: object) -> None:
    out = BytesIO()
    Image.new("RGBA", (600, 600), (0, 0, 0, 0)).save(out, "PNG")
    made = in_sizes(Upload("a.png", "image/png", out.getvalue()))
    assert Image.open(BytesIO(made.small.upload.data)).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.gif", image(kind="GIF"), "这里收 png、jpg、jpeg、webp 文件。"),
        ("a.pdf", paper("A").data, "这里收 png、jpg、jpeg、webp 文件。"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "这里收 png、jpg、jpeg、webp 文件。"),
        ("a.png", paper("A").data, "文件内容和扩展名“.png”不符。"),
        ("a.png", image()[:200], "这张图片打不开。"),
        ("a.png", b"", "这个文件是空的。"),
    ],
)
def test_what_is_no_picture_is_refused_beside_the_field_and_what_was_typed_stays(
    world: World, name: str, data: bytes, told: str
) -> None:
    product_id = world.product().id
    answer = send(world.client("vendor"), product_id, data, name, description_zh="侧面", description_en="Side view")
    assert answer.status_code == 422
    assert told in said(answer.text)
    assert ('value="侧面"' in answer.text, 'value="Side view"' in answer.text) == (True, True)
    assert (order(product_id), store().keys() - {f.key for f in session().scalars(select(StoredFile))}) == ([], set())


def test_a_picture_without_words_is_refused_and_the_others_stay(world: World) -> None:
    product_id = world.product().id
    add(world, product_id)
    browser = world.client("vendor")
    answer = send(browser, product_id, image("blue"))
    assert answer.status_code == 422
    assert "请写图里是什么，看不到图片的人靠它了解。" in said(answer.text)
    assert order(product_id) == [(0, "正面")]
    nothing = browser.post(f"/zh/products/{product_id}/pictures", data={"description_zh": "背面"})
    assert nothing.status_code == 422
    assert "请先选择一张图片。" in said(nothing.text)
    assert 'value="背面"' in nothing.text


def test_eight_pictures_and_ten_files_are_the_most(world: World) -> None:
    product_id = world.product().id
    for number in range(services.MOST_PICTURES):
        add(world, product_id, str(number), size=(8, 8))
    with pytest.raises(Conflict, match="最多 8 张图片"):
        add(world, product_id, "九", size=(8, 8))
    answer = send(world.client("vendor"), product_id, image(), description_zh="九")
    assert (answer.status_code, len(order(product_id))) == (409, 8)
    assert "已有 8 张，到上限了。" in said(answer.text)
    for number in range(services.MOST_FILES):
        add_file(world, product_id, str(number))
    with pytest.raises(Conflict, match="最多 10 个文件"):
        add_file(world, product_id, "十一")
    assert list(differences()) == []


def test_pictures_change_places_by_plain_buttons_and_the_first_is_the_cover(world: World) -> None:
    product_id = world.product().id
    ids = {name: add(world, product_id, name, paint) for name, paint in zip("甲乙丙", PAINTS)}
    browser = world.client("vendor")

    def press(name: str, to: str) -> list[str]:
        answer = browser.post(f"/zh/products/{product_id}/pictures/{ids[name]}/move", data={"to": to})
        assert (answer.status_code, answer.location) == (302, f"/zh/products/{product_id}/pictures#p{ids[name]}")
        found = order(product_id)
        assert [position for position, _text in found] == list(range(len(found)))
        return [text for _position, text in found]

    assert press("丙", "first") == ["丙", "甲", "乙"]
    assert press("丙", "down") == ["甲", "丙", "乙"]
    assert press("乙", "up") == ["甲", "乙", "丙"]
    assert press("丙", "down") == ["甲", "乙", "丙"]
    assert press("甲", "up") == ["甲", "乙", "丙"]
    assert browser.post(f"/zh/products/{product_id}/pictures/{ids['甲']}/move", data={"to": "away"}).status_code == 404
    cover = queries.visible(world.vendor, [product_id])[0].cover
    assert cover is not None
    assert cover.description.zh == "甲"
    answer = browser.post(f"/zh/products/{product_id}/pictures/{ids['甲']}/remove")
    assert (answer.status_code, order(product_id)) == (302, [(0, "乙"), (1, "丙")])
    assert list(differences()) == []


def test_a_description_is_said_anew_and_an_older_translation_is_marked(world: World) -> None:
    product_id = world.product().id
    send(world.client("vendor"), product_id, image(), description_zh="正面", description_en="Front")
    picture_id = session().scalars(select(ProductPicture.id)).one()
    browser = world.client("vendor")
    address = f"/zh/products/{product_id}/pictures/{picture_id}/edit"
    assert 'value="Front"' in browser.get(address).text
    assert browser.post(address, data={"description_zh": "", "description_en": ""}).status_code == 422
    answer = browser.post(address, data={"description_zh": "背面", "description_en": "Front"})
    assert answer.status_code == 302
    text = session().get_one(ProductPicture, picture_id).description
    assert (text.zh, text.en, text.is_stale) == ("背面", "Front", True)


def test_a_picture_brings_no_product_to_the_market_and_spoils_no_open_form(world: World) -> None:
    """Who waits for a product that meets a need is not woken by a picture of one that was there all along."""
    product_id = world.product().id
    arrivals, row = select(func.count()).select_from(Arrival), session().get_one(Product, product_id)
    came, revision, changed_at = session().scalar(arrivals), row.revision, row.changed_at
    add(world, product_id)
    add_file(world, product_id)
    row = session().get_one(Product, product_id)
    assert (session().scalar(arrivals), row.revision, row.changed_at) == (came, revision, changed_at)
    acts = session().scalars(select(AuditRow.act).order_by(AuditRow.id)).all()
    assert acts[-2:] == ["ProductMediaChanged", "ProductMediaChanged"]
    assert list(differences()) == []


def test_a_file_is_added_called_otherwise_downloaded_and_removed(world: World) -> None:
    product_id = world.product().id
    browser, public = world.client("vendor"), world.app.test_client()
    address = f"/zh/products/{product_id}/files"
    data = {"file": (BytesIO(paper("Report").data), "报告 A.pdf"), "title_zh": "负载检测报告", "kind": "report"}
    answer = browser.post(address, data=data, content_type="multipart/form-data")
    assert (answer.status_code, answer.location) == (302, address)
    row = session().scalars(select(ProductFile)).one()
    assert (row.kind, row.title.zh, row.file.name) == (FileKind.REPORT, "负载检测报告", "报告 A.pdf")
    assert "负载检测报告 检测报告 PDF · 1 KB" in words(public, f"/zh/products/{product_id}")
    got = public.get(f"{address}/{row.id}")
    assert got.data == paper("Report").data
    disposition = got.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert disposition.endswith("filename*=UTF-8''%E6%8A%A5%E5%91%8A%20A.pdf")
    assert (got.mimetype, got.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    mended = {"title_zh": "使用说明", "title_en": "Manual", "kind": "manual"}
    assert browser.post(f"{address}/{row.id}/edit", data=mended).status_code == 302
    assert "Manual Manual PDF · 1 KB" in words(public, f"/en/products/{product_id}")
    file_id = row.id
    assert browser.post(f"{address}/{file_id}/remove").status_code == 302
    assert public.get(f"{address}/{file_id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.zip", b"PK\x03\x04", "这里收 pdf、docx、xlsx、pptx、txt 文件。"),
        ("a.png", image(), "这里收 pdf、docx、xlsx、pptx、txt 文件。"),
        ("a.pdf", image(), "文件内容和扩展名“.pdf”不符。"),
    ],
)
def test_other_kinds_of_files_are_refused_and_the_title_stays(world: World, name: str, data: bytes, told: str) -> None:
    product_id = world.product().id
    sent = {"file": (BytesIO(data), name), "title_zh": "手册", "kind": "manual"}
    answer = world.client("vendor").post(
        f"/zh/products/{product_id}/files", data=sent, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert told in said(answer.text)
    assert ('value="手册"' in answer.text, session().scalars(select(ProductFile)).all()) == (True, [])
    assert re.search(r'checked[^>]*value="manual"|value="manual"[^>]*checked', answer.text)


def test_a_draft_s_pictures_and_files_are_seen_by_those_who_see_the_draft(world: World) -> None:
    assert world.rival_id
    product_id = world.product(listed=False).id
    picture_id, file_id = add(world, product_id), add_file(world, product_id)
    stored = session().get_one(ProductPicture, picture_id)
    addresses = [f"/zh/products/{product_id}/pictures/{n}" for n in (stored.file_id, stored.small_id)]
    addresses.append(f"/zh/products/{product_id}/files/{file_id}")

    def answers(name: str) -> set[int]:
        browser = world.client(name) if name else world.app.test_client()
        return {browser.get(address).status_code for address in addresses}

    people = ("vendor", "officer", "auditor", "rival", "stranger", "administrator", "")
    assert [answers(p) for p in people] == [{200}, {200}, {200}, {404}, {404}, {404}, {404}]
    with unit_of_work():
        services.list_(world.vendor, product_id)
    assert [answers(p) for p in people] == [{200}] * 7
    with unit_of_work():
        services.withdraw(world.vendor, product_id)
    assert [answers(p) for p in people] == [{200}, {200}, {200}, {404}, {404}, {404}, {404}]


def test_a_picture_or_file_is_reached_through_its_own_product_only(world: World) -> None:
    product_id, other = world.product().id, world.product(name="另一款").id
    stored = session().get_one(ProductPicture, add(world, product_id)).file_id
    file_id = add_file(world, product_id)
    browser = world.client("vendor")
    licence = session().scalars(select(StoredFile.id).order_by(StoredFile.id)).first()
    for address in (
        f"/zh/products/{other}/pictures/{stored}",
        f"/zh/products/{other}/files/{file_id}",
        f"/zh/products/{product_id}/pictures/{licence}",
        f"/zh/products/{product_id}/pictures/{session().get_one(ProductFile, file_id).file_id}",
    ):
        assert browser.get(address).status_code == 404, address
    with pytest.raises(NotFound), unit_of_work():
        services.remove_file(world.vendor, other, file_id)


def test_only_the_vendor_s_editors_change_them(world: World) -> None:
    product_id = world.product().id
    picture_id, file_id = add(world, product_id), add_file(world, product_id)
    for actor in (world.rival, world.officer, world.stranger):
        for act in (
            lambda a=actor: services.remove_picture(a, product_id, picture_id),
            lambda a=actor: services.remove_file(a, product_id, file_id),
            lambda a=actor: services.move_picture(a, product_id, picture_id, "first"),
            lambda a=actor: services.describe_picture(a, product_id, picture_id, description=Text.of("假")),
        ):
            with pytest.raises(Forbidden), unit_of_work():
                act()
    assert (order(product_id), len(session().scalars(select(ProductFile)).all())) == ([(0, "正面")], 1)


def test_a_public_picture_is_kept_by_the_browser_alone_and_asked_for_again_by_its_digest(world: World) -> None:
    product_id = world.product().id
    row = session().get_one(ProductPicture, add(world, product_id))
    address, digest = f"/zh/products/{product_id}/pictures/{row.file_id}", row.file.sha256
    browser = world.app.test_client()
    answer = browser.get(address)
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["Cache-Control"] == "private, max-age=600, must-revalidate"
    assert answer.headers["ETag"] == f'"{digest}"'
    again = browser.get(address, headers={"If-None-Match": f'"{digest}"'})
    assert (again.status_code, again.data) == (304, b"")
    with unit_of_work():
        services.withdraw(world.vendor, product_id)
    assert browser.get(address, headers={"If-None-Match": f'"{digest}"'}).status_code == 404
    own = world.client("vendor").get(address)
    assert (own.status_code, own.headers["Cache-Control"]) == (200, "private, no-cache")
