"""Doubting one value: who may, what each reader sees of it, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.catalogue import services
from marketplace.catalogue.models import Product, SpecificationDoubt
from marketplace.catalogue.services.doubts import MOST_OPEN
from marketplace.catalogue.states import DoubtState
from marketplace.console import queries as console
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from tests.factories.at_once import at_once
from tests.factories.stages import said, words
from tests.factories.world import World

WHY = "现场测得只有 32 kg。"


def _doubt(world: World, product_id: int, parameter: str = "payload", who: str = "owner") -> int:
    with unit_of_work():
        return services.raise_doubt(world.person(who), product_id, parameter=parameter, variant_id=None, reason=WHY).id


def test_a_doubt_is_raised_answered_and_closed_and_each_is_told(world: World) -> None:
    product_id, owner_id = world.product().id, world.owner_id
    assert owner_id
    address = f"/zh/products/{product_id}"
    public, owner, vendor, officer = (
        world.app.test_client(),
        world.client("owner"),
        world.client("vendor"),
        world.client("officer"),
    )
    assert f'href="{address}/doubts/payload"' in owner.get(address).text
    assert owner.post(f"{address}/doubts/payload", data={"reason": WHY}).status_code == 302
    doubt = session().scalars(select(SpecificationDoubt)).one()
    page = f"/zh/doubts/{doubt.id}"
    seen = words(public, address)
    assert "50 kg — 自报 存疑" in seen
    assert seen.count("存疑") == 1
    assert "32 kg" not in seen
    assert WHY in words(vendor, page)
    assert vendor.post(page, data={"text": ""}).status_code == 422
    assert vendor.post(page, data={"text": "负载含底座，已补报告。"}).status_code == 302
    assert "存疑" in words(public, address), "only staff close it"
    assert officer.post(page, data={"text": "报告属实。"}).status_code == 302
    assert "存疑" not in words(public, address)
    assert "报告属实。" in words(owner, page)
    session().expire_all()
    assert (doubt.state, doubt.answer, doubt.finding) == (DoubtState.CLOSED, "负载含底座，已补报告。", "报告属实。")
    world.work()
    told = [(m.recipient, m.subject) for m in session().scalars(select(OutboxMail).order_by(OutboxMail.id))]
    about = [(a.split("@")[0], s.split("：")[0]) for a, s in told if "质疑" in s]
    assert sorted(about) == [
        ("officer", "企业答复了质疑，请办结"),
        ("owner", "企业答复了您的质疑"),
        ("owner", "质疑已办结"),
        ("vendor", "有人质疑产品数值，请答复"),
        ("vendor", "质疑已办结"),
    ]


def test_what_was_said_stays_between_the_vendor_the_doubter_and_staff(world: World) -> None:
    product_id = world.product().id
    assert world.rival_id
    doubt_id = _doubt(world, product_id)
    found = {
        name: world.client(name).get(f"/zh/doubts/{doubt_id}").status_code
        for name in ("owner", "vendor", "rival", "stranger", "officer", "auditor", "administrator")
    }
    assert found == {
        "owner": 200, "vendor": 200, "rival": 404, "stranger": 404, "officer": 200, "auditor": 200, "administrator": 404,
    }  # fmt: skip
    page = world.client("vendor").get(f"/zh/doubts/{doubt_id}").text
    assert "青禾示例医院" not in page, "who doubted is not named"


def test_competitors_strangers_and_owners_not_verified_may_not(world: World) -> None:
    product_id = world.product().id
    assert world.rival_id
    world.organisation("unproved", "owner", verified=False)
    world.organisation("both", "owner", "vendor")
    for name in ("rival", "vendor", "stranger", "unproved", "both", "auditor"):
        with pytest.raises(Forbidden):
            _doubt(world, product_id, who=name)
    assert session().scalars(select(SpecificationDoubt)).all() == []


def test_at_most_five_are_open_and_none_twice(world: World) -> None:
    sheet = {"reach": "900", "speed_max": "1", "noise": "50", "charge_time": "2"}
    product_id = world.product(**sheet).id
    for parameter in ("payload", "runtime", "lift_ride", "reach"):
        _doubt(world, product_id, parameter)
    with pytest.raises(Conflict, match="已经质疑过"):
        _doubt(world, product_id, "reach")
    fifth = _doubt(world, product_id, "noise")
    with pytest.raises(Conflict, match="5 项质疑"):
        _doubt(world, product_id, "charge_time")
    with unit_of_work():
        services.close_doubt(world.officer, fifth, text="属实。")
    assert _doubt(world, product_id, "charge_time")


def test_a_reason_is_at_most_five_hundred_characters(world: World) -> None:
    product_id, owner_id = world.product().id, world.owner_id
    assert owner_id
    answer = world.client("owner").post(f"/zh/products/{product_id}/doubts/payload", data={"reason": "长" * 501})
    assert answer.status_code == 422
    assert "最多 500 个字，现在有 501 个。" in said(answer.text)
    with pytest.raises(Invalid), unit_of_work():
        services.raise_doubt(world.owner, product_id, parameter="payload", variant_id=None, reason="长" * 501)


def test_the_doubt_outlasts_the_value_and_the_variant_that_are_withdrawn(world: World) -> None:
    product_id, owner_id = world.product().id, world.owner_id
    assert owner_id
    variant_id = world.variant(product_id, payload="80").id
    with unit_of_work():
        doubt_id = services.raise_doubt(
            world.owner, product_id, parameter="payload", variant_id=variant_id, reason=WHY
        ).id
    page = words(world.client("owner"), f"/zh/doubts/{doubt_id}")
    assert "被质疑的数值 80 kg 现在的数值 80 kg" in page
    assert words(world.app.test_client(), f"/zh/products/{product_id}").count("存疑") == 1
    with unit_of_work():
        services.remove_variant(world.vendor, product_id, variant_id)
    assert "被质疑的数值 80 kg 现在的数值 已删去" in words(world.client("vendor"), f"/zh/doubts/{doubt_id}")
    assert "存疑" not in words(world.app.test_client(), f"/zh/products/{product_id}"), "its own payload is not doubted"
    assert session().get_one(Product, product_id).specification("payload")


@pytest.mark.db
def test_doubts_sent_at_the_same_moment_do_not_pass_the_limit(world: World) -> None:
    assert world.owner_id
    products = [world.product(name=f"第 {n} 款").id for n in range(3)]
    values = [(product_id, key) for product_id in products for key in ("payload", "runtime", "lift_ride")]
    for at, key in values[:3]:
        _doubt(world, at, key)
    owner = world.owner

    def raising(at: int, key: str) -> Callable[[], object]:
        return lambda: services.raise_doubt(owner, at, parameter=key, variant_id=None, reason=WHY)

    results = at_once(world, *(raising(at, key) for at, key in values[3:8]))
    assert sorted(results) == ["Conflict", "Conflict", "Conflict", "ok", "ok"]
    assert session().query(SpecificationDoubt).count() == MOST_OPEN


@pytest.mark.db
def test_a_doubt_sent_twice_is_raised_once_and_closed_once(world: World) -> None:
    assert world.owner_id
    product_id, owner, officer = world.product().id, world.owner, world.officer
    act = lambda: services.raise_doubt(owner, product_id, parameter="payload", variant_id=None, reason=WHY)  # noqa: E731
    assert sorted(at_once(world, act, act)) == ["Conflict", "ok"]
    doubt_id = session().scalars(select(SpecificationDoubt.id)).one()
    close = lambda: services.close_doubt(officer, doubt_id, text="报告属实。")  # noqa: E731
    assert sorted(at_once(world, close, close)) == ["Conflict", "ok"]
    assert [r.act for r in session().scalars(select(AuditRow).where(AuditRow.subject == "specification_doubt"))] == [
        "specification_doubt.close"
    ]


def test_staff_find_the_answered_first_and_the_long_unanswered_marked(
    world: World, clock: time_machine.Coordinates
) -> None:
    assert world.owner_id
    product_id = world.product().id
    late = _doubt(world, product_id, "lift_ride")
    clock.shift(timedelta(days=1))
    answered = _doubt(world, product_id)
    with unit_of_work():
        services.answer_doubt(world.vendor, answered, text="已补报告。")
    clock.shift(timedelta(days=10))
    fresh = _doubt(world, product_id, "runtime")
    found = console.queues(world.officer)["doubts"]
    assert [(i.row.id, i.is_late) for i in found] == [(answered, False), (late, False), (fresh, False)]
    clock.shift(timedelta(days=5))
    waiting = console.queues(world.officer)
    assert [(i.row.id, i.is_late) for i in waiting["doubts"]] == [(answered, False), (late, True), (fresh, False)]
    assert [i.row.id for name, i in console.most_urgent(waiting, 6) if name == "doubts"] == [late]
    text = words(world.client("officer"), "/zh/staff/doubts")
    assert text.index("额定负载") < text.index("乘梯能力") < text.index("续航时间")
    assert text.count("已超期") == 1
    assert "质疑" in words(world.client("officer"), "/zh/desk")
    with unit_of_work():
        services.close_doubt(world.officer, answered, text="报告属实。")
    assert [i.row.id for i in console.queues(world.officer)["doubts"]] == [late, fresh]
    assert world.client("owner").get("/zh/staff/doubts").status_code == 404
