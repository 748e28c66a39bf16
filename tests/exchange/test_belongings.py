"""What belongs to a product in a file: variants with their values, certificates, places, services; read, refused, left alone."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.entering import WholeProduct
from marketplace.catalogue.models import Certificate, Evidence, Mark, PriceKind, Product, VariantKind
from marketplace.exchange import services
from marketplace.exchange.columns import PRODUCTS
from marketplace.exchange.services import File
from marketplace.exchange.writing import as_json, as_workbook, tables
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import parameters, parse
from tests.exchange.test_pages import imported, product, sent
from tests.factories.world import World

KIT: dict[str, Any] = {"name": {"zh": "重载套件", "en": "Heavy kit"}, "kind": "accessory", "extra_price": 0}
ARM: dict[str, Any] = {"name": {"zh": "长臂型"}, "kind": "variant"}
VALUES = [
    *product()["specifications"],
    {"variant": "Heavy kit", "parameter": "payload", "value": "80 kg", "evidence": "laboratory",
     "evidence_date": "2026-01-10", "expires": "2028-01-10"},
    {"variant": "长臂型", "parameter": "reach", "value": "1300 mm"},
]  # fmt: skip
WHOLE: dict[str, Any] = {
    "specifications": VALUES,
    "variants": [KIT, ARM],
    "certificates": [{"standard": "ISO 13482", "number": "X-1", "issued": "2025-11-03", "expires": "2028-11-02"}],
    "deployments": [{"place": {"zh": "某医院"}, "district": "310104", "since": "2025-12", "units": 6}],
    "services": ["training", "maintenance"],
}


def _row() -> Product:
    session().rollback()
    return session().scalars(select(Product)).one()


def _imported(world: World, **changes: Any) -> Product:
    answer = imported(world.client("vendor"), product(**changes), kind="products", organisation=str(world.vendor_id))
    assert answer.status_code == 302, answer.text
    return _row()


def _refused(world: World, **changes: Any) -> str:
    answer = sent(
        world.client("vendor"), product(**(WHOLE | changes)), kind="products", organisation=str(world.vendor_id)
    )
    assert answer.status_code == 422
    return str(answer.text)


@pytest.mark.db
def test_a_product_comes_in_with_all_that_belongs_to_it(world: World) -> None:
    row = _imported(world, **WHOLE)
    assert [(v.name.zh, v.kind, v.extra_price) for v in row.variants] == [
        ("重载套件", VariantKind.ACCESSORY, 0),
        ("长臂型", VariantKind.VARIANT, None),
    ]
    (payload,), (reach,) = (v.specifications for v in row.variants)
    assert (payload.value.low, payload.evidence, payload.expires) == (80, Evidence.LABORATORY, date(2028, 1, 10))
    assert (reach.value.low, len(row.specifications)) == (1300, 3)
    assert [(c.standard, c.number, c.body, c.expires) for c in row.certificates] == [
        ("ISO 13482", "X-1", "", date(2028, 11, 2))
    ]
    assert [(d.place.zh, d.district, d.since, d.units) for d in row.deployments] == [("某医院", "310104", "2025-12", 6)]
    assert row.services == ["maintenance", "training"]


@pytest.mark.db
def test_a_file_that_does_not_speak_of_them_leaves_them_and_one_that_has_none_takes_them_off(world: World) -> None:
    row = _imported(world, **WHOLE)
    kit_id, certificate_id = row.variants[0].id, row.certificates[0].id
    row = _imported(world, model="M3b")
    assert (row.model, [v.id for v in row.variants][:1], row.certificates[0].id) == ("M3b", [kit_id], certificate_id)
    assert (len(row.variants), len(row.deployments), row.services) == (2, 1, ["maintenance", "training"])
    # Changed in place by its name: the same row, so that a doubt or a bid goes on meaning it.
    heavier = [*product()["specifications"], {"variant": "重载套件", "parameter": "payload", "value": "90 kg"}]
    row = _imported(world, variants=[KIT | {"extra_price": 4}], specifications=heavier)
    assert [(v.id, v.extra_price, v.specifications[0].value.low) for v in row.variants] == [(kit_id, 4, 90)]
    assert row.certificates[0].id == certificate_id
    row = _imported(world, variants=[], certificates=[], deployments=[], services=[])
    assert (row.variants, row.certificates, row.deployments, row.services) == ([], [], [], [])
    assert len(row.specifications) == 3


def test_the_preview_says_with_what_a_figure_holds_and_what_else_comes(world: World) -> None:
    browser = world.client("vendor")
    answer = sent(browser, product(**WHOLE), kind="products", organisation=str(world.vendor_id))
    page = browser.get(answer.location).text
    for text in (
        "重载套件 · 配件 · 不加价",
        "ISO 13482 · X-1 · 有效至 2028-11-02",
        "某医院 · 徐汇区 · 2025-12 · 6 台",
        "维护保养、操作培训",
        "80 kg",
    ):
        assert text in page, text
    browser.post(answer.location, data={"act": "confirm"})
    changed = WHOLE | {"variants": [KIT | {"extra_price": 5}, ARM], "services": ["remote"]}
    answer = sent(browser, product(**changed), kind="products", organisation=str(world.vendor_id))
    assert "随产品提供的服务、型号与配件</p>" in browser.get(answer.location).text
    assert browser.get(answer.location.replace("/zh/", "/en/")).status_code == 200


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"variants": [KIT]}, "$.products[0].specifications[4].variant", "“型号与配件”里没有“长臂型”"),
    ({"variants": [KIT, ARM, {"name": {"zh": "空"}, "kind": "variant"}]}, "$.products[0].variants[2].name", "请至少填一项"),
    ({"variants": [KIT, ARM | {"name": {"zh": "长臂型", "en": "heavy KIT"}}]}, "$.products[0].variants[1].name", "已经有同名的"),
    ({"variants": [KIT, ARM | {"kind": "臂"}]}, "$.products[0].variants[1].kind", "列表里没有“臂”"),
    ({"variants": [KIT, ARM | {"kind": ""}]}, "$.products[0].variants[1].kind", "请填“型号还是配件”"),
    ({"variants": [KIT | {"extra_price": "若干"}, ARM]}, "$.products[0].variants[0].extra_price", "请填 0 或更大的整数"),
    ({"variants": [KIT | {"extra_price": 2_000_000}, ARM]}, "$.products[0].variants[0].extra_price", "请填 0 到 1000000 的整数"),
    ({"specifications": [*VALUES, {"variant": "重载套件", "parameter": "payload", "value": "90 kg"}]},
     "$.products[0].specifications[5].parameter", "已经写在$.products[0].specifications[3].parameter"),
    ({"specifications": [*VALUES[:4], VALUES[4] | {"evidence": "trial", "evidence_date": "2026-01-10"}]},
     "$.products[0].specifications[4].evidence", "“本市实测”由项目办公室"),
    ({"certificates": [{"standard": ""}]}, "$.products[0].certificates[0].standard", "请填标准或证书名称"),
    ({"certificates": [{"standard": "A", "issued": "2027-01-01"}]}, "$.products[0].certificates[0].issued", "不能晚于今天"),
    ({"certificates": [{"standard": "A", "issued": "2025-01-01", "expires": "2024-01-01"}]},
     "$.products[0].certificates[0].expires", "有效期要晚于发证日期"),
    ({"certificates": [{"standard": "A", "issued": "昨天"}]}, "$.products[0].certificates[0].issued", "2026-03-01 这样"),
    ({"deployments": [{"since": "2025-12"}]}, "$.products[0].deployments[0].place", "在哪里用"),
    ({"deployments": [{"place": {"zh": "某处"}}]}, "$.products[0].deployments[0].since", "请填年和月"),
    ({"deployments": [{"place": {"zh": "某处"}, "since": "2026-12"}]}, "$.products[0].deployments[0].since", "不能晚于本月"),
    ({"deployments": [{"place": {"zh": "某处"}, "since": "2025-12", "district": "苏州"}]},
     "$.products[0].deployments[0].district", "列表里没有“苏州”"),
    ({"services": ["飞行"]}, "$.products[0].services", "列表里没有“飞行”"),
    ({"marks": [{"kind": "innovative"}]}, "$.products[0].marks", "没有“marks”这一项"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "place", "message"), MISTAKES)
def test_every_mistake_is_named_at_its_place(world: World, changes: dict[str, Any], place: str, message: str) -> None:
    page = _refused(world, **changes)
    found = [line.split("</li>")[0] for line in page.partition('class="errs"')[2].split("<li><strong>")[1:]]
    told = dict(line.split("</strong>：", 1) for line in found)
    assert message in told.get(place, ""), told
    assert len(told) == 1
    assert session().scalars(select(Product)).all() == []


def test_excel_names_sheet_row_and_column(world: World) -> None:
    contents, items, problems = services.read(File("x.json", json.dumps({"products": [product(**WHOLE)]}).encode()))
    assert (problems, contents.format) == ([], PRODUCTS)
    rows = tables(PRODUCTS, [i.data for i in items])
    rows["variants"][1]["kind"], rows["specifications"][4]["variant"] = "臂", "短臂型"
    form = {"file": (io.BytesIO(as_workbook(PRODUCTS, rows)), "产品.xlsx"), "organisation": str(world.vendor_id)}
    page = world.client("vendor").post("/zh/exchange/products", data=form, content_type="multipart/form-data").text
    for place in ("「型号与配件」第 3 行「型号还是配件」列（D3）", "「规格」第 6 行「型号或配件」列（B6）"):
        assert place in page, place


def test_a_sheet_that_is_missing_leaves_what_is_there_and_an_empty_one_clears_it(world: World) -> None:
    _imported(world, **WHOLE)
    _contents, items, _problems = services.read(
        File("x.json", json.dumps({"products": [product(model="M9")]}).encode())
    )
    rows = tables(PRODUCTS, [i.data for i in items])
    for cells in rows["products"]:
        cells["services"] = "远程支持"
    browser, counts = world.client("vendor"), []
    for missing in (("variants", "certificates", "deployments"), ()):
        kept = tuple(part for part in PRODUCTS.parts if part.name not in missing)
        format_ = type(PRODUCTS)(PRODUCTS.kind, PRODUCTS.items, kept)
        form = {"file": (io.BytesIO(as_workbook(format_, rows)), "产品.xlsx"), "organisation": str(world.vendor_id)}
        answer = browser.post("/zh/exchange/products", data=form, content_type="multipart/form-data")
        assert answer.status_code == 302, answer.text
        assert browser.post(answer.location, data={"act": "confirm"}).status_code == 302
        row = _row()
        counts.append((row.model, len(row.variants), len(row.certificates), len(row.deployments), row.services))
    assert counts == [("M9", 2, 1, 1, ["remote"]), ("M9", 0, 0, 0, ["remote"])]


def test_marks_given_by_staff_stay_whatever_a_file_says(world: World) -> None:
    product_id = _imported(world, **WHOLE).id
    with unit_of_work():
        catalogue.give_mark(world.officer, product_id, Mark.INNOVATIVE, number="1", year=2025)
    row = _imported(world, model="M3b", variants=[])
    assert [m.number for m in row.marks] == ["1"]
    exported = world.client("vendor").get("/zh/exchange/products/export.json").text
    assert "innovative" not in exported


_NAMES = st.text("甲乙丙丁abc XYZ0-9·“”=+", min_size=1, max_size=12).map(str.strip).filter(bool)
_TEXTS = st.builds(Text.of, _NAMES, st.just("") | _NAMES.map(lambda s: "EN" + s))
_DAYS = st.none() | st.just(date(2025, 3, 1))
_KEYS = ("payload", "runtime", "reach", "temperature", "lift_ride", "ip_rating")
_TYPED = {
    "payload": "40", "runtime": "8", "reach": "1.2", "temperature": "-10~45", "lift_ride": "yes", "ip_rating": "IP54",
}  # fmt: skip


@st.composite
def _values(draw: st.DrawFn) -> tuple[catalogue.SpecificationData, ...]:
    keys = draw(st.lists(st.sampled_from(_KEYS), unique=True, min_size=1, max_size=4))
    found = []
    for key in keys:
        on = draw(_DAYS)
        found.append(
            catalogue.SpecificationData(
                parameter=key,
                value=parse(parameters()[key], _TYPED[key], "m" if key == "reach" else parameters()[key].unit),
                condition=draw(st.just(Text.of()) | _TEXTS),
                evidence=draw(st.sampled_from([Evidence.CLAIMED, Evidence.VIDEO, Evidence.LABORATORY])),
                evidence_date=on,
                expires=draw(st.none() | st.just(date(2027, 1, 1))) if on else None,
            )
        )
    return tuple(found)


@st.composite
def _wholes(draw: st.DrawFn) -> WholeProduct:
    names = draw(st.lists(_NAMES, unique_by=lambda s: s.casefold(), max_size=3))
    page = catalogue.ProductData(
        name=draw(_TEXTS), model="M", domain="healthcare", tasks=("medical_assistance",), summary=draw(_TEXTS),
        description=Text.of(), price_kind=PriceKind.ON_REQUEST,
    )  # fmt: skip
    variants = tuple(
        catalogue.VariantData(
            kind=draw(st.sampled_from(VariantKind)),
            name=Text.of(name),
            extra_price=draw(st.none() | st.integers(0, 1_000_000)),
            specifications=draw(_values()),
        )
        for name in names
    )
    certificates = st.builds(
        catalogue.CertificateData, standard=_NAMES, number=st.just("") | _NAMES, body=st.just("") | _NAMES,
        issued=_DAYS, expires=st.none() | st.just(date(2027, 1, 1)), note=st.just(Text.of()) | _TEXTS,
    )  # fmt: skip
    deployments = st.builds(
        catalogue.DeploymentData, place=_TEXTS, district=st.sampled_from(["", "310104"]),
        since=st.sampled_from(["2024-01", "2025-12"]), units=st.none() | st.integers(1, 999),
    )  # fmt: skip
    return WholeProduct(
        key="K-1",
        page=page,
        specifications=draw(_values()),
        variants=variants,
        certificates=tuple(draw(st.lists(certificates, max_size=3))),
        deployments=tuple(draw(st.lists(deployments, max_size=3))),
        services=tuple(s for s in catalogue.SERVICES if draw(st.booleans())),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(whole=_wholes())
def test_what_is_written_in_either_format_is_read_as_the_same(app: Any, whole: WholeProduct) -> None:
    for name, data in (
        ("x.json", as_json(PRODUCTS, [whole], "s")),
        ("x.xlsx", as_workbook(PRODUCTS, tables(PRODUCTS, [whole]))),
    ):
        _contents, items, problems = services.read(File(name, data))
        assert [str(p) for p in problems] == []
        assert items[0].data == whole, name


def test_a_certificate_that_says_the_same_stays_the_same_row(world: World) -> None:
    first = _imported(world, **WHOLE).certificates[0].id
    more = [*WHOLE["certificates"], {"standard": "GB/T 36530", "number": "2"}]
    row = _imported(world, **(WHOLE | {"certificates": more}))
    assert [(c.id == first, c.standard) for c in row.certificates] == [(True, "ISO 13482"), (False, "GB/T 36530")]
    assert session().scalars(select(Certificate)).all() == row.certificates
