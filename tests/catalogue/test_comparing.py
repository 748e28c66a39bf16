"""Products side by side: what differs is said in words, and only what is public is shown."""

from __future__ import annotations

import re

from marketplace.catalogue import services
from marketplace.catalogue.models import Evidence
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import parameters, parse
from tests.factories.stages import said, words
from tests.factories.world import World


def _row(page: str, name: str) -> str:
    """One line of the table as read."""
    (line,) = (t for t in re.findall(r"<tr>.*?</tr>", page, re.S) if f'scope="row">{name}' in t)
    return said(line)


def test_products_stand_side_by_side_and_rows_that_differ_say_so(world: World) -> None:
    one = world.product(name="甲", payload="50").id
    two = world.product("rival", name="乙", payload="60", reach="900").id
    world.variant(one, payload="80")
    page = world.app.test_client().get(f"/zh/products/compare?id={one}&id={two}").text
    assert _row(page, "额定负载") == "额定负载 不同 50 kg 自报 60 kg 自报"
    assert _row(page, "续航时间") == "续航时间 12 h 自报 12 h 自报"
    assert _row(page, "工作半径") == "工作半径 没有填 900 mm 自报"
    assert _row(page, "参考价") == "参考价 18 万元 18 万元"
    assert _row(page, "型号与配件") == "型号与配件 1 个 没有填"
    assert f'href="/zh/products/compare?id={two}"' in page, "the first can be taken away"


def test_the_same_weight_in_another_unit_is_no_difference(world: World) -> None:
    one, two = world.product(name="甲", payload="50").id, world.product(name="乙").id
    value = parse(parameters()["payload"], "0.05", "t")
    weight = services.SpecificationData(parameter="payload", value=value, condition=Text(), evidence=Evidence.CLAIMED)
    with unit_of_work():
        services.set_specifications(world.vendor, two, [weight])
    page = world.app.test_client().get(f"/zh/products/compare?id={one}&id={two}").text
    assert _row(page, "额定负载") == "额定负载 50 kg 自报 0.05 t = 50 kg 自报"


def test_at_most_four_and_none_that_is_not_public(world: World) -> None:
    ids = [world.product(name=f"第{n}款").id for n in range(5)]
    draft = world.product(name="藏着的草稿", listed=False).id
    address = "/zh/products/compare?" + "&".join(f"id={i}" for i in [draft, *ids, 9999])
    page = words(world.client("vendor"), address)
    assert "藏着的草稿" not in page
    assert [f"第{n}款" in page for n in range(5)] == [True] * 4 + [False]
    assert "一次最多对比 4 款" in page
    assert "有 2 款现在没有公开" in page


def test_a_comparison_begins_on_a_product_s_page_and_grows_by_links(world: World) -> None:
    one, two = world.product(name="甲").id, world.product("rival", name="乙").id
    world.work()
    browser = world.app.test_client()
    assert f'href="/zh/products/compare?id={one}"' in browser.get(f"/zh/products/{one}").text
    alone = browser.get(f"/zh/products/compare?id={one}").text
    assert "再加一款，才能对比。" in alone
    assert f'href="/zh/products/compare?id={one}&amp;id={two}"' in alone
    found = browser.get(f"/zh/products?q=乙&id={one}").text
    assert f'href="/zh/products/compare?id={one}&amp;id={two}"' in found
    assert f'<input type="hidden" name="id" value="{one}">' in found
    assert "还没有选产品" in words(browser, "/zh/products/compare?id=x&id=")
