"""Upload, preview, confirm: who may, what is shown, and that it is all or nothing."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Evidence, Product
from marketplace.exchange import services
from marketplace.exchange.events import FileImported
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import db, session, unit_of_work
from marketplace.kernel.events import _handlers
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State
from tests.factories.world import World

PATH = "/zh/exchange/scenarios"


def item(key: str = "A-01", **changes: Any) -> dict[str, Any]:
    """A scenario as JSON."""
    whole = {
        "key": key,
        "title": {"zh": f"转运 {key}"},
        "domain": "healthcare",
        "task": "medical_assistance",
        "requirements": [{"parameter": "payload", "value": "≥40公斤"}, {"parameter": "lift_ride", "value": True}],
        "metrics": [{"parameter": "availability", "target": "99%"}],
    }
    return whole | changes


def product(key: str = "M3", **changes: Any) -> dict[str, Any]:
    """A product as JSON."""
    whole = {
        "key": key,
        "name": {"zh": f"转运车 {key}"},
        "domain": "healthcare",
        "tasks": ["medical_assistance"],
        "summary": {"zh": "载重 40 kg。"},
        "specifications": [
            {"parameter": "payload", "value": "40 kg", "evidence": "video"},
            {"parameter": "runtime", "value": "8h"},
            {"parameter": "lift_ride", "value": "是"},
        ],
    }
    return whole | changes


def sent(browser: FlaskClient, *items: dict[str, Any], kind: str = "scenarios", **more: str) -> Any:
    """A file of these items, uploaded."""
    data = json.dumps({kind: list(items)}, ensure_ascii=False).encode()
    form = {"file": (io.BytesIO(data), "清单.json"), **more}
    return browser.post(f"/zh/exchange/{kind}", data=form, content_type="multipart/form-data")


def imported(browser: FlaskClient, *items: dict[str, Any], kind: str = "scenarios", **more: str) -> Any:
    """The same, confirmed at once."""
    answer = sent(browser, *items, kind=kind, **more)
    assert answer.status_code == 302, answer.text
    return browser.post(answer.location, data={"act": "confirm"})


def _rows() -> list[Scenario]:
    session().rollback()
    return list(session().scalars(select(Scenario).order_by(Scenario.id)))


def _kept(world: World) -> list[Path]:
    return [p for p in (Path(world.app.config["DATA"]) / "imports").rglob("*") if p.is_file()]


@pytest.fixture(autouse=True)
def nothing_kept(world: World) -> None:
    """No file of another test waits for its confirmation."""
    for path in _kept(world):
        path.unlink()


def test_the_preview_says_what_was_understood_and_writes_nothing(world: World) -> None:
    browser = world.client("owner")
    answer = sent(browser, item(), organisation=str(world.owner_id))
    assert answer.status_code == 302
    shown = browser.get(answer.location)
    assert shown.status_code == 200
    for text in ("≥40公斤", "40 kg", "新增", "转运 A-01", "确认导入 1 项", "清单.json"):
        assert text in shown.text
    assert browser.get(answer.location.replace("/zh/", "/en/")).status_code == 200
    assert _rows() == []


@pytest.mark.db
def test_what_is_confirmed_are_drafts_with_canonical_figures(world: World) -> None:
    browser = world.client("owner")
    done = imported(browser, item(), item("A-02"), organisation=str(world.owner_id))
    assert (done.status_code, done.location) == (302, "/zh/my/scenarios")
    first, second = _rows()
    assert [(r.reference, r.state, r.owner_id) for r in (first, second)] == [
        ("A-01", State.DRAFT, world.owner_id),
        ("A-02", State.DRAFT, world.owner_id),
    ]
    payload, lift = first.requirements
    assert (payload.op, payload.value.low, payload.value.unit, payload.level.value) == (">=", 40, "kg", "must")
    assert lift.value.flag is True
    assert first.metrics[0].target.low == 99
    assert _kept(world) == []


@pytest.mark.db
def test_importing_again_updates_the_draft_and_keeps_what_stayed(world: World) -> None:
    browser = world.client("owner")
    imported(browser, item(), item("A-02"), organisation=str(world.owner_id))
    before = _rows()[0]
    old_id, old_key, revision = before.id, before.requirements[0].key, before.revision
    changed = item(title={"zh": "夜间转运"}, requirements=[{"parameter": "payload", "value": "50 kg"}])
    answer = sent(browser, changed, item("A-02"), organisation=str(world.owner_id))
    shown = browser.get(answer.location).text
    assert "确认导入 1 项" in shown
    assert "标题（中文）、技术要求" in shown
    browser.post(answer.location, data={"act": "confirm"})
    row, other = _rows()
    assert (row.id, row.title.zh, row.revision) == (old_id, "夜间转运", revision + 1)
    assert [(r.key, r.value.low) for r in row.requirements] == [(old_key, 50)]
    assert other.revision == 1


def test_the_same_file_again_has_nothing_to_confirm(world: World) -> None:
    browser = world.client("owner")
    imported(browser, item(), organisation=str(world.owner_id))
    answer = sent(browser, item(), organisation=str(world.owner_id))
    assert "文件和现有内容一样，没有要写入的。" in browser.get(answer.location).text
    assert browser.post(answer.location, data={"act": "confirm"}).status_code == 409
    assert len(_rows()) == 1


def test_what_was_submitted_is_refused_unless_nothing_differs(world: World) -> None:
    row = world.submitted()
    number = row.number
    browser = world.client("owner")
    export = browser.get(f"{PATH}/export.json")
    whole = json.loads(export.data)["scenarios"][0]
    assert whole["key"] == number
    assert sent(browser, whole, organisation=str(world.owner_id)).status_code == 302
    answer = sent(browser, whole | {"budget_max": 999}, organisation=str(world.owner_id))
    assert answer.status_code == 422
    assert "$.scenarios[0].key" in answer.text
    assert "已经提交，不能用文件改" in answer.text
    with unit_of_work():
        scenarios.return_(world.officer, row.id, reason="改预算。")
    assert imported(browser, whole | {"budget_max": 999}, organisation=str(world.owner_id)).status_code == 302
    assert [(r.id, r.budget_max, r.state) for r in _rows()] == [(row.id, 999, State.RETURNED)]


def test_one_item_that_fails_leaves_everything_as_it_was(world: World) -> None:
    browser = world.client("owner")
    answer = sent(browser, item(), item("A-02"), organisation=str(world.owner_id))

    def fail(_session: Any, _event: Any) -> None:
        raise RuntimeError("no")

    _handlers[FileImported].append(fail)
    try:
        with pytest.raises(RuntimeError):
            browser.post(answer.location, data={"act": "confirm"})
    finally:
        _handlers[FileImported].remove(fail)
    assert _rows() == []
    assert browser.post(answer.location, data={"act": "confirm"}).status_code == 302
    assert len(_rows()) == 2


def test_only_its_sender_finds_the_file_and_only_once(world: World, clock: time_machine.Traveller) -> None:
    browser = world.client("owner")
    where = sent(browser, item(), organisation=str(world.owner_id)).location
    colleague = world.join("colleague", session().get_one(Organisation, world.owner_id), MemberRole.MANAGER)
    assert colleague.user_id
    for name in ("colleague", "rival", "officer", "stranger"):
        other = world.client(name)
        assert other.get(where).status_code == 404, name
        assert other.post(where, data={"act": "confirm"}).status_code == 404, name
        assert other.post(where, data={"act": "discard"}).status_code == 404, name
    assert browser.get(where.replace("scenarios", "products")).status_code == 404
    forged = where[:60] + ("a" if where[60] != "a" else "b") + where[61:]
    assert browser.get(forged).status_code == 404
    assert browser.post(where, data={"act": "confirm"}).status_code == 302
    assert browser.post(where, data={"act": "confirm"}).status_code == 409
    late = sent(browser, item("A-09"), organisation=str(world.owner_id)).location
    clock.shift(services.KEPT_SECONDS + 60)
    assert browser.get(late).status_code == 404
    assert len(_rows()) == 1


def test_a_file_that_was_changed_on_the_disk_is_not_believed(world: World) -> None:
    browser = world.client("owner")
    where = sent(browser, item(), organisation=str(world.owner_id)).location
    [path] = _kept(world)
    path.write_bytes(json.dumps({"scenarios": [item("EVIL")]}).encode())
    assert browser.get(where).status_code == 404


def test_what_is_not_wanted_is_forgotten(world: World, clock: time_machine.Traveller) -> None:
    browser = world.client("owner")
    where = sent(browser, item(), organisation=str(world.owner_id)).location
    assert browser.post(where, data={"act": "discard"}).status_code == 302
    assert _kept(world) == []
    sent(browser, item(), organisation=str(world.owner_id))
    services.forget_old_files()
    assert len(_kept(world)) == 1
    clock.move_to(_kept(world)[0].stat().st_mtime + services.KEPT_SECONDS + 1)
    services.forget_old_files()
    assert _kept(world) == []


def test_nobody_imports_for_an_organisation_where_it_may_not_write(world: World) -> None:
    other_id = world.organisation("neighbour", "owner").id
    answer = sent(world.client("owner"), item(), organisation=str(other_id))
    assert answer.status_code == 403
    reader = world.join("reader", session().get_one(Organisation, world.owner_id), MemberRole.VIEWER)
    assert reader.user_id
    answer = sent(world.client("reader"), item(), organisation=str(world.owner_id))
    assert answer.status_code == 200
    assert "还不能导入场景" in answer.text
    answer = sent(world.client("vendor"), product(), kind="products", organisation=str(world.rival_id))
    assert answer.status_code == 403
    answer = sent(world.client("officer"), product(), kind="products", organisation=str(world.vendor_id))
    assert answer.status_code == 200
    assert _rows() == []


@pytest.mark.db
def test_an_officer_types_drafts_for_an_owner_who_alone_submits_them(world: World) -> None:
    code = session().get_one(Organisation, world.owner_id).uscc
    browser = world.client("officer")
    where = sent(browser, item(), item("A-02"), uscc=code.lower()).location
    assert "您是在代“青禾示例医院”录入" in browser.get(where).text
    assert browser.post(where, data={"act": "confirm"}).status_code == 302
    rows = _rows()
    assert {(r.owner_id, r.created_by, r.state) for r in rows} == {(world.owner_id, world.officer.user_id, State.DRAFT)}
    ids = [r.id for r in rows]
    # A draft stays the owner's: who typed it neither sees nor submits it.
    assert browser.get(f"/zh/scenarios/{ids[0]}").status_code == 404
    assert world.client("owner").get(f"/zh/scenarios/{ids[0]}").status_code == 200
    row = session().scalars(select(AuditRow).where(AuditRow.act == "FileImported")).one()
    assert (row.actor_id, row.subject_id, row.data["created"], row.data["on_behalf"]) == (
        world.officer.user_id,
        world.owner_id,
        ids,
        True,
    )
    world.work()
    mails = session().scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    told = [m for m in mails if "代您录入了 2 个场景草稿" in str(m.__dict__)]
    assert len(told) == 1
    # What is there already is the owner's to change.
    answer = sent(browser, item(title={"zh": "别的"}), item("A-03"), uscc=code)
    assert answer.status_code == 422
    assert "场景方已经有编号“A-01”" in answer.text
    assert sent(browser, item("A-03"), uscc="91310115MA0D0013X0").status_code == 422


def test_products_come_in_as_drafts_and_public_ones_are_left_alone(world: World) -> None:
    browser = world.client("vendor")
    assert imported(browser, product(), kind="products", organisation=str(world.vendor_id)).status_code == 302
    row = session().scalars(select(Product)).one()
    assert (row.reference, row.state.value, len(row.specifications)) == ("M3", "draft", 3)
    assert (
        imported(browser, product(model="M3b"), kind="products", organisation=str(world.vendor_id)).status_code == 302
    )
    assert browser.post(f"/zh/products/{row.id}/act", data={"act": "list"}).status_code == 302
    answer = sent(browser, product(model="M4"), kind="products", organisation=str(world.vendor_id))
    assert answer.status_code == 422
    assert "公开过，不能用文件改" in answer.text
    assert sent(browser, product(model="M3b"), kind="products", organisation=str(world.vendor_id)).status_code == 302


def test_measured_here_is_repeated_by_a_file_but_never_claimed(world: World) -> None:
    browser = world.client("vendor")
    claim = [{"parameter": "payload", "value": "40 kg", "evidence": "trial", "evidence_date": "2026-02-01"}]
    answer = sent(browser, product(specifications=claim), kind="products", organisation=str(world.vendor_id))
    assert answer.status_code == 422
    assert "$.products[0].specifications[0].evidence" in answer.text
    imported(browser, product(), kind="products", organisation=str(world.vendor_id))
    row_id = session().scalars(select(Product.id)).one()
    with unit_of_work():
        catalogue.measured_here(SYSTEM, row_id, "payload", on=date(2026, 2, 1))
    again = product(model="M3c", specifications=claim)
    assert imported(browser, again, kind="products", organisation=str(world.vendor_id)).status_code == 302
    kept = session().get_one(Product, row_id).specification("payload")
    assert kept is not None
    assert (kept.evidence, kept.value.low) == (Evidence.TRIAL, 40)
    claim[0]["value"] = "90 kg"
    answer = sent(browser, product(specifications=claim), kind="products", organisation=str(world.vendor_id))
    assert answer.status_code == 422


def test_an_export_holds_no_people_and_only_what_one_may_see(world: World) -> None:
    world.draft("草稿")
    with unit_of_work():
        row = session().scalars(select(Scenario)).one()
        row.declared_by = "核对人甲"
    browser = world.client("owner")
    body = browser.get(f"{PATH}/export.json").get_data(as_text=True)
    assert "草稿" in body
    for secret in ("核对人甲", "owner@people.example", "contact", "declared"):
        assert secret not in body
    assert json.loads(world.client("rival").get(f"{PATH}/export.json").data)["scenarios"] == []


def test_the_preview_asks_the_database_the_same_for_one_and_for_thirty(world: World) -> None:
    browser = world.client("owner")
    counts = []
    for count in (1, 30):
        where = sent(browser, *(item(f"A-{n}") for n in range(count)), organisation=str(world.owner_id)).location
        asked: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any, asked: list[str] = asked) -> None:
            asked.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert browser.get(where).status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len([s for s in asked if s.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 15
    assert session().scalar(select(func.count()).select_from(Scenario)) == 0


def test_the_key_of_its_own_books_stays_with_the_vendor(world: World) -> None:
    product_id = world.product().id
    with unit_of_work() as work:
        work.get_one(Product, product_id).reference = "INTERNAL-77"
    address = f"/zh/exchange/products/export.json?id={product_id}"
    assert "INTERNAL-77" in world.client("vendor").get(address).text
    answer = world.client("rival").get(address)
    assert answer.status_code == 200
    assert "INTERNAL-77" not in answer.text
    assert session().get_one(Product, product_id).number in answer.text
