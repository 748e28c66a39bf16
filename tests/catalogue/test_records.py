"""Certificates, places of use, services and marks: who may say them, and how the page marks whose word it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.catalogue.models import Certificate, Mark, Product
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel.db import session
from tests.factories.stages import said, words
from tests.factories.world import World

CERTIFICATE = {
    "standard": "ISO 10218-1",
    "number": "C-17",
    "body": "示例检测院",
    "issued": "2025-01-10",
    "expires": "2026-03-04",
    "note_zh": "只含 M3",
}
PLACE = {"place_zh": "某三甲医院", "place_en": "A teaching hospital", "district": "310112", "since": "2025-09"}


def test_a_certificate_is_entered_changed_shown_as_expired_and_removed(
    world: World, clock: time_machine.Traveller
) -> None:
    product_id = world.product().id
    browser, public = world.client("vendor"), world.app.test_client()
    address = f"/zh/products/{product_id}"
    answer = browser.post(f"{address}/certificates/new", data=CERTIFICATE)
    assert (answer.status_code, answer.location) == (302, f"{address}#certificates")
    (row,) = session().get_one(Product, product_id).certificates
    assert (row.standard, row.number, row.body) == ("ISO 10218-1", "C-17", "示例检测院")
    assert (row.issued, row.expires, row.note.zh) == (date(2025, 1, 10), date(2026, 3, 4), "只含 M3")
    clock.shift(timedelta(days=2))
    assert "ISO 10218-1 只含 M3 C-17 · 示例检测院 2025-01-10 – 2026-03-04" in words(public, address)
    clock.shift(timedelta(days=1))
    assert "C-17 · 示例检测院 已过期 2025-01-10 – 2026-03-04" in words(public, address)
    mended = CERTIFICATE | {"number": "C-18", "expires": ""}
    record_id = session().query(Certificate).one().id
    browser = world.client("vendor")
    assert browser.post(f"{address}/certificates/{record_id}", data=mended).status_code == 302
    assert "C-18 · 示例检测院 2025-01-10 – 长期" in words(public, address)
    assert browser.post(f"{address}/certificates/{record_id}/remove").status_code == 302
    assert session().query(Certificate).all() == []


@pytest.mark.parametrize(
    ("kind", "changed", "told"),
    [
        ("certificates", {"standard": ""}, "请填标准或证书名称，例如“ISO 10218-1”。"),
        ("certificates", {"issued": "2026-03-03"}, "发证日期不能晚于今天。"),
        ("certificates", {"expires": "2025-01-10"}, "有效期要晚于发证日期。"),
        ("certificates", {"expires": "明年"}, "请填日期，例如 2026-12-11。"),
        ("deployments", {"place_zh": "", "place_en": ""}, "请写明在哪里用，例如“某三甲医院门诊楼”。"),
        ("deployments", {"since": "2026-04"}, "开始使用的月份不能晚于本月。"),
        ("deployments", {"since": "去年"}, "请填年和月，例如 2025-09。"),
        ("deployments", {"units": "0"}, "请填大于 0 的整数。"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(world: World, kind: str, changed: dict[str, str], told: str) -> None:
    product_id = world.product().id
    data = (CERTIFICATE if kind == "certificates" else PLACE) | changed
    answer = world.client("vendor").post(f"/zh/products/{product_id}/{kind}/new", data=data)
    assert answer.status_code == 422
    assert told in said(answer.text)
    assert getattr(session().get_one(Product, product_id), kind) == []


def test_places_and_services_are_shown_as_the_vendor_s_own_word(world: World) -> None:
    product_id = world.product().id
    browser = world.client("vendor")
    assert browser.post(f"/zh/products/{product_id}/deployments/new", data=PLACE | {"units": "4"}).status_code == 302
    chosen = {"services": ["training", "on_site"]}
    assert browser.post(f"/zh/products/{product_id}/services", data=chosen).status_code == 302
    page = words(world.app.test_client(), f"/en/products/{product_id}")
    assert "Where it works today Stated by the vendor; this site has not checked it." in page
    assert "A teaching hospital Minhang 2025-09 4" in page
    assert (
        "Services that come with it Stated by the vendor; this site has not checked it. Training On-site support"
        in page
    )
    assert browser.post(f"/zh/products/{product_id}/services", data={"services": ["flying"]}).status_code == 422
    assert session().get_one(Product, product_id).services == ["training", "on_site"]


def test_only_an_officer_gives_a_mark_and_the_record_keeps_it(world: World) -> None:
    product_id = world.product().id
    data = {"kind": "first_set", "number": "首台套 17", "year": "2025"}
    address = f"/zh/products/{product_id}/marks"
    assert world.client("vendor").post(address, data=data).status_code == 404
    assert session().get_one(Product, product_id).marks == []
    officer = world.client("officer")
    assert officer.post(address, data=data | {"year": "2027"}).status_code == 422
    assert officer.post(address, data=data).status_code == 302
    assert officer.post(address, data=data | {"number": "首台套 18"}).status_code == 302
    (mark,) = session().get_one(Product, product_id).marks
    assert (mark.kind, mark.number, mark.year, mark.set_by) == (
        Mark.FIRST_SET,
        "首台套 18",
        2025,
        world.users["officer"],
    )
    page = words(world.app.test_client(), f"/zh/products/{product_id}")
    assert "首台（套） · 首台套 18 · 2025 经主管部门认定的首台（套）重大技术装备。" in page
    assert "比对和评分都不算它" in page
    assert officer.post(f"{address}/first_set/take").status_code == 302
    assert session().get_one(Product, product_id).marks == []
    acts = [a.act for a in session().scalars(select(AuditRow).order_by(AuditRow.id))]
    assert acts[-3:] == ["ProductMarked", "ProductMarked", "ProductUnmarked"]
