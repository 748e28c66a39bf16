"""A site with forgery protection and rate limits on, as in production."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from marketplace.accounts.services import create_confirmed
from marketplace.app import create_app
from marketplace.kernel.db import db, unit_of_work
from marketplace.web.limits import limiter

DATA = {"email": "a@people.example", "password": "a long sentence"}


@pytest.fixture
def guarded(tmp_path: Path, clock: time_machine.Coordinates) -> Iterator[Flask]:
    """Another site on a database of its own, nothing switched off; afterwards the limiter is as the others want it."""
    before = limiter.enabled
    app = create_app(
        Settings(
            mode="test", data=tmp_path, secret_key="guarded-" + "x" * 32, master_key="ab" * 32, limits_enabled=True
        )
    )
    with app.app_context():
        db.create_all()
        with unit_of_work():
            create_confirmed(email=DATA["email"], name="A", password=DATA["password"])
        limiter.reset()
    yield app
    with app.app_context():
        limiter.reset()
        db.session.remove()
        db.engine.dispose()
    limiter.enabled = before


def _token(browser: FlaskClient, path: str = "/zh/sign-in") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def test_a_page_with_its_token_is_taken(guarded: Flask) -> None:
    browser = guarded.test_client()
    answer = browser.post("/zh/sign-in", data=DATA | {"csrf_token": _token(browser)})
    assert (answer.status_code, answer.location) == (302, "/zh/desk")


@pytest.mark.parametrize("token", ["", "forged", "é", "机器人", "机.器.人", "a.é.b", "\x00", "x" * 5000])
def test_a_missing_forged_or_non_ascii_token_brings_the_page_back_and_signs_nobody_in(
    guarded: Flask, token: str
) -> None:
    browser = guarded.test_client()
    _token(browser)
    answer = browser.post(
        "/zh/sign-in", data=DATA | {"csrf_token": token}, headers={"Referer": "http://localhost/zh/sign-in"}
    )
    assert (answer.status_code, answer.location) == (302, "/zh/sign-in")
    page = browser.get("/zh/sign-in")
    assert page.status_code == 200
    assert "页面放得太久，已为您刷新。请再点一次。" in page.text


def test_a_token_with_a_non_ascii_signature_is_no_error_of_the_server(guarded: Flask) -> None:
    browser = guarded.test_client()
    token = _token(browser)
    for broken in (token.rpartition(".")[0] + ".签名", token.replace(".", ".机", 1).replace("I", "é", 1), "é.é.é"):
        assert browser.post("/zh/sign-in", data=DATA | {"csrf_token": broken}).status_code == 302
        assert browser.post("/zh/sign-in", data=DATA, headers={"X-CSRFToken": "x.y"}).status_code == 302
        assert browser.get("/zh/account").status_code == 302


def test_a_token_of_another_browser_is_refused(guarded: Flask) -> None:
    browser, other = guarded.test_client(), guarded.test_client()
    _token(browser)
    answer = browser.post("/zh/sign-in", data=DATA | {"csrf_token": _token(other)})
    assert answer.status_code == 302
    assert browser.get("/zh/account").status_code == 302


def test_a_forged_request_never_leads_away_from_the_site(guarded: Flask) -> None:
    browser = guarded.test_client()
    for referrer in ("http://localhost//evil.example/", "https://evil.example/", "http://localhost/\\evil.example"):
        answer = browser.post("/zh/sign-in", data=DATA, headers={"Referer": referrer})
        assert (answer.status_code, answer.location) == (302, "/zh/")


def test_the_eleventh_attempt_within_a_minute_is_refused_with_429_and_reading_is_not(
    guarded: Flask, clock: time_machine.Coordinates
) -> None:
    browser = guarded.test_client()
    token = _token(browser)
    answers = [
        browser.post("/zh/sign-in", data={"email": f"x{n}@people.example", "password": "w", "csrf_token": token})
        for n in range(11)
    ]
    assert [a.status_code for a in answers] == [422] * 10 + [429]
    assert "操作太频繁" in answers[-1].text
    assert browser.get("/zh/sign-in").status_code == 200


def test_asking_for_mails_is_limited_by_the_hour(guarded: Flask) -> None:
    browser = guarded.test_client()
    token = _token(browser)
    codes = [
        browser.post("/zh/forgot", data={"email": "x@people.example", "csrf_token": token}).status_code
        for _ in range(11)
    ]
    assert codes == [200] * 10 + [429]
