"""The history of sign-ins, new devices told by mail, devices in plain words, and how long all that is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts import devices
from marketplace.accounts.identity import DEVICE
from marketplace.accounts.models import KnownDevice, Outcome, SignIn
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.db import session
from tests.factories.stages import counted, words
from tests.factories.world import PASSWORD, World

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; M2) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0.50"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
SUBJECT = "您的账号在一台新设备上登录了"


def _sign_in(browser: FlaskClient, *, password: str = PASSWORD, device: str = EDGE, name: str = "stranger") -> int:
    data = {"email": f"{name}@people.example", "password": password}
    return browser.post("/zh/sign-in", data=data, headers={"User-Agent": device}).status_code


def _told(world: World) -> list[OutboxMail]:
    world.work()
    return list(session().scalars(select(OutboxMail).where(OutboxMail.subject == SUBJECT).order_by(OutboxMail.id)))


@pytest.mark.parametrize(
    ("device", "plain"),
    [
        (EDGE, "Edge，Windows"),
        (WECHAT, "微信，安卓"),
        (PHONE, "Safari，iPhone"),
        ("curl/8.5", "curl/8.5"),
        ("", "未知设备"),
    ],
)
def test_a_device_is_named_in_plain_words(world: World, device: str, plain: str) -> None:
    assert devices.plain(device) == plain


@pytest.mark.parametrize(
    ("address", "masked"),
    [("203.0.113.77", "203.0.113.*"), ("2001:db8:1:2::7", "2001:0db8:0001:*"), ("", ""), ("é", ""), ("unix", "")],
)
def test_an_address_is_shown_without_its_last_part(address: str, masked: str) -> None:
    assert devices.masked(address) == masked


@pytest.mark.db
def test_the_first_sign_in_ever_tells_nothing_and_the_next_browser_is_told(world: World, client: FlaskClient) -> None:
    assert _sign_in(client) == 302
    assert _told(world) == []
    assert _sign_in(world.app.test_client(), device=WECHAT) == 302
    (mail,) = _told(world)
    assert ("微信，安卓" in mail.text, "127.0.0.*" in mail.text, "先退出其他地方的登录，再换密码" in mail.text) == (
        True,
    ) * 3


def test_a_browser_is_known_again_after_signing_out(world: World, client: FlaskClient) -> None:
    for _ in range(3):
        assert _sign_in(client) == 302
        client.post("/zh/sign-out")
    assert _told(world) == []
    assert len(session().scalars(select(KnownDevice)).all()) == 1


def test_a_shared_browser_shows_nothing_in_common(world: World, client: FlaskClient) -> None:
    for name in ("stranger", "vendor"):
        assert _sign_in(client, name=name) == 302
        client.post("/zh/sign-out")
    assert _told(world) == []
    first, second = session().scalars(select(KnownDevice.token_hash)).all()
    assert first != second


@pytest.mark.parametrize("cookie", ["forged", "é.机器人", "a.b", "x" * 4000, ""])
def test_a_forged_cookie_is_a_new_browser_and_breaks_nothing(world: World, client: FlaskClient, cookie: str) -> None:
    _sign_in(world.app.test_client())
    header = {"Cookie": f"{DEVICE}={cookie}".encode().decode("latin-1"), "User-Agent": "\u00ff\u0000x"[:1] + EDGE}
    data = {"email": "stranger@people.example", "password": PASSWORD}
    assert client.post("/zh/sign-in", data=data, headers=header).status_code == 302
    assert len(_told(world)) == 1


def test_the_cookie_is_kept_from_scripts_and_holds_no_secret_of_the_session(world: World, client: FlaskClient) -> None:
    answer = client.post("/zh/sign-in", data={"email": "stranger@people.example", "password": PASSWORD})
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{DEVICE}=")]
    assert ("HttpOnly" in cookie, "SameSite=Lax" in cookie, "Max-Age=34560000" in cookie) == (True, True, True)
    held = client.get_cookie(DEVICE)
    assert held is not None
    assert held.value.partition(".")[0] not in session().scalars(select(KnownDevice.token_hash)).all()
    lone = world.app.test_client()
    lone.set_cookie(DEVICE, held.value)
    assert lone.get("/zh/account").status_code == 302


def test_the_history_shows_failed_attempts_in_beijing_time_with_a_masked_address(
    world: World, client: FlaskClient
) -> None:
    _sign_in(client, password="wrong", device=PHONE)
    _sign_in(client)
    page = words(client, "/zh/account/sessions")
    history = page.partition("登录记录 保存一年")[2]
    assert "3 月 2 日（周一）09:30 已登录 — Edge，Windows 127.0.0.*" in history.replace("\xa0", " ")
    assert "3 月 2 日（周一）09:30 密码不对 — Safari，iPhone 127.0.0.*" in history.replace("\xa0", " ")
    assert "127.0.0.1" not in page
    assert "signed in" in words(client, "/en/account/sessions")


def test_attempts_while_locked_stand_in_the_history_too(world: World, client: FlaskClient) -> None:
    for _ in range(6):
        _sign_in(client, password="wrong")
    outcomes = session().scalars(select(SignIn.outcome).order_by(SignIn.id)).all()
    assert outcomes == [Outcome.WRONG_PASSWORD] * 5 + [Outcome.LOCKED]


def test_nobody_reads_the_history_of_somebody_else(world: World, client: FlaskClient) -> None:
    _sign_in(client, device="Bücherei-PC")
    assert "cherei-PC" not in world.client("vendor").get("/zh/account/sessions").text
    assert "cherei-PC" not in world.client("administrator").get("/zh/account/sessions").text


def test_the_other_devices_are_signed_out_and_this_one_stays(world: World) -> None:
    here, there, somebody = world.client("stranger"), world.client("stranger"), world.client("vendor")
    assert here.post("/zh/account/sessions", data={"session": "others"}).status_code == 302
    codes = [b.get("/zh/account").status_code for b in (here, there, somebody)]
    assert codes == [200, 302, 200]


@pytest.mark.db
def test_attempts_are_kept_for_more_than_six_months_and_forgotten_after_a_year(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    _sign_in(client, password="wrong")
    _sign_in(client)
    clock.shift(timedelta(days=365))
    world.work()
    assert len(session().scalars(select(SignIn)).all()) == 2
    clock.shift(timedelta(days=2))
    world.work()
    assert session().scalars(select(SignIn)).all() == []
    assert len(session().scalars(select(KnownDevice)).all()) == 1
    clock.shift(timedelta(days=40))
    world.work()
    assert session().scalars(select(KnownDevice)).all() == []


def test_the_page_asks_the_database_as_often_for_thirty_attempts_as_for_one(world: World) -> None:
    browser = world.client("stranger")
    counts = []
    for wrong in (0, 30):
        for _ in range(wrong):
            _sign_in(world.app.test_client(), password="wrong")
        with counted(world.app) as statements:
            assert browser.get("/zh/account/sessions").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 15
