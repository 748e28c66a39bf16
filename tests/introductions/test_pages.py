"""The pages of direct matching as each side, staff and the public read them, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.introductions.models import Introduction, Result
from marketplace.introductions.states import State
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario
from tests.factories.introductions import NOTE, PLACE, Introductions
from tests.factories.stages import client as client_of
from tests.factories.stages import copies, counted, words
from tests.factories.world import World


@pytest.fixture
def made(world: World) -> Introductions:
    return Introductions(world)


CONTACTS = ("owner@people.example", "vendor@people.example")


def test_the_public_reads_needs_and_never_a_contact(client: FlaskClient, world: World, made: Introductions) -> None:
    assert "现在没有正在对接的场景" in words(client, "/zh/needs")
    assert "No scenario is in direct matching now" in words(client, "/en/needs")
    scenario_id = made.scenario()
    for address in ("/zh/needs", "/zh/needs?domain=healthcare", f"/zh/scenarios/{scenario_id}"):
        shown = words(client, address)
        assert "药品标本转运" in shown, address
        assert "people.example" not in shown
    assert "药品标本转运" not in words(client, "/zh/needs?domain=retail")
    assert "药品标本转运" in words(client, "/zh/needs?domain=<script>&page=-3")
    assert client.get(f"/zh/scenarios/{scenario_id}/interest").status_code == 302


def test_a_vendor_s_interest_from_the_need_to_the_outcome(world: World, made: Introductions) -> None:
    scenario_id, product_id = made.scenario(), world.product().id
    vendor, owner = client_of(world, "vendor"), client_of(world, "owner")
    address = f"/zh/scenarios/{scenario_id}/interest"
    assert "表示意向" in words(vendor, f"/zh/scenarios/{scenario_id}")
    sent = vendor.post(address, data={"product": str(product_id), "note": "请打 13800138000"})
    assert (sent.status_code, "请删去联系方式" in sent.text) == (422, True)
    assert vendor.post(address, data={"product": "999999", "note": NOTE}).status_code == 422
    sent = vendor.post(address, data={"product": str(product_id), "note": NOTE})
    shared = sent.location
    assert sent.status_code == 302
    again = vendor.post(address, data={"product": str(product_id), "note": NOTE})
    assert (again.status_code, "已有一件对接" in again.text) == (409, True)
    assert "有一件对接等您答复" in words(owner, "/zh/desk")
    before = words(owner, shared) + words(vendor, shared) + words(owner, "/zh/introductions")
    assert not any(contact in before for contact in CONTACTS)
    assert owner.post(shared, data={"act": "accept"}).status_code == 302
    for browser in (owner, vendor):
        assert all(contact in words(browser, shared) for contact in CONTACTS)
        assert not any(contact in words(browser, "/zh/introductions") for contact in CONTACTS)
    day = site_clock.beijing(site_clock.now()) + timedelta(days=3)
    offered = {"kind": "site_visit", "minutes": "90", "place": PLACE, "start_1": f"{day:%Y-%m-%d}T14:00"}
    assert owner.post(f"{shared}/offer", data=offered).status_code == 422
    assert owner.post(f"{shared}/offer", data=offered | {"start_2": "morgen"}).status_code == 422
    assert owner.post(f"{shared}/offer", data=offered | {"start_2": f"{day:%Y-%m-%d}T16:00"}).status_code == 302
    assert "14:00" in words(vendor, shared)
    row = session().query(Introduction).one()
    slot_id, number = row.slots[0].id, row.id
    assert vendor.post(shared, data={"act": "book", "slot": str(slot_id)}).status_code == 302
    file = owner.get(f"{shared}/slots/{slot_id}.ics")
    assert file.content_type.startswith("text/calendar")
    assert f"DTSTART:{day:%Y%m%d}T060000Z" in file.text
    assert PLACE in file.text
    wrong = owner.post(f"{shared}/report", data={"result": "lease", "amount": "-3", "starts_on": ""})
    assert wrong.status_code == 422
    for browser in (owner, vendor):
        told = {"result": "lease", "amount": "36", "starts_on": "2026-04-01"}
        assert browser.post(f"{shared}/report", data=told).status_code == 302
    assert made.get(number).state is State.CONCLUDED
    assert "租赁" in words(vendor, shared)


def test_officers_read_what_happened_without_contact_or_place(world: World, made: Introductions) -> None:
    number = made.accepted()
    made.booked(number)
    for name in ("officer", "auditor"):
        browser = client_of(world, name)
        for address in (f"/zh/introductions/{number}", "/zh/staff/introductions", f"/en/introductions/{number}"):
            shown = words(browser, address)
            assert not any(contact in shown for contact in CONTACTS), address
            assert PLACE not in shown
        assert NOTE in words(browser, f"/zh/introductions/{number}")


def test_staff_see_totals_and_what_differs(world: World, made: Introductions) -> None:
    number = made.accepted()
    made.report(world.owner, number, Result.PURCHASE, 120)
    made.report(world.vendor, number, Result.LEASE, 120)
    browser = client_of(world, "officer")
    assert "DJ-" in words(browser, "/zh/staff/introductions?show=differing")
    assert "双方不一致" in words(browser, "/zh/staff/introductions")
    made.report(world.vendor, number, Result.PURCHASE, 120)
    assert "没有这样的对接" in words(browser, "/zh/staff/introductions?show=differing")
    assert "CNY 1.2 million" in words(browser, "/en/staff/introductions")


def test_what_one_side_reported_the_other_reads_after_its_own_report(world: World, made: Introductions) -> None:
    number = made.accepted()
    made.report(world.owner, number, Result.PURCHASE, 777)
    vendor = client_of(world, "vendor")
    assert "777" not in words(vendor, f"/zh/introductions/{number}")
    made.report(world.vendor, number, Result.LEASE, 30)
    assert "777" in words(vendor, f"/zh/introductions/{number}")


def test_an_owner_invites_from_a_product_and_is_blocked_from_then_on(world: World, made: Introductions) -> None:
    product = world.product()
    product_id, vendor_id = product.id, product.vendor_id
    owner, vendor = client_of(world, "owner"), client_of(world, "vendor")
    assert "邀请来看我的场景" not in words(owner, f"/zh/products/{product_id}")
    first, second = made.scenario("第一"), made.scenario("第二")
    assert "邀请来看我的场景" in words(owner, f"/zh/products/{product_id}")
    assert "邀请来看我的场景" in words(owner, f"/zh/organisations/{vendor_id}")
    assert "邀请来看我的场景" not in words(vendor, f"/zh/products/{product_id}")
    address = f"/zh/introductions/invite?product={product_id}"
    sent = owner.post(address, data={"scenario": str(first), "note": NOTE})
    assert sent.status_code == 302
    declined = vendor.post(sent.location, data={"act": "decline", "reason": "不做这类。", "for_good": "y"})
    assert declined.status_code == 302
    refused = owner.post(address, data={"scenario": str(second), "note": NOTE})
    assert (refused.status_code, "对方不接收贵单位的对接" in refused.text) == (409, True)
    assert "青禾示例医院" in words(vendor, "/zh/introductions")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_lists_ask_the_same_for_one_and_for_thirty(
    app: Flask, world: World, made: Introductions, language: str
) -> None:
    number = made.accepted()
    browsers = {
        "/needs": client_of(world, "vendor"),
        "/introductions": client_of(world, "vendor"),
        "/staff/introductions": client_of(world, "officer"),
        "/desk": client_of(world, "vendor"),
    }

    def asked() -> dict[str, int]:
        found = {}
        for address, browser in browsers.items():
            browser.get(f"/{language}{address}")
            with counted(app) as statements:
                assert browser.get(f"/{language}{address}").status_code == 200
            found[address] = len(statements)
        return found

    before = asked()
    scenario_id = made.get(number).scenario_id
    ids = copies(Scenario, scenario_id, 29, reference=None)
    for other in ids:
        copies(Introduction, number, 1, scenario_id=other)
    assert asked() == before
    assert max(before.values()) <= 20


def test_a_scenario_in_matching_is_not_withdrawn_but_closed_first(world: World, made: Introductions) -> None:
    scenario_id = made.scenario()
    owner = client_of(world, "owner")
    assert owner.post(f"/zh/scenarios/{scenario_id}/withdraw").status_code == 409
    assert owner.post(f"/zh/scenarios/{scenario_id}/matching", data={"act": "close"}).status_code == 302
    assert "开始供需对接" in words(owner, f"/zh/scenarios/{scenario_id}")
    with unit_of_work():
        scenarios.withdraw(world.owner, scenario_id)
