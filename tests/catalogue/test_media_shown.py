"""How pictures and files are shown: on the product's page, in lists, and in the versions that keep what stood."""

from __future__ import annotations

import re

from sqlalchemy import select

from marketplace.catalogue import services
from marketplace.catalogue.models import Product, ProductFile, ProductPicture, ProductVersion
from marketplace.console.checks import differences
from marketplace.infra.files.services import store
from marketplace.infra.search.services import rebuild
from marketplace.kernel.db import session
from tests.catalogue.test_media import add, add_file, order
from tests.factories.stages import counted, words
from tests.factories.world import World


def test_the_page_shows_the_cover_large_and_keeps_a_place_for_every_picture(world: World) -> None:
    product_id = world.product().id
    first = session().get_one(ProductPicture, add(world, product_id, "正面", "red", (2000, 1000)))
    second = session().get_one(ProductPicture, add(world, product_id, "背面", "blue", (300, 600)))
    base = f"/en/products/{product_id}/pictures"
    page = world.app.test_client().get(f"/en/products/{product_id}").text
    gallery = page.partition('<section class="gallery"')[2].partition("</section>")[0]
    pictures = re.findall(r"<img [^>]*>", gallery)
    links = re.findall(r'<a [^>]*href="([^"]+)"', gallery)
    assert links == [f"{base}/{first.file_id}", f"{base}/{second.file_id}"]
    assert f"{base}/{first.small_id} 480w, {base}/{first.file_id} 1600w" in pictures[0]
    assert ('width="480" height="240"' in pictures[0], 'alt="正面" lang="zh-CN"' in pictures[0]) == (True, True)
    assert ('width="240" height="480"' in pictures[1], 'alt="背面"' in pictures[1]) == (True, True)
    assert ['loading="lazy"' in p for p in pictures] == [False, True]


def test_lists_and_comparing_show_the_cover_or_else_the_drawn_picture(world: World) -> None:
    product_id, bare = world.product().id, world.product(name="没有图").id
    small = session().get_one(ProductPicture, add(world, product_id)).small_id
    rebuild()
    browser = world.app.test_client()
    for address in ("/zh/products", f"/zh/organisations/{world.vendor_id}"):
        cards = browser.get(address).text.split('<article class="card-c')[1:]
        drawn = {c.count(f"/zh/products/{product_id}/pictures/{small}"): c.count("<use href=") for c in cards}
        assert len(cards) == 2, address
        assert [("pictures.svg" in c, f"/pictures/{small}" in c) for c in cards if f"/products/{bare}" in c] == [
            (True, False)
        ]
        assert [("pictures.svg" in c, f"/pictures/{small}" in c) for c in cards if f"/products/{product_id}" in c] == [
            (False, True)
        ]
        assert drawn
    compared = browser.get(f"/zh/products/compare?id={product_id}&id={bare}").text
    assert (compared.count(f"/pictures/{small}"), compared.count("pictures.svg")) == (1, 1)


def test_thirty_products_with_pictures_ask_as_often_as_one(world: World) -> None:
    ids = [world.product().id]
    add(world, ids[0], size=(8, 8))
    browser = world.app.test_client()

    def asked() -> dict[str, tuple[int, int]]:
        """How many pictures each page shows and how many statements it needs."""
        rebuild()
        found = {}
        compared = "&".join(f"id={i}" for i in ids[:3])
        for address in ("/zh/products", f"/zh/organisations/{world.vendor_id}", f"/zh/products/compare?{compared}"):
            browser.get(address)
            with counted(world.app) as statements:
                page = browser.get(address).text
            found[address.partition("?")[0].rpartition("/")[2]] = (page.count('class="photo"'), len(statements))
        return found

    one = asked()
    for number in range(29):
        ids.append(world.product(name=f"第{number}款").id)
        add(world, ids[-1], size=(8, 8))
    thirty = asked()
    assert [pictures for pictures, _asked in one.values()] == [1, 1, 1]
    assert [pictures for pictures, _asked in thirty.values()] == [20, 8, 3]
    assert [asked for _pictures, asked in thirty.values()] == [asked for _pictures, asked in one.values()]


def test_a_product_s_page_asks_as_often_for_eight_pictures_and_ten_files_as_for_one(world: World) -> None:
    product_id = world.product().id
    browser = world.app.test_client()
    found = []
    for pictures, files in ((1, 1), (8, 10)):
        while len(order(product_id)) < pictures:
            add(world, product_id, size=(8, 8))
        while len(session().scalars(select(ProductFile.id)).all()) < files:
            add_file(world, product_id)
        browser.get(f"/zh/products/{product_id}")
        with counted(world.app) as statements:
            assert browser.get(f"/zh/products/{product_id}").status_code == 200
        found.append(len(statements))
    assert found[0] == found[1]


def test_versions_say_which_pictures_and_files_stood_and_keep_what_was_taken_away(world: World) -> None:
    product_id = world.product().id
    one, two = add(world, product_id, "正面", "red"), add(world, product_id, "背面", "blue")
    file_id = add_file(world, product_id)
    pictures = {p.id: p.file for p in session().scalars(select(ProductPicture))}
    handbook = session().get_one(ProductFile, file_id).file
    browser = world.client("vendor")
    browser.post(f"/zh/products/{product_id}/pictures/{two}/move", data={"to": "first"})
    browser.post(f"/zh/products/{product_id}/pictures/{one}/remove")
    browser.post(f"/zh/products/{product_id}/files/{file_id}/remove")
    kept = session().scalars(select(ProductVersion).order_by(ProductVersion.number)).all()
    named = [[p["key"] for p in v.content.get("pictures", ())] for v in kept]
    red, blue = pictures[one].sha256, pictures[two].sha256
    assert named == [[], [red], [red, blue], [red, blue], [blue, red], [blue], [blue]]
    assert kept[3].content["files"] == [
        {"key": handbook.sha256, "name": handbook.name, "kind": "datasheet", "title": {"zh": "M3 手册", "en": ""}}
    ]
    assert "files" not in kept[6].content
    for stored in (*pictures.values(), handbook):
        assert store().get(stored.key)
    page = words(browser, f"/zh/products/{product_id}/versions")
    assert f"图片 · red.webp ({red[:8]}) 未写明 封面 · 正面" in page
    assert f"图片 · blue.webp ({blue[:8]}) 第 2 张 · 背面 封面 · 背面" in page
    assert f"图片 · red.webp ({red[:8]}) 第 2 张 · 正面 删去" in page
    assert f"文件 · {handbook.name} ({handbook.sha256[:8]}) 产品手册 · M3 手册 删去" in page
    english = words(world.client("officer"), f"/en/products/{product_id}/versions")
    assert f"Picture · blue.webp ({blue[:8]}) Picture 2 · 背面 Cover · 背面" in english
    assert list(differences()) == []


def test_a_product_without_pictures_says_nothing_of_them_in_its_version(world: World) -> None:
    """So a version kept before pictures existed equals the same page now."""
    product_id = world.product().id
    content = session().scalars(select(ProductVersion.content)).one()
    assert {"pictures", "files"} & content.keys() == set()
    assert content == services.content_of(session().get_one(Product, product_id))
