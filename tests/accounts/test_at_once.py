"""Guesses at the same moment, from many places, count one by one; one code is taken once."""

from __future__ import annotations

from collections import Counter

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts import services, tokens
from marketplace.accounts.models import Outcome, SignIn, User
from marketplace.accounts.services import second_factor
from marketplace.kernel.db import session
from tests.accounts.test_second_factor import code_now, enrolled
from tests.factories.at_once import at_once
from tests.factories.world import World

ADDRESS = "stranger@people.example"


def _outcomes() -> Counter[Outcome]:
    return Counter(session().scalars(select(SignIn.outcome)))


@pytest.mark.db
def test_twelve_wrong_passwords_at_once_are_five_guesses(world: World) -> None:
    world.person("stranger")
    before = _outcomes()
    at_once(world, *[lambda: services.authenticate(email=ADDRESS, password="wrong")] * 12)
    assert _outcomes() - before == {Outcome.WRONG_PASSWORD: 5, Outcome.LOCKED: 7}


@pytest.mark.db
def test_one_code_sent_five_times_at_once_is_taken_once(world: World, clock: time_machine.Coordinates) -> None:
    enrolled(world, clock)
    code, user_id, taken = code_now(world), world.users["stranger"], list[object]()
    at_once(world, *[lambda: taken.append(second_factor.check(user_id, code))] * 4)
    assert [t is None for t in taken].count(False) == 1


def test_a_locked_account_answers_no_sooner_than_an_unknown_one(
    world: World, client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _each in range(5):
        client.post("/zh/sign-in", data={"email": ADDRESS, "password": "wrong"})
    worked = []
    own = app.extensions["password_hasher"]

    class Counting(type(own)):  # type: ignore[misc]
        def hash(self, *given: object, **more: object) -> object:
            worked.append("hash")
            return own.hash(*given, **more)

        def verify(self, *given: object, **more: object) -> object:
            worked.append("verify")
            return own.verify(*given, **more)

    monkeypatch.setitem(app.extensions, "password_hasher", Counting())
    for email in (ADDRESS, "nobody@people.example"):
        client.post("/zh/sign-in", data={"email": email, "password": "wrong"})
    assert len(worked) == 2


@pytest.mark.db
def test_a_link_for_a_new_password_pressed_twice_at_once_sets_one(world: World) -> None:
    world.person("stranger")
    token = tokens.make(session().get_one(User, world.users["stranger"]), "reset")
    found = at_once(
        world, *[lambda p=p: services.reset_password(token, p) for p in ("one long phrase", "two long phrases")]
    )
    assert sorted(found) == ["Conflict", "ok"]
