"""Variants and accessories: values that replace the product's own, and nothing else of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from marketplace.bids.services.choosing import offer_of
from marketplace.catalogue import queries, services
from marketplace.catalogue.models import Evidence, Product, Specification, VariantKind
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import InvalidMany
from marketplace.kernel.text import Text
from marketplace.matching.offering import offers
from marketplace.vocabulary.parameters import parameters, parse
from tests.factories.stages import said, words
from tests.factories.world import World

ROW = {
    "rows-0-parameter": "payload",
    "rows-0-value": "80",
    "rows-0-unit": "kg",
    "rows-0-evidence": "laboratory",
    "rows-0-evidence_date": "2026-01-10",
    "rows-0-expires": "2028-01-10",
}
NAMED = {"kind": "accessory", "name_zh": "重载套件", "name_en": "Heavy kit", "extra_price": "3"}


def _value(parameter: str, typed: str) -> services.SpecificationData:
    value = parse(parameters()[parameter], typed)
    return services.SpecificationData(parameter=parameter, value=value, condition=Text(), evidence=Evidence.CLAIMED)


def test_a_vendor_enters_changes_and_removes_an_accessory(world: World) -> None:
    product_id = world.product().id
    browser = world.client("vendor")
    answer = browser.post(f"/zh/products/{product_id}/variants/new", data=NAMED | ROW)
    assert (answer.status_code, answer.location) == (302, f"/zh/products/{product_id}#variants")
    row = session().get_one(Product, product_id)
    (kit,) = row.variants
    (value,) = kit.specifications
    assert (kit.kind, kit.name.en, kit.extra_price) == (VariantKind.ACCESSORY, "Heavy kit", 3)
    assert (value.value.low, value.evidence, value.expires) == (80, Evidence.LABORATORY, date(2028, 1, 10))
    assert {s.parameter: s.value.typed for s in row.specifications} == {
        "payload": "50",
        "runtime": "12",
        "lift_ride": "yes",
    }
    page = words(world.app.test_client(), f"/en/products/{product_id}")
    assert "Heavy kit Accessory CNY 30,000 extra Rated payload 80 kg 50 kg" in page
    kit_id = kit.id
    address = f"/zh/products/{product_id}/variants/{kit_id}"
    assert "产品本身： 50 kg" in words(browser, address)
    two = {"rows-1-parameter": "runtime", "rows-1-value": "9", "rows-1-unit": "h", "rows-1-evidence": "claimed"}
    assert browser.post(address, data=NAMED | {"extra_price": ""} | ROW | two).status_code == 302
    (kit,) = session().get_one(Product, product_id).variants
    assert (kit.extra_price, [s.parameter for s in kit.specifications]) == (None, ["payload", "runtime"])
    assert browser.post(address, data=NAMED | ROW | {"rows-0-drop": "1"} | two).status_code == 302
    assert [s.parameter for s in session().get_one(Product, product_id).variants[0].specifications] == ["runtime"]
    assert browser.post(f"{address}/remove").status_code == 302
    assert session().get_one(Product, product_id).variants == []
    assert session().query(Specification).filter(Specification.variant_id.is_not(None)).all() == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name_zh": "", "name_en": ""}, "请填名称，例如“25 kg 夹爪”。"),
        ({"extra_price": "-1"}, "请填 0 或更大的整数。"),
        ({"rows-0-drop": "1"}, "请至少填一项和产品本身不同的规格。"),
        ({"rows-0-value": "很重"}, "还有 1 处要改：额定负载。"),
        ({"rows-0-expires": "2026-01-10"}, "有效期要晚于证据日期。"),
        ({"rows-0-evidence_date": ""}, "填了有效期，请把证据日期也填上。"),
        ({"rows-0-expires": "明年"}, "有效期请填成 2028-03-01 这样。"),
    ],
)
def test_what_is_wrong_stands_on_the_page_and_what_was_typed_stays(
    world: World, changed: dict[str, str], told: str
) -> None:
    product_id = world.product().id
    data = NAMED | ROW | changed
    answer = world.client("vendor").post(f"/zh/products/{product_id}/variants/new", data=data)
    assert answer.status_code == 422
    assert told in said(answer.text)
    assert f'value="{data["name_zh"]}"' in answer.text
    assert session().get_one(Product, product_id).variants == []


def test_one_more_row_is_asked_for_without_saving(world: World) -> None:
    product_id = world.product().id
    answer = world.client("vendor").post(f"/zh/products/{product_id}/variants/new", data=NAMED | ROW | {"add": "reach"})
    assert answer.status_code == 200
    assert 'name="rows-1-parameter" value="reach"' in answer.text
    assert session().get_one(Product, product_id).variants == []


def test_two_of_the_same_name_are_refused(world: World) -> None:
    product_id = world.product().id
    world.variant(product_id, payload="80")
    data = services.VariantData(
        kind=VariantKind.VARIANT, name=Text.of("加强臂"), specifications=(_value("reach", "9"),)
    )
    with pytest.raises(InvalidMany, match="同名"), unit_of_work():
        services.save_variant(world.vendor, product_id, None, data)


def _put(row: Specification) -> None:
    with unit_of_work() as work:
        work.add(row)


@pytest.mark.db
def test_each_value_is_given_once_for_the_product_and_once_for_each_variant(world: World) -> None:
    product_id = world.product().id
    one, two = (world.variant(product_id, name=name, payload="80").id for name in ("甲", "乙"))
    assert session().query(Specification).filter_by(product_id=product_id, parameter="payload").count() == 3
    for variant_id in (None, one, two):
        twice = Specification(
            product_id=product_id, variant_id=variant_id, parameter="payload", value_json={}, evidence=Evidence.CLAIMED
        )
        with pytest.raises(IntegrityError):
            _put(twice)


@pytest.mark.db
def test_evidence_cannot_end_before_it_began(world: World) -> None:
    value = Specification(product_id=world.product().id, parameter="reach", value_json={}, evidence=Evidence.LABORATORY)
    value.evidence_date = value.expires = date(2026, 1, 10)
    with pytest.raises(IntegrityError):
        _put(value)


def test_bids_files_and_the_sheet_go_on_meaning_the_product_itself(world: World) -> None:
    product_id = world.product().id
    world.variant(product_id, payload="80", reach="900")
    row = queries.get(world.vendor, product_id)
    assert {k: v.stated.typed for k, v in offer_of(row).specifications.items()} == {
        "payload": "50",
        "runtime": "12",
        "lift_ride": "yes",
    }
    with unit_of_work():
        services.set_specifications(world.vendor, product_id, [_value(p, "40") for p in ("payload", "runtime")])
    row = queries.get(world.vendor, product_id)
    assert [s.value.typed for s in row.specifications] == ["40", "40"]
    assert {s.parameter: s.value.typed for s in row.variants[0].specifications} == {"payload": "80", "reach": "900"}


def test_expired_evidence_is_said_and_drawn_as_a_claim(world: World) -> None:
    product_id = world.product().id
    browser = world.client("vendor")
    sheet = ROW | {"rows-0-evidence_date": "2024-02-01", "rows-0-expires": "2026-03-01"}
    assert browser.post(f"/zh/products/{product_id}/specifications", data=sheet).status_code == 302
    page = world.app.test_client().get(f"/en/products/{product_id}").text
    assert "Test report · 2024-02 · expired 2026-03-01, treated as self-declared" in said(page)
    assert page.count('class="ev e3"') == 1, "only the legend still draws a report"
    sheet["rows-0-expires"] = "2026-03-02"
    assert browser.post(f"/zh/products/{product_id}/specifications", data=sheet).status_code == 302
    page = world.app.test_client().get(f"/en/products/{product_id}").text
    assert "Test report · 2024-02 · valid until 2026-03-02" in said(page)
    assert page.count('class="ev e3"') == 2


def test_a_variant_is_found_by_its_name(world: World) -> None:
    product_id = world.product().id
    world.variant(product_id, name="耐寒套件", temperature="-25~25")
    world.work()
    assert "拂晓 M3" in words(world.app.test_client(), "/zh/products?q=耐寒套件")


def test_the_match_weighs_the_product_with_its_variant_and_knows_when_evidence_ends(world: World) -> None:
    product_id = world.product().id
    world.variant(product_id, payload="80")
    until = {"rows-0-parameter": "runtime", "rows-0-value": "12", "rows-0-unit": "h"}
    until |= {k: v for k, v in ROW.items() if "evidence" in k or "expires" in k}
    assert world.client("vendor").post(f"/zh/products/{product_id}/specifications", data=until).status_code == 302
    lines = offers([product_id])[product_id].specifications
    assert [(s.parameter, s.variant, s.expires) for s in lines] == [
        ("runtime", "", date(2028, 1, 10)),
        ("payload", "加强臂", None),
    ]
