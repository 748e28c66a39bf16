"""The second factor: setting it up, signing in with it, recovery codes, locks, turning it off, what staff owe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from marketplace.accounts import queries
from marketplace.accounts.models import Method, Outcome, RecoveryCode, SecondFactor, SignIn, UserSession
from marketplace.accounts.services import second_factor as services
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.sealing.secrets import decrypt, encrypt
from marketplace.kernel.db import db, session, unit_of_work
from marketplace.kernel.errors import Conflict, Invalid, Refused
from tests.factories.stages import words
from tests.factories.world import PASSWORD, World

PAGE = "/zh/account/second-factor"
STEP = timedelta(seconds=30)


def secret_of(world: World, name: str = "stranger") -> str:
    """The seed in the person's app."""
    row = session().scalars(select(SecondFactor).where(SecondFactor.user_id == world.users[name])).one()
    found = services.secret_of(row)
    session().rollback()
    return found


def code_now(world: World, name: str = "stranger") -> str:
    """What the person's app shows now."""
    return pyotp.TOTP(secret_of(world, name)).now()


def enrolled(world: World, clock: time_machine.Coordinates, name: str = "stranger") -> list[str]:
    """Set the person's app up; answers the recovery codes. The app shows a new code afterwards."""
    actor = world.person(name)
    with unit_of_work():
        services.begin(actor)
    code = code_now(world, name)
    with unit_of_work():
        codes = services.confirm(actor, code)
    clock.shift(STEP)
    return codes


def first_step(browser: FlaskClient, name: str = "stranger", query: str = "") -> str | None:
    """Give address and password; answers where that leads."""
    return browser.post(f"/zh/sign-in{query}", data={"email": f"{name}@people.example", "password": PASSWORD}).location


def second_step(browser: FlaskClient, code: str, query: str = "") -> int:
    """Give a code; answers the status."""
    return browser.post(f"/zh/sign-in/code{query}", data={"code": code}).status_code


def is_in(browser: FlaskClient) -> bool:
    """Whether the browser is signed in."""
    return browser.get("/zh/account").status_code == 200


def subjects(world: World, name: str = "stranger") -> list[str]:
    """The subjects of the person's mails, once the worker has run."""
    world.work()
    mine = select(OutboxMail.subject).where(OutboxMail.recipient == f"{name}@people.example").order_by(OutboxMail.id)
    return list(session().scalars(mine))


def test_setting_it_up_shows_a_picture_and_a_key_and_asks_for_a_first_code(world: World) -> None:
    browser, other = world.client("stranger"), world.client("stranger")
    assert "开始设置" in browser.get(PAGE).text
    assert browser.post(PAGE, data={"act": "start"}).status_code == 302
    shown = browser.get(PAGE).text
    secret = secret_of(world)
    assert " ".join(secret[i : i + 4] for i in range(0, 32, 4)) in shown
    assert re.search(r'<svg[^>]* class="qr"><g[^>]*><path', shown)
    assert "style=" not in shown.partition("<main")[2]
    assert queries.has_second_factor(world.users["stranger"]) is False
    answer = browser.post(PAGE, data={"act": "confirm", "code": pyotp.TOTP(secret).now()})
    assert answer.status_code == 200
    assert len(re.findall(r"<li>\d{4} \d{4} \d{4} \d{4}</li>", answer.text)) == 10
    assert answer.headers["Cache-Control"] == "no-store"
    assert (is_in(browser), is_in(other)) == (True, False)
    assert "还剩 10 个" in words(browser, PAGE)
    assert "二次验证已开启" in subjects(world)


def test_a_wrong_first_code_keeps_the_picture_and_turns_nothing_on(world: World) -> None:
    browser = world.client("stranger")
    browser.post(PAGE, data={"act": "start"})
    secret = secret_of(world)
    answer = browser.post(PAGE, data={"act": "confirm", "code": "000000"})
    assert answer.status_code == 422
    assert "请看手机的时间是否准确" in answer.text
    assert 'class="qr"' in answer.text
    assert secret_of(world) == secret
    assert first_step(world.app.test_client()) == "/zh/desk"


