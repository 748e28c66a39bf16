"""A change after listing keeps what the page said before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from marketplace.catalogue import queries, services
from marketplace.catalogue.entering import data_of
from marketplace.catalogue.models import Evidence, ProductVersion
from marketplace.catalogue.services import SpecificationData, measured_here, set_specifications
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Invalid
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import parameters, parse
from tests.factories.stages import words
from tests.factories.world import World

SHEET = {
    "rows-0-parameter": "payload",
    "rows-0-value": "40",
    "rows-0-unit": "kg",
    "rows-0-evidence": "claimed",
    "rows-1-parameter": "runtime",
    "rows-1-value": "12",
    "rows-1-unit": "h",
    "rows-1-evidence": "claimed",
}


def _kept(product_id: int) -> list[ProductVersion]:
    query = select(ProductVersion).where(ProductVersion.product_id == product_id)
    return list(session().scalars(query.order_by(ProductVersion.number)))


def test_a_draft_keeps_nothing_and_a_listing_is_the_first_version(world: World) -> None:
    draft = world.product(name="草稿", listed=False).id
    assert _kept(draft) == []
    assert "还没有版本" in words(world.client("vendor"), f"/zh/products/{draft}/versions")
    (first,) = _kept(world.product().id)
    assert (first.number, first.user_id, first.content["name"]["zh"]) == (1, world.users["vendor"], "拂晓 M3")
    assert [s["value"]["typed"] for s in first.content["specifications"]] == ["yes", "50", "12"]


def test_each_change_is_kept_with_who_made_it_and_read_field_by_field(world: World) -> None:
    product_id = world.product().id
    browser = world.client("vendor")
    assert browser.post(f"/zh/products/{product_id}/specifications", data=SHEET).status_code == 302
    assert browser.post(f"/zh/products/{product_id}/services", data={"services": ["training"]}).status_code == 302
    world.variant(product_id, payload="80")
    assert [v.number for v in _kept(product_id)] == [1, 2, 3, 4]
    page = words(browser, f"/zh/products/{product_id}/versions")
    assert "额定负载 50 kg · 自报 40 kg · 自报" in page
    assert "乘梯能力 是 · 自报 删去" in page
    assert "随产品提供的服务 未写明 操作培训" in page
    assert "加强臂 · 额定负载 未写明 80 kg · 自报" in page
    assert page.index("第 4 版") < page.index("第 3 版") < page.index("第 1 版")
    assert "vendor" in page
    english = words(world.client("officer"), f"/en/products/{product_id}/versions")
    assert "Rated payload 50 kg · Self-declared 40 kg · Self-declared" in english


def test_saving_the_same_again_is_no_new_version(world: World) -> None:
    product_id = world.product().id
    page = data_of(queries.get(world.vendor, product_id)).page
    with unit_of_work():
        services.edit(world.vendor, product_id, page)
    assert len(_kept(product_id)) == 1
    with unit_of_work():
        services.edit(world.vendor, product_id, replace(page, price_max=20))
    assert [v.content["price_max"] for v in _kept(product_id)] == [18, 20]


def test_only_the_vendor_and_staff_read_it(world: World) -> None:
    product_id = world.product().id
    assert world.rival_id
    found = {
        n: world.client(n).get(f"/zh/products/{product_id}/versions").status_code
        for n in ("vendor", "rival", "officer", "auditor", "stranger")
    }
    assert found == {"vendor": 200, "rival": 403, "officer": 200, "auditor": 200, "stranger": 403}


@pytest.mark.parametrize(
    ("condition", "on", "is_taken"),
    [("", date(2024, 1, 5), True), ("任何坡度，满速", date(2024, 1, 5), False), ("", date(2026, 3, 1), False)],
)
def test_what_was_measured_here_is_said_as_it_was_measured(
    world: World, condition: str, on: date, is_taken: bool
) -> None:
    product_id = world.product().id
    with unit_of_work():
        measured_here(SYSTEM, product_id, "payload", on=date(2024, 1, 5))
    data = [
        SpecificationData(parameter=k, value=parse(parameters()[k], v), condition=c, evidence=e, evidence_date=d)
        for k, v, c, e, d in (
            ("payload", "50", Text.of(condition), Evidence.TRIAL, on),
            ("runtime", "12", Text(), Evidence.CLAIMED, None),
        )
    ]
    if is_taken:
        with unit_of_work():
            set_specifications(world.vendor, product_id, data)
        return
    with pytest.raises(Invalid), unit_of_work():
        set_specifications(world.vendor, product_id, data)
