"""Taking a copy of one's data, putting an account out of use, shutting somebody else's, having one's own deleted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import JSON, String, cast, func, select

from marketplace.accounts import queries
from marketplace.accounts import services as accounts
from marketplace.accounts.models import KnownDevice, RecoveryCode, SecondFactor, SignIn, User, UserSession
from marketplace.accounts.states import State
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.audit.services import broken
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.personal import PARTS
from marketplace.kernel.db import Base, session, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.text import TextType
from marketplace.notifications.models import InboxItem
from marketplace.organisations import services as organisations
from marketplace.organisations.models import MemberRole, Membership, Organisation
from tests.accounts.test_second_factor import enrolled
from tests.factories.stages import words
from tests.factories.world import PASSWORD, World

DATA = "/zh/account/data"
NEW = "quite another sentence"
WEEK = timedelta(days=7)


def _sign_in(browser: FlaskClient, name: str = "stranger", password: str = PASSWORD) -> Any:
    return browser.post("/zh/sign-in", data={"email": f"{name}@people.example", "password": password})


def _user(world: World, name: str = "stranger") -> User:
    session().rollback()
    return session().get_one(User, world.users[name])


def _subjects(world: World, address: str = "stranger@people.example") -> list[str]:
    world.work()
    mine = select(OutboxMail.subject).where(OutboxMail.recipient == address).order_by(OutboxMail.id)
    return list(session().scalars(mine))


def _two_managers(world: World) -> None:
    world.join("second", session().get_one(Organisation, world.vendor_id), MemberRole.MANAGER)


# A copy ---------------------------------------------------------------------------------------------------------


def test_the_copy_holds_what_every_feature_holds_of_the_person(world: World) -> None:
    challenge = world.challenge()
    world.bid(challenge)
    world.work()
    browser = world.client("vendor")
    browser.post(f"/zh/challenges/{challenge.id}/watch")
    answer = browser.post(DATA, data={"act": "export"})
    assert answer.headers["Content-Disposition"] == "attachment; filename=my-data-2026-03-02.json"
    found = json.loads(answer.data)
    assert found["account"] == world.users["vendor"]
    data = found["data"]
    assert list(data) == list(PARTS)
    assert data["account"]["rows"][0]["email"] == "vendor@people.example"
    assert data["account"]["columns"]["email"] == "邮箱"
    assert data["memberships"]["rows"][0]["organisation"] == "拂晓示例机器人"
    assert data["sign_ins"]["rows"][0]["at"] == "2026-03-02T09:30:00+08:00"
    assert [r["title"] for r in data["bids"]["rows"]] == [challenge.title.zh]
    assert len(data["watched"]["rows"]) == 1
    assert data["inbox"]["rows"] != []
    assert "分两阶段部署" not in answer.text  # a bid's content stays sealed
    acts = session().scalars(select(AuditRow.act).where(AuditRow.act == "DataExported")).all()
    assert acts == ["DataExported"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_stands_on_a_page_in_both_languages(world: World, language: str) -> None:
    world.bid(world.challenge())
    world.work()
    page = words(world.client("vendor"), f"/{language}/account/data/all")
    assert "vendor@people.example" in page
    assert str(PARTS["sign_ins"].title) in page if language == "zh" else "Sign-in history" in page


def test_copy_and_page_ask_who_one_is(world: World, clock: time_machine.Coordinates) -> None:
    browser = world.client("stranger")
    clock.shift(timedelta(minutes=16))
    assert browser.get("/zh/account/data/all").location == "/zh/account/prove?next=/zh/account/data/all"
    refused = browser.post(DATA, data={"act": "export"})
    assert (refused.status_code, "@people.example" in refused.text) == (422, False)
    given = browser.post(DATA, data={"act": "export", "proof-password": PASSWORD})
    assert (given.status_code, given.mimetype) == (200, "application/json")


def test_a_copy_holds_nothing_of_anybody_else(world: World) -> None:
    world.submitted_bid(world.challenge())
    world.work()
    found = world.client("rival").post(DATA, data={"act": "export"}).text
    assert ("vendor@people.example" in found, "拂晓" in found) == (False, False)


@pytest.mark.parametrize("act", ["", "é", "x" * 100_000, "\x00", "unblock"])
def test_a_hostile_act_is_none(world: World, act: str) -> None:
    assert world.client("stranger").post(DATA, data={"act": act}).status_code == 404


# Out of use for a while -------------------------------------------------------------------------------------------


@pytest.mark.db
def test_an_account_out_of_use_is_signed_out_hears_nothing_and_comes_back_by_signing_in(
    world: World, clock: time_machine.Coordinates
) -> None:
    _two_managers(world)
    here, there = world.client("vendor"), world.client("vendor")
    assert here.post(DATA, data={"act": "deactivate"}).status_code == 302
    assert [b.get("/zh/account").status_code for b in (here, there)] == [302, 302]
    assert "账号已停用，30 天内登录即恢复" in _subjects(world, "vendor@people.example")
    before = len(_subjects(world, "vendor@people.example"))
    with unit_of_work():
        organisations.suspend(world.officer, world.vendor_id, reason="核查")
        organisations.reinstate(world.officer, world.vendor_id)
    world.product()
    world.challenge()
    assert len(_subjects(world, "vendor@people.example")) == before
    clock.shift(timedelta(days=29))
    answer = _sign_in(world.app.test_client(), "vendor")
    assert (answer.status_code, _user(world, "vendor").state) == (302, State.ACTIVE)
    acts = select(AuditRow.act).where(AuditRow.subject == "account").order_by(AuditRow.id)
    assert session().scalars(acts).all() == ["account.deactivate", "account.reactivate"]


def test_after_thirty_days_it_comes_back_by_the_mailed_link_only(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    with unit_of_work():
        accounts.deactivate(world.stranger)
    clock.shift(timedelta(days=30, seconds=1))
    refused = _sign_in(client)
    assert (refused.status_code, "停用超过 30 天" in refused.text) == (409, True)
    assert _user(world).state is State.DEACTIVATED
    client.post("/zh/forgot", data={"email": "stranger@people.example"})
    world.work()
    mail = session().scalars(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).one()
    link = mail.text.partition("http://site.example")[2].split()[0]
    assert client.post(link, data={"password": NEW}).location == "/zh/desk"
    assert _user(world).state is State.ACTIVE


def test_the_only_manager_hands_over_first(world: World) -> None:
    browser = world.client("vendor")
    page = words(browser, DATA)
    assert "您是“拂晓示例机器人”唯一的管理员" in page
    for act in ("deactivate", "delete"):
        answer = browser.post(DATA, data={"act": act})
        assert (answer.status_code, "唯一的管理员" in answer.text) == (409, True)
    assert _user(world, "vendor").state is State.ACTIVE
    _two_managers(world)
    assert "唯一的管理员" not in words(browser, DATA)


def test_a_draft_that_nobody_else_knows_ties_nobody(world: World) -> None:
    world.organisation("newcomer", "vendor", verified=False)
    with unit_of_work():
        accounts.deactivate(world.person("newcomer"))
    assert _user(world, "newcomer").state is State.DEACTIVATED


# Shut by an administrator -------------------------------------------------------------------------------------------


@pytest.mark.db
def test_an_administrator_shuts_an_account_with_a_reason_and_opens_it_again(world: World, client: FlaskClient) -> None:
    person, address = world.client("stranger"), f"/zh/staff/people/{world.users['stranger']}"
    browser = world.client("administrator")
    assert browser.post(address, data={"act": "block", "reason-block": " "}).status_code == 422
    assert person.get("/zh/account").status_code == 200
    assert browser.post(address, data={"act": "block", "reason-block": "离职"}).status_code == 302
    assert person.get("/zh/account").status_code == 302
    refused = _sign_in(client)
    assert (refused.status_code, "已被管理员停用" in refused.text) == (409, True)
    assert _sign_in(client, password="wrong").status_code == 422
    told = session().scalars(select(OutboxMail).where(OutboxMail.subject == "您的账号已被管理员停用")).all()
    assert told == []
    assert "您的账号已被管理员停用" in _subjects(world)
    assert browser.post(address, data={"act": "unblock"}).status_code == 302
    assert _sign_in(client).status_code == 302
    assert "您的账号已恢复使用" in _subjects(world)


def test_whoever_asks_for_a_deletion_can_be_shut_all_the_same(world: World, clock: time_machine.Coordinates) -> None:
    browser = world.client("stranger")
    with unit_of_work():
        accounts.ask_deletion(world.stranger)
    address = f"/zh/staff/people/{world.users['stranger']}"
    administrator = world.client("administrator")
    assert "停用这个账号" in administrator.get(address).text
    assert administrator.post(address, data={"act": "block", "reason-block": "滥用"}).status_code == 302
    assert browser.get("/zh/account").status_code == 302
    clock.shift(timedelta(days=8))
    world.work()
    assert _user(world).state is State.BLOCKED


def test_a_shut_account_is_not_opened_by_a_new_password(world: World, client: FlaskClient) -> None:
    from marketplace.accounts import tokens

    with unit_of_work():
        accounts.block(world.administrator, world.users["stranger"], reason="离职")
    with world.app.test_request_context():
        link = f"/zh/reset/{tokens.make(_user(world), 'reset')}"
    assert client.post(link, data={"password": NEW}).status_code == 409
    assert client.get("/zh/account").status_code == 302


def test_a_shut_person_in_the_second_step_stays_outside(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    from tests.accounts.test_second_factor import code_now

    enrolled(world, clock)
    _sign_in(client)
    with unit_of_work():
        accounts.block(world.administrator, world.users["stranger"], reason="离职")
    assert client.post("/zh/sign-in/code", data={"code": code_now(world)}).status_code == 409
    assert client.get("/zh/account").status_code == 302


def test_nobody_shuts_the_own_account_and_only_administrators_shut_others(world: World) -> None:
    with pytest.raises(Conflict), unit_of_work():
        accounts.block(world.administrator, world.users["administrator"], reason="x")
    with pytest.raises(NotFound), unit_of_work():
        accounts.block(world.officer, world.users["stranger"], reason="x")


def test_staff_who_are_out_of_use_hear_nothing_as_staff(world: World) -> None:
    assert world.users["officer"] in queries.with_role("officer")
    with unit_of_work():
        accounts.block(world.administrator, world.users["officer"], reason="离职")
    assert world.users["officer"] not in queries.with_role("officer")


# For good -------------------------------------------------------------------------------------------------------------


def _leftovers(address: str) -> list[str]:
    """Tables and columns of the whole database in which the address still stands."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | JSON | TextType):
                holds = cast(column, String).contains(address)
                if session().scalar(select(func.count()).select_from(table).where(holds)):
                    found.append(f"{table.name}.{column.name}")
    return found