@pytest.mark.db
def test_the_seed_is_encrypted_in_the_database_and_the_recovery_codes_are_hashed(
    world: World, clock: time_machine.Coordinates
) -> None:
    codes = enrolled(world, clock)
    secret = secret_of(world)
    stored = session().execute(text("SELECT secret FROM second_factor")).scalar_one()
    assert secret.encode() not in bytes(stored)
    hashes = session().scalars(select(RecoveryCode.code_hash)).all()
    assert len(set(hashes)) == 10
    assert not {c.replace(" ", "") for c in codes} & set(hashes)


def test_a_seed_moved_to_another_person_does_not_open(app: Flask) -> None:
    sealed = encrypt("second-factor", "second-factor:1", b"seed")
    assert decrypt("second-factor", "second-factor:1", sealed) == b"seed"
    for purpose, label, data in (
        ("second-factor", "second-factor:2", sealed),
        ("other", "second-factor:1", sealed),
        ("second-factor", "second-factor:1", sealed[:-1] + b"x"),
        ("second-factor", "second-factor:1", b""),
    ):
        with pytest.raises(Refused):
            decrypt(purpose, label, data)


@pytest.mark.db
def test_signing_in_takes_password_and_code_and_no_session_begins_before(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    enrolled(world, clock)
    assert first_step(client, query="?next=/zh/inbox") == "/zh/sign-in/code?next=/zh/inbox"
    assert session().scalar(select(func.count()).select_from(UserSession)) == 0
    assert not is_in(client)
    answer = client.post("/zh/sign-in/code?next=/zh/inbox", data={"code": code_now(world)})
    assert (answer.status_code, answer.location) == (302, "/zh/inbox")
    assert is_in(client)
    row = session().scalars(select(SignIn)).one()
    assert (row.outcome, row.method) == (Outcome.SIGNED_IN, Method.APP)


def test_without_the_first_step_there_is_no_second(world: World, client: FlaskClient) -> None:
    assert client.get("/zh/sign-in/code").location == "/zh/sign-in"
    assert client.post("/zh/sign-in/code", data={"code": "123456"}).location == "/zh/sign-in"


def test_the_second_step_belongs_to_the_browser_of_the_first_and_lasts_ten_minutes(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    enrolled(world, clock)
    first_step(client)
    elsewhere = world.app.test_client()
    assert elsewhere.post("/zh/sign-in/code", data={"code": code_now(world)}).location == "/zh/sign-in"
    clock.shift(timedelta(minutes=10))
    assert client.get("/zh/sign-in/code").status_code == 200
    clock.shift(timedelta(seconds=2))
    assert client.post("/zh/sign-in/code", data={"code": code_now(world)}).location == "/zh/sign-in"
    assert not is_in(client)


def test_a_password_changed_meanwhile_ends_the_first_step(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    from marketplace.accounts import services as accounts

    enrolled(world, clock)
    first_step(client)
    with unit_of_work():
        accounts.change_password(world.stranger, new="quite another sentence")
    assert client.get("/zh/sign-in/code").location == "/zh/sign-in"


def test_a_code_is_taken_once(world: World, client: FlaskClient, clock: time_machine.Coordinates) -> None:
    enrolled(world, clock)
    code = code_now(world)
    first_step(client)
    assert second_step(client, code) == 302
    other = world.app.test_client()
    first_step(other)
    assert second_step(other, code) == 422
    clock.shift(STEP)
    assert second_step(other, code_now(world)) == 302


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_a_clock_may_be_off_by_one_step(
    world: World, client: FlaskClient, clock: time_machine.Coordinates, steps: int, status: int
) -> None:
    enrolled(world, clock)
    clock.shift(3 * STEP)
    first_step(client)
    code = pyotp.TOTP(secret_of(world)).at(_now(), counter_offset=steps)
    assert second_step(client, code) == status


def _now() -> int:
    from marketplace.kernel import clock as site_clock

    return int(site_clock.real_now().timestamp())


def test_full_width_digits_and_gaps_are_read(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    enrolled(world, clock)
    first_step(client)
    wide = code_now(world).translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert second_step(client, f" {wide[:3]} {wide[3:]} ") == 302


HOSTILE = ("", "é", "机器人", "12345６7", "٣٣٣٣٣٣", "\x00", "-1", "1e5", "½" * 6, "²" * 6, "x" * 64, "1" * 1_000_000)


@pytest.mark.db
@pytest.mark.parametrize("code", HOSTILE)
def test_a_hostile_code_is_refused_and_breaks_nothing(
    world: World, client: FlaskClient, clock: time_machine.Coordinates, code: str
) -> None:
    enrolled(world, clock)
    first_step(client)
    answer = client.post("/zh/sign-in/code", data={"code": code})
    assert answer.status_code == 422
    assert len(answer.text) < 50_000
    assert not is_in(client)
    here = world.client("vendor")
    here.post(PAGE, data={"act": "start"})
    assert here.post(PAGE, data={"act": "confirm", "code": code}).status_code == 422
    for act in ("", "é", "x" * 1000, "start\x00"):
        assert here.post(PAGE, data={"act": act, "code": code}).status_code == 404


@pytest.mark.db
def test_a_recovery_code_stands_in_for_the_app_once_and_is_told(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    codes = enrolled(world, clock)
    first_step(client)
    assert second_step(client, codes[3].replace(" ", "-")) == 302
    assert "还剩 9 个" in words(client, PAGE)
    assert "用掉了一个恢复码，还剩 9 个" in subjects(world)
    other = world.app.test_client()
    first_step(other)
    assert second_step(other, codes[3]) == 422
    assert second_step(other, codes[4]) == 302
    methods = session().scalars(select(SignIn.method).where(SignIn.outcome == Outcome.SIGNED_IN)).all()
    assert methods == [Method.RECOVERY, Method.RECOVERY]


def test_a_recovery_code_of_somebody_else_is_none(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    enrolled(world, clock)
    others = enrolled(world, clock, "vendor")
    first_step(client)
    assert second_step(client, others[0]) == 422


def test_five_wrong_codes_lock_for_fifteen_minutes_and_warn_that_the_password_is_known(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    codes = enrolled(world, clock)
    first_step(client)
    for _ in range(5):
        assert second_step(client, "000000") == 422
    assert "有人知道您的密码：验证码连错 5 次，已锁定 15 分钟" in subjects(world)
    assert second_step(client, code_now(world)) == 422
    assert second_step(client, codes[0]) == 422
    clock.shift(timedelta(minutes=15, seconds=1))
    first_step(client)
    assert second_step(client, code_now(world)) == 302
    asked = select(AuditRow.act).where(AuditRow.act.in_(["CodeFailed", "CodeLockedOut"])).order_by(AuditRow.id)
    acts = session().scalars(asked).all()
    assert acts == ["CodeFailed"] * 5 + ["CodeLockedOut"]


def test_a_link_for_a_new_password_does_not_go_round_the_second_factor(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    enrolled(world, clock)
    client.post("/zh/forgot", data={"email": "stranger@people.example"})
    world.work()
    mail = session().scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert mail is not None
    link = re.search(r"http://site\.example(/zh/reset/\S+)", mail.text)
    assert link is not None
    answer = client.post(link[1], data={"password": "an even longer sentence"})
    assert answer.location == "/zh/sign-in/code"
    assert not is_in(client)
    assert second_step(client, code_now(world)) == 302
    assert is_in(client)


def _signed_in(world: World, clock: time_machine.Coordinates, name: str = "stranger") -> FlaskClient:
    browser = world.app.test_client()
    first_step(browser, name)
    assert second_step(browser, code_now(world, name)) == 302
    clock.shift(STEP)
    return browser


def test_turning_it_off_asks_for_password_and_code(world: World, clock: time_machine.Coordinates) -> None:
    enrolled(world, clock)
    browser = _signed_in(world, clock)
    clock.shift(timedelta(minutes=16))
    assert browser.post(PAGE, data={"act": "off"}).status_code == 422
    assert browser.post(PAGE, data={"act": "off", "proof-password": PASSWORD}).status_code == 422
    wrong = browser.post(PAGE, data={"act": "off", "proof-password": PASSWORD, "proof-code": "000000"})
    assert (wrong.status_code, "验证码不对" in wrong.text) == (422, True)
    assert queries.has_second_factor(world.users["stranger"])
    right = {"act": "off", "proof-password": PASSWORD, "proof-code": code_now(world)}
    assert browser.post(PAGE, data=right).status_code == 302
    assert session().scalar(select(func.count()).select_from(RecoveryCode)) == 0
    assert "二次验证已关闭" in subjects(world)
    assert first_step(world.app.test_client()) == "/zh/desk"


def test_new_recovery_codes_make_the_old_void(world: World, clock: time_machine.Coordinates) -> None:
    old = enrolled(world, clock)
    browser = _signed_in(world, clock)
    answer = browser.post(PAGE, data={"act": "codes"})
    new = re.findall(r"<li>(\d{4} \d{4} \d{4} \d{4})</li>", answer.text)
    assert len(new) == 10
    assert not set(new) & set(old)
    other = world.app.test_client()
    first_step(other)
    assert second_step(other, old[0]) == 422
    assert second_step(other, new[0]) == 302
    assert "恢复码已换新，旧的作废" in subjects(world)


def test_somebody_at_an_open_session_does_not_see_the_seed_of_a_half_finished_set_up(
    world: World, clock: time_machine.Coordinates
) -> None:
    browser = world.client("stranger")
    browser.post(PAGE, data={"act": "start"})
    assert 'class="qr"' in browser.get(PAGE).text
    clock.shift(timedelta(minutes=16))
    assert 'class="qr"' not in browser.get(PAGE).text
    assert "请证明是您本人" in browser.get(PAGE).text


def test_it_is_set_up_once(world: World, clock: time_machine.Coordinates) -> None:
    enrolled(world, clock)
    for act in (lambda: services.begin(world.stranger), lambda: services.confirm(world.stranger, "000000")):
        with pytest.raises(Conflict), unit_of_work():
            act()
    with unit_of_work():
        services.begin(world.vendor)
    with pytest.raises(Invalid), unit_of_work():
        services.confirm(world.vendor, "")


# Staff ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def strict(app: Flask) -> Iterator[Flask]:
    """An installation that asks staff for a second factor, as production does."""
    app.config["SECOND_FACTOR_FOR_STAFF"] = True
    yield app
    app.config["SECOND_FACTOR_FOR_STAFF"] = False


OPEN_TO_ALL = {"accounts.second_factor", "accounts.sign_out", "static", "bootstrap.static"}


def test_staff_who_owe_a_second_factor_reach_its_page_only(world: World, strict: Flask) -> None:
    browsers = [world.client(name) for name in ("officer", "auditor", "administrator")]
    wrong, asked = [], 0
    for rule in strict.url_map.iter_rules():
        if rule.endpoint in OPEN_TO_ALL:
            continue
        path = re.sub(r"<any\(zh,en\):lang>", "zh", rule.rule)
        path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", path)
        path = re.sub(r"<int:\w+>", "1", path)
        path = re.sub(r"<\w+>", "scenarios", path)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for browser in browsers:
                answer = browser.open(path, method=method)
                asked += 1
                if (answer.status_code, (answer.location or "")[3:]) != (302, "/account/second-factor"):
                    wrong.append(f"{method} {path} → {answer.status_code} {answer.location}")
    assert asked > 200
    assert wrong == []


def test_staff_who_owe_it_can_set_it_up_in_both_languages_and_go_on(
    world: World, strict: Flask, clock: time_machine.Coordinates
) -> None:
    browser = world.client("officer")
    assert browser.get("/zh/desk").location == "/zh/account/second-factor"
    for language, asks in (("zh", "工作人员要先开启二次验证"), ("en", "Staff have to turn the second factor on")):
        assert asks in browser.get(f"/{language}/account/second-factor").text
    browser.post(PAGE, data={"act": "start"})
    assert browser.post(PAGE, data={"act": "confirm", "code": code_now(world, "officer")}).status_code == 200
    assert browser.get("/zh/desk").status_code == 200
    clock.shift(STEP)
    assert browser.post(PAGE, data={"act": "off"}).status_code == 409
    assert "不能关闭" in browser.get(PAGE).text


def test_staff_may_sign_out_instead(world: World, strict: Flask) -> None:
    browser = world.client("officer")
    browser.post("/zh/sign-out")
    assert browser.get("/zh/challenges").status_code == 200


def test_nobody_else_owes_one_and_a_demo_asks_nobody(world: World, app: Flask) -> None:
    assert world.client("officer").get("/zh/desk").status_code == 200
    app.config["SECOND_FACTOR_FOR_STAFF"] = True
    try:
        assert world.client("vendor").get("/zh/desk").status_code == 200
        assert app.test_client().get("/zh/challenges").status_code == 200
    finally:
        app.config["SECOND_FACTOR_FOR_STAFF"] = False


@pytest.mark.parametrize(
    ("mode", "said", "asks"),
    [("demo", None, False), ("production", None, True), ("production", False, False), ("demo", True, True)],
)
def test_production_asks_staff_and_a_setting_says_otherwise(mode: str, said: bool | None, asks: bool) -> None:
    from config import Settings

    whole = Settings(
        mode=mode, secret_key="0123456789" * 4, master_key="0123456789abcdef" * 4, allowed_hosts="x.example",
        site_url="https://x.example", mail_transport="smtp", second_factor_for_staff=said,
    )  # fmt: skip
    assert whole.holds_staff_to_second_factor is asks


# Somebody lost the phone ----------------------------------------------------------------------------------------


def test_an_administrator_resets_a_second_factor_with_a_reason_that_is_mailed(
    world: World, clock: time_machine.Coordinates
) -> None:
    enrolled(world, clock)
    person = _signed_in(world, clock)
    browser, address = world.client("administrator"), f"/zh/staff/people/{world.users['stranger']}"
    without = browser.post(address, data={"act": "reset", "reason-reset": ""})
    assert (without.status_code, "请写明理由" in without.text) == (422, True)
    assert is_in(person)
    assert browser.post(address, data={"act": "reset", "reason-reset": "手机丢失"}).status_code == 302
    assert not is_in(person)
    assert "管理员重置了您的二次验证" in subjects(world)
    mail = session().scalars(select(OutboxMail).where(OutboxMail.subject == "管理员重置了您的二次验证")).one()
    assert "手机丢失" in mail.text
    row = session().scalars(select(AuditRow).where(AuditRow.act == "SecondFactorReset")).one()
    assert (row.actor_id, row.data["reason"]) == (world.users["administrator"], "手机丢失")
    assert first_step(world.app.test_client()) == "/zh/desk"


def test_nobody_resets_their_own_and_an_officer_resets_none(world: World, clock: time_machine.Coordinates) -> None:
    from marketplace.accounts import services as accounts
    from marketplace.kernel.errors import NotFound

    enrolled(world, clock, "administrator")
    with pytest.raises(Conflict), unit_of_work():
        accounts.reset_second_factor(world.administrator, world.users["administrator"], reason="x")
    with pytest.raises(NotFound), unit_of_work():
        accounts.reset_second_factor(world.officer, world.users["administrator"], reason="x")


def test_the_command_line_resets_one_when_no_administrator_can(
    world: World, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from marketplace import cli

    enrolled(world, clock, "administrator")
    db.session.remove()
    monkeypatch.setattr(cli, "_app", lambda settings=None: world.app)
    run = CliRunner().invoke
    assert "There is no account" in run(cli.main, ["reset-second-factor", "x@y.example", "--reason", "lost"]).output
    done = run(cli.main, ["reset-second-factor", "administrator@people.example", "--reason", "lost"])
    assert (done.exit_code, "password alone" in done.output) == (0, True)
    assert not queries.has_second_factor(world.users["administrator"])
    again = run(cli.main, ["reset-second-factor", "administrator@people.example", "--reason", "lost"])
    assert again.exit_code == 1
