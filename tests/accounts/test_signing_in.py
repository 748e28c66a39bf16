"""Signing in and out: wrong passwords, locks, sessions on several devices, links for a new password."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts import queries
from marketplace.accounts.models import UserSession
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.db import session
from tests.factories.world import PASSWORD, World

ADDRESS = "stranger@people.example"
NEW = "an even longer sentence"


def _sign_in(browser: FlaskClient, password: str = PASSWORD, query: str = "") -> tuple[int, str | None]:
    answer = browser.post(f"/zh/sign-in{query}", data={"email": ADDRESS, "password": password})
    return answer.status_code, answer.location


def _is_in(browser: FlaskClient) -> bool:
    return browser.get("/zh/account").status_code == 200


def _mails(world: World) -> list[OutboxMail]:
    world.work()
    return list(session().scalars(select(OutboxMail).where(OutboxMail.recipient == ADDRESS).order_by(OutboxMail.id)))


def _reset_link(mail: OutboxMail) -> str:
    found = re.search(r"http://site\.example(/zh/reset/\S+)", mail.text)
    assert found is not None
    return found[1]


def _failed() -> int:
    session().rollback()
    user = queries.by_email(ADDRESS)
    assert user is not None
    return user.failed_sign_ins


def test_the_right_password_signs_in_whatever_the_case_of_the_address(world: World, client: FlaskClient) -> None:
    answer = client.post("/zh/sign-in", data={"email": " Stranger@People.example ", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/zh/desk")
    assert _is_in(client)


def test_a_wrong_password_and_an_unknown_address_read_the_same(world: World, client: FlaskClient) -> None:
    wrong = client.post("/zh/sign-in", data={"email": ADDRESS, "password": "wrong"})
    unknown = client.post("/zh/sign-in", data={"email": "nobody@people.example", "password": "wrong"})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace(ADDRESS, "") == unknown.text.replace("nobody@people.example", "")
    assert not _is_in(client)


def test_wrong_passwords_are_counted_and_forgotten_after_the_right_one(world: World, client: FlaskClient) -> None:
    for count in range(1, 5):
        assert _sign_in(client, "wrong")[0] == 422
        assert _failed() == count
    assert _sign_in(client)[0] == 302
    assert _failed() == 0
    acts = select(AuditRow.act).where(AuditRow.act == "SignInFailed")
    assert len(session().scalars(acts).all()) == 4


def test_five_wrong_passwords_lock_the_account_for_fifteen_minutes(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    for _ in range(5):
        _sign_in(client, "wrong")
    answer = client.post("/zh/sign-in", data={"email": ADDRESS, "password": PASSWORD})
    assert answer.status_code == 422
    assert "账号会锁定 15 分钟" in answer.text
    clock.shift(timedelta(minutes=14, seconds=59))
    assert _sign_in(client)[0] == 422
    clock.shift(timedelta(seconds=2))
    assert _sign_in(client)[0] == 302


def test_trying_on_while_locked_does_not_lock_for_longer_or_mail_again(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    for _ in range(12):
        _sign_in(client, "wrong")
    assert [m.subject for m in _mails(world)] == ["密码连错 5 次，账号已锁定 15 分钟"]
    clock.shift(timedelta(minutes=15, seconds=1))
    assert _sign_in(client)[0] == 302


def test_the_mail_about_the_lock_gives_the_way_back(world: World, client: FlaskClient) -> None:
    for _ in range(5):
        _sign_in(client, "wrong")
    (mail,) = _mails(world)
    link = _reset_link(mail)
    assert client.get(link).status_code == 200
    answer = client.post(link, data={"password": NEW})
    assert (answer.status_code, answer.location) == (302, "/zh/desk")
    assert _is_in(client)
    other = world.app.test_client()
    assert _sign_in(other)[0] == 422
    assert _sign_in(other, NEW)[0] == 302


def test_asking_for_a_new_password_never_says_whether_the_address_is_known(world: World, client: FlaskClient) -> None:
    known = client.post("/zh/forgot", data={"email": ADDRESS})
    unknown = client.post("/zh/forgot", data={"email": "nobody@people.example"})
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.text.replace(ADDRESS, "") == unknown.text.replace("nobody@people.example", "")
    assert [m.subject for m in _mails(world)] == ["重设密码，链接 2 小时内有效"]


def test_a_used_reset_link_shows_a_clear_page(world: World, client: FlaskClient) -> None:
    client.post("/zh/forgot", data={"email": ADDRESS})
    link = _reset_link(_mails(world)[0])
    assert client.post(link, data={"password": NEW}).status_code == 302
    for answer in (client.get(link), client.post(link, data={"password": "something quite else"})):
        assert answer.status_code == 410
        assert "这个链接已经用过或过期了。请重新申请一次，链接两小时内有效。" in answer.text
    assert _sign_in(world.app.test_client(), NEW)[0] == 302


def test_a_reset_link_expires_after_two_hours(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    client.post("/zh/forgot", data={"email": ADDRESS})
    link = _reset_link(_mails(world)[0])
    clock.shift(timedelta(hours=2))
    assert client.get(link).status_code == 200
    clock.shift(timedelta(seconds=2))
    assert client.get(link).status_code == 410
    assert client.post(link, data={"password": NEW}).status_code == 410
    assert _sign_in(client)[0] == 302
    assert client.get("/zh/reset/ü.é").status_code == 410


def test_a_weak_new_password_is_refused_and_the_link_stays_good(world: World, client: FlaskClient) -> None:
    client.post("/zh/forgot", data={"email": ADDRESS})
    link = _reset_link(_mails(world)[0])
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": NEW}).status_code == 302


def test_a_link_for_confirming_does_not_reset(world: World, client: FlaskClient) -> None:
    client.post("/zh/forgot", data={"email": ADDRESS})
    token = _reset_link(_mails(world)[0]).rpartition("/")[2]
    assert client.get(f"/zh/confirm/{token}").status_code == 410


def test_the_list_of_sessions_shows_every_device_and_ends_one(world: World) -> None:
    here, there = world.client("stranger"), world.app.test_client()
    there.post("/zh/sign-in", data={"email": ADDRESS, "password": PASSWORD}, headers={"User-Agent": "Bücherei-PC"})
    page = here.get("/zh/account/sessions").text
    assert page.count('name="session" value="') == 4  # two devices, the button for the others and the one for all
    assert "Bücherei-PC" in page
    other = session().scalars(select(UserSession.id).where(UserSession.device == "Bücherei-PC")).one()
    assert here.post("/zh/account/sessions", data={"session": str(other)}).status_code == 302
    assert (_is_in(here), _is_in(there)) == (True, False)


def test_nobody_ends_somebody_elses_session(world: World) -> None:
    here, there = world.client("stranger"), world.client("vendor")
    other = session().scalars(select(UserSession.id).where(UserSession.user_id == world.users["vendor"])).one()
    assert here.post("/zh/account/sessions", data={"session": str(other)}).status_code == 404
    for nonsense in ("", "-1", "x", "٣", "9" * 30):
        assert here.post("/zh/account/sessions", data={"session": nonsense}).status_code == 404
    assert _is_in(there)


def test_signing_out_everywhere_ends_other_browsers_too(world: World) -> None:
    here, there, somebody = world.client("stranger"), world.client("stranger"), world.client("vendor")
    answer = here.post("/zh/account/sessions", data={"session": "all"})
    assert (answer.status_code, answer.location) == (302, "/zh/sign-in")
    assert (_is_in(here), _is_in(there), _is_in(somebody)) == (False, False, True)


def test_signing_out_ends_the_session_of_a_stolen_cookie(world: World) -> None:
    here, thief = world.client("stranger"), world.app.test_client()
    cookie = here.get_cookie("session")
    assert cookie is not None
    thief.set_cookie("session", cookie.value)
    assert _is_in(thief)
    here.post("/zh/sign-out")
    assert (_is_in(here), _is_in(thief)) == (False, False)


def test_changing_the_password_keeps_this_browser_and_ends_the_others(world: World) -> None:
    here, there = world.client("stranger"), world.client("stranger")
    answer = here.post("/zh/account/password", data={"proof-password": PASSWORD, "new": NEW})
    assert (answer.status_code, answer.location) == (302, "/zh/account")
    assert (_is_in(here), _is_in(there)) == (True, False)
    assert [m.subject for m in _mails(world)] == ["您的账号在一台新设备上登录了", "密码已更换，此前的登录都已退出"]


@pytest.mark.parametrize(("old", "new"), [("wrong", NEW), (PASSWORD, "short"), (PASSWORD, ADDRESS)])
def test_a_password_that_is_wrong_or_weak_changes_nothing(world: World, old: str, new: str) -> None:
    here, there = world.client("stranger"), world.client("stranger")
    assert here.post("/zh/account/password", data={"proof-password": old, "new": new}).status_code == 422
    assert (_is_in(here), _is_in(there)) == (True, True)


def test_a_session_ends_after_twelve_idle_hours_and_after_seven_days(
    world: World, clock: time_machine.Coordinates
) -> None:
    busy, idle = world.client("stranger"), world.client("vendor")
    clock.shift(timedelta(hours=11))
    assert _is_in(busy)
    clock.shift(timedelta(hours=2))
    assert (_is_in(busy), _is_in(idle)) == (True, False)
    for _ in range(15):
        clock.shift(timedelta(hours=10))
        assert _is_in(busy)
    clock.shift(timedelta(hours=6))
    assert not _is_in(busy)


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "evil", "/%0d%0aX: y\r\n", ""],
)
def test_signing_in_never_leads_away_from_the_site(world: World, client: FlaskClient, target: str) -> None:
    answer = client.post("/zh/sign-in", query_string={"next": target}, data={"email": ADDRESS, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/zh/desk")
    again = client.get("/zh/sign-in", query_string={"next": target})
    assert (again.status_code, again.location) == (302, "/zh/desk")


def test_signing_in_leads_back_to_the_page_that_asked_for_it(world: World, client: FlaskClient) -> None:
    asked = client.get("/zh/my/scenarios?page=2")
    assert asked.location == "/zh/sign-in?next=/zh/my/scenarios?page%3D2"
    assert _sign_in(client, query=asked.location.removeprefix("/zh/sign-in")) == (302, "/zh/my/scenarios?page=2")
