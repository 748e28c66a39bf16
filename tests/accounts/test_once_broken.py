"""What was once broken in accounts, and must not break again."""

from __future__ import annotations

from flask.testing import FlaskClient

from marketplace.accounts import queries as accounts
from marketplace.accounts import tokens
from tests.factories.world import World

ACCOUNT = {"name": "新人", "email": "new@people.example", "password": "a rather long one", "agreed": "y"}


def test_an_account_is_not_made_without_consent(world: World, client: FlaskClient) -> None:
    sent = {k: v for k, v in ACCOUNT.items() if k != "agreed"}
    assert client.post("/zh/register", data=sent).status_code == 422
    assert accounts.by_email("new@people.example") is None


def test_whoever_confirms_an_address_has_the_password_that_they_typed(world: World, client: FlaskClient) -> None:
    client.post("/zh/register", data=ACCOUNT | {"password": "typed by a stranger"})
    client.post("/zh/register", data=ACCOUNT)
    user = accounts.by_email("new@people.example")
    assert user is not None
    client.post(f"/zh/confirm/{tokens.make(user, 'confirm')}")
    for password, status in (("typed by a stranger", 422), (ACCOUNT["password"], 302)):
        answer = world.app.test_client().post("/zh/sign-in", data={"email": ACCOUNT["email"], "password": password})
        assert answer.status_code == status, password
