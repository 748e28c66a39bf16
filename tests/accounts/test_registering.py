"""Making an account: one mail with a link, a button that confirms, and no word about who is known already."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts import queries, services
from marketplace.accounts.models import User
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.db import session, unit_of_work
from tests.factories.world import PASSWORD, World

ACCOUNT = {"name": "新人", "email": "new@people.example", "password": "a rather long one", "agreed": "y"}


def _mails(world: World, to: str) -> list[OutboxMail]:
    world.work()
    return list(session().scalars(select(OutboxMail).where(OutboxMail.recipient == to).order_by(OutboxMail.id)))


def _link(mail: OutboxMail) -> str:
    found = re.search(r"http://site\.example(/(?:zh|en)/\S+)", mail.text)
    assert found is not None, mail.text
    return found[1]


def _user(email: str) -> User:
    session().rollback()
    user = queries.by_email(email)
    assert user is not None
    return user


def test_registering_sends_one_mail_with_a_link_and_nobody_is_signed_in(world: World, client: FlaskClient) -> None:
    answer = client.post("/zh/register", data=ACCOUNT)
    assert (answer.status_code, answer.location) == (302, "/zh/register/sent")
    assert client.get("/zh/account").status_code == 302
    mails = _mails(world, "new@people.example")
    assert [m.subject for m in mails] == ["请确认邮箱，链接 72 小时内有效"]
    assert _link(mails[0]).startswith("/zh/confirm/")
    assert _user("new@people.example").confirmed_at is None


def test_the_mail_speaks_the_language_of_the_page(world: World, client: FlaskClient) -> None:
    client.post("/en/register", data=ACCOUNT)
    (mail,) = _mails(world, "new@people.example")
    assert mail.language == "en"
    assert _link(mail).startswith("/en/confirm/")


def test_opening_the_link_confirms_nothing_pressing_the_button_does(world: World, client: FlaskClient) -> None:
    client.post("/zh/register", data=ACCOUNT)
    link = _link(_mails(world, "new@people.example")[0])
    for _scanner in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert _user("new@people.example").confirmed_at is None
    assert client.get("/zh/account").status_code == 302
    answer = client.post(link)
    assert (answer.status_code, answer.location) == (302, "/zh/organisations")
    assert _user("new@people.example").confirmed_at is not None
    assert client.get("/zh/account").status_code == 200


def test_a_used_expired_or_forged_confirming_link_says_so_with_410(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    client.post("/zh/register", data=ACCOUNT)
    link = _link(_mails(world, "new@people.example")[0])
    client.post(link)
    answer = world.app.test_client().get(link)
    assert answer.status_code == 410
    assert "这个链接已经用过或过期了" in answer.text
    client.post("/zh/register", data=ACCOUNT | {"email": "late@people.example"})
    late = _link(_mails(world, "late@people.example")[0])
    clock.shift(timedelta(hours=72, seconds=2))
    assert client.get(late).status_code == 410
    assert client.get("/zh/confirm/forged").status_code == 410
    assert client.get("/zh/confirm/é.ü.ß").status_code == 410
    session().rollback()
    assert _user("late@people.example").confirmed_at is None


def test_an_expired_link_confirms_nothing_when_the_button_is_pressed(
    world: World, client: FlaskClient, clock: time_machine.Coordinates
) -> None:
    client.post("/zh/register", data=ACCOUNT)
    link = _link(_mails(world, "new@people.example")[0])
    clock.shift(timedelta(hours=72, seconds=2))
    assert client.post(link).status_code in (409, 410)
    assert _user("new@people.example").confirmed_at is None


def test_a_known_address_is_told_by_mail_and_not_on_the_page(world: World, client: FlaskClient) -> None:
    fresh = client.post("/zh/register", data=ACCOUNT)
    known = client.post("/zh/register", data=ACCOUNT | {"email": "Stranger@People.Example"})
    assert (fresh.status_code, fresh.location) == (known.status_code, known.location)
    before = _user("stranger@people.example").password_hash
    mails = _mails(world, "stranger@people.example")
    assert [m.subject for m in mails] == ["这个邮箱已有账号，请直接登录"]
    assert _link(mails[0]).startswith("/zh/reset/")
    assert _user("stranger@people.example").password_hash == before
    assert len(list(session().scalars(select(User).where(User.email == "stranger@people.example")))) == 1


def test_an_unconfirmed_account_cannot_sign_in_and_may_ask_for_the_link_again(
    world: World, client: FlaskClient
) -> None:
    client.post("/zh/register", data=ACCOUNT)
    answer = client.post("/zh/sign-in", data={"email": ACCOUNT["email"], "password": ACCOUNT["password"]})
    assert answer.status_code == 422
    assert "这个邮箱还没有确认" in answer.text
    assert client.get("/zh/account").status_code == 302
    again = client.post("/zh/confirm", data={"email": ACCOUNT["email"]})
    unknown = client.post("/zh/confirm", data={"email": "nobody@people.example"})
    assert (again.status_code, again.location) == (unknown.status_code, unknown.location) == (302, "/zh/register/sent")
    assert len(_mails(world, ACCOUNT["email"])) == 2
    assert _mails(world, "nobody@people.example") == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "too short"}, "密码至少 10 个字符"),
        ({"password": "password123"}, "这个密码太容易被猜到"),
        ({"password": "New@People.example"}, "这个密码太容易被猜到"),
        ({"password": "abababababab"}, "这个密码太容易被猜到"),
        ({"password": "x1y2" * 51}, "密码最多 200 个字符"),
        ({"email": "not an address"}, "请填完整的邮箱"),
        ({"name": " "}, "请填您的姓名"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_no_account_is_made(
    world: World, client: FlaskClient, changes: dict[str, str], message: str
) -> None:
    answer = client.post("/zh/register", data=ACCOUNT | changes)
    assert answer.status_code == 422
    assert message in answer.text
    assert queries.by_email("new@people.example") is None


def test_a_password_is_never_shown_again(world: World, client: FlaskClient) -> None:
    answer = client.post("/zh/register", data=ACCOUNT | {"email": "x"})
    assert "a rather long one" not in answer.text


def test_only_an_administrator_gives_roles_and_never_to_themselves(world: World) -> None:
    from marketplace.accounts.models import StaffRole
    from marketplace.kernel.errors import Conflict, NotFound

    target = world.users["stranger"]
    with pytest.raises(NotFound), unit_of_work():
        services.set_role(world.officer, target, role=StaffRole.AUDITOR, given=True)
    with pytest.raises(Conflict), unit_of_work():
        services.set_role(world.administrator, world.users["administrator"], role=StaffRole.OFFICER, given=True)
    with unit_of_work():
        services.set_role(world.administrator, target, role=StaffRole.AUDITOR, given=True)
    assert world.stranger.roles == {"auditor"}
    with unit_of_work():
        services.set_role(world.administrator, target, role=StaffRole.AUDITOR, given=False)
    assert world.stranger.roles == frozenset()
    assert PASSWORD not in str(world.stranger)


def test_a_stranger_who_registers_somebody_s_address_is_not_let_in_by_its_owner(
    world: World, client: FlaskClient
) -> None:
    client.post("/zh/register", data=ACCOUNT)  # the stranger, who knows the password
    owner = world.app.test_client()
    link = _link(_mails(world, ACCOUNT["email"])[0])
    page = owner.get(link)
    assert "注册时设的密码" in page.text
    for typed in ("", "another long one"):
        answer = owner.post(link, data={"password": typed})
        assert answer.status_code == 422
        assert "这不是注册时设的密码" in answer.text
    assert _user(ACCOUNT["email"]).confirmed_at is None
    assert client.post("/zh/sign-in", data=ACCOUNT).status_code == 422
    owner.post("/zh/forgot", data={"email": ACCOUNT["email"]})
    reset = _link(_mails(world, ACCOUNT["email"])[-1])
    assert owner.post(reset, data={"password": "the owner's own words"}).status_code == 302
    assert owner.get("/zh/account").status_code == 200
    assert client.get(link).status_code == 410
    assert client.post("/zh/sign-in", data=ACCOUNT).status_code == 422
    assert client.get("/zh/account").status_code == 302


def test_another_browser_confirms_with_the_password_of_the_registration(world: World, client: FlaskClient) -> None:
    client.post("/zh/register", data=ACCOUNT)
    link, phone = _link(_mails(world, ACCOUNT["email"])[0]), world.app.test_client()
    assert "注册时设的密码" not in client.get(link).text
    assert phone.post(link, data={"password": ACCOUNT["password"]}).status_code == 302
    assert phone.get("/zh/account").status_code == 200


def test_guesses_at_the_link_lock_as_at_the_sign_in(world: World, client: FlaskClient) -> None:
    client.post("/zh/register", data=ACCOUNT)
    link, phone = _link(_mails(world, ACCOUNT["email"])[0]), world.app.test_client()
    for _each in range(5):
        assert phone.post(link, data={"password": "a wrong long one"}).status_code == 422
    assert phone.post(link, data={"password": ACCOUNT["password"]}).status_code == 422
    assert _user(ACCOUNT["email"]).locked_until is not None


def test_of_two_who_register_one_address_the_last_is_known_at_the_link(world: World, client: FlaskClient) -> None:
    client.post("/zh/register", data=ACCOUNT)
    first = _link(_mails(world, ACCOUNT["email"])[0])
    stranger = world.app.test_client()
    stranger.post("/zh/register", data=ACCOUNT | {"password": "the stranger's words"})
    last = _link(_mails(world, ACCOUNT["email"])[-1])
    assert client.get(first).status_code == 410
    assert client.post(last).status_code == 422, "the owner's browser carries another registration's mark"
    assert _user(ACCOUNT["email"]).confirmed_at is None


def test_what_the_browser_keeps_says_nothing_of_who_is_known(world: World, client: FlaskClient) -> None:
    kept = []
    for email in (ACCOUNT["email"], "stranger@people.example"):
        browser = world.app.test_client()
        browser.post("/zh/register", data=ACCOUNT | {"email": email})
        with browser.session_transaction() as cookie:
            kept.append({name: len(str(value)) for name, value in cookie.items()})
    assert kept[0] == kept[1]
    assert kept[0]["registered"] == 32