@pytest.mark.db
def test_after_seven_days_the_worker_erases_the_person_and_keeps_the_record(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    enrolled(world, clock)
    number = world.users["stranger"]
    with unit_of_work() as work:
        work.add(Membership(organisation_id=world.vendor_id, user_id=number, role=MemberRole.EDITOR))
    world.work()
    browser = world.client("vendor")
    browser.post("/zh/sign-out")
    with unit_of_work():
        accounts.ask_deletion(world.stranger)
    assert _leftovers("stranger@people.example") == ["outbox_mail.recipient", "user_account.email"]
    assert "账号将在 7 天后删除，期间可以撤回" in _subjects(world)
    clock.shift(WEEK - timedelta(seconds=1))
    world.work()
    assert _user(world).state is State.LEAVING
    clock.shift(timedelta(seconds=1))
    world.work()
    row = _user(world)
    assert (row.state, row.email, row.name) == (State.DELETED, f"deleted-{number}", f"已注销 · deleted #{number}")
    for model in (UserSession, SignIn, SecondFactor, RecoveryCode, KnownDevice, InboxItem, Membership):
        count = session().scalar(select(func.count()).select_from(model).where(model.user_id == number))
        assert (model.__name__, count) == (model.__name__, 0)
    receipt = session().scalars(select(OutboxMail).where(OutboxMail.subject == "账号已删除，这是回执")).one()
    assert (receipt.recipient, receipt.sent_at is not None) == ("stranger@people.example", True)
    world.work()  # the next look finds the receipt sent, and forgets where to
    assert _leftovers("stranger@people.example") == []
    assert session().scalar(select(func.count()).select_from(AuditRow).where(AuditRow.actor_id == number)) > 0
    assert list(broken(session())) == []
    assert _sign_in(client).status_code == 422
    assert (
        client.post(
            "/zh/register", data={"name": "新人", "email": "stranger@people.example", "password": NEW, "agreed": "y"}
        ).status_code
        == 302
    )
    fresh = queries.by_email("stranger@people.example")
    assert fresh is not None
    assert fresh.id != number


def test_one_may_change_ones_mind_for_a_week(world: World, clock: time_machine.Coordinates) -> None:
    browser = world.client("stranger")
    assert browser.post(DATA, data={"act": "delete"}).status_code == 302
    assert "账号将在 3 月 9 日（周一）09:30 删除" in words(browser, DATA).replace("\xa0", " ")
    assert browser.get("/zh/desk").status_code == 200
    clock.shift(timedelta(days=6))
    again = world.client("stranger")
    assert again.post(DATA, data={"act": "keep"}).status_code == 302
    clock.shift(timedelta(days=2))
    world.work()
    assert _user(world).state is State.ACTIVE
    assert "删除账号的申请已撤回" in _subjects(world)


def test_who_became_the_only_manager_meanwhile_is_not_deleted_and_is_told(
    world: World, clock: time_machine.Coordinates
) -> None:
    _two_managers(world)
    with unit_of_work():
        accounts.ask_deletion(world.vendor)
    with unit_of_work():
        organisations.change_member(world.person("second"), world.vendor_id, world.users["second"], role=None)
    clock.shift(WEEK)
    world.work()
    assert _user(world, "vendor").state is State.ACTIVE
    assert "账号没有删除：还有事情要先交接" in _subjects(world, "vendor@people.example")


def test_staff_give_their_roles_back_first(world: World) -> None:
    with pytest.raises(Conflict, match="请先让管理员收回"), unit_of_work():
        accounts.ask_deletion(world.officer)


def test_the_page_says_honestly_what_stays(world: World) -> None:
    page = words(world.client("stranger"), DATA)
    for sentence in ("遴选记录依法保存十五年", "备份里的旧数据", "7 天内可以撤回", "30 天内登录即恢复"):
        assert sentence in page


def test_an_invitation_to_a_deleted_address_keeps_no_address(world: World, clock: time_machine.Coordinates) -> None:
    with unit_of_work():
        organisations.invite(
            world.vendor, world.vendor_id, email="stranger@people.example", role=MemberRole.EDITOR, language="zh"
        )
    with unit_of_work():
        accounts.ask_deletion(world.stranger)
    clock.shift(WEEK)
    world.work()
    world.work()
    assert _leftovers("stranger@people.example") == []


def test_a_deleted_person_is_in_no_list_and_stands_in_the_audit_as_a_number(
    world: World, clock: time_machine.Coordinates
) -> None:
    number = world.users["stranger"]
    browser = world.client("stranger")
    browser.post(DATA, data={"act": "delete"})
    clock.shift(WEEK)
    world.work()
    administrator = world.client("administrator")
    assert f"#{number}" not in words(administrator, "/zh/staff/people")
    assert f"deleted #{number}" in words(administrator, "/zh/audit")
    assert browser.get("/zh/account").status_code == 302
