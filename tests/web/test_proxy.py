"""Behind a proxy: whose word about addresses and arrival is believed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask, g, request

from config import Settings
from marketplace.app import create_app
from marketplace.kernel import clock as site_clock
from marketplace.web.security import LONGEST_WAIT


def _site(folder: Path, proxies: int) -> Flask:
    return create_app(Settings(mode="test", data=folder, master_key="ab" * 32, trusted_proxies=proxies))


def _seen(app: Flask, headers: dict[str, str]) -> tuple[str | None, bool, timedelta]:
    """Address, whether over TLS, and how long before now the request counts as received."""
    found: list[tuple[str | None, bool, timedelta]] = []

    @app.after_request
    def look(response: object) -> object:
        found.append((request.remote_addr, request.is_secure, site_clock.now() - g.received_at))
        return response

    app.test_client().get("/healthz", headers=headers)
    return found[0]


def _waiting(seconds: float) -> dict[str, str]:
    return {"X-Request-Start": f"t={site_clock.real_now().timestamp() - seconds:.3f}"}


def test_nobody_in_front_is_believed_unless_the_settings_say_so(
    tmp_path: Path, clock: time_machine.Coordinates
) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", **_waiting(20)}
    assert _seen(_site(tmp_path, 0), headers) == ("127.0.0.1", False, timedelta(0))


def test_the_trusted_proxy_says_who_asks_and_since_when(tmp_path: Path, clock: time_machine.Coordinates) -> None:
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https", **_waiting(20)}
    assert _seen(_site(tmp_path, 1), headers) == ("203.0.113.9", True, timedelta(seconds=20))


@pytest.mark.parametrize("value", ["", "t=", "t=abc", "t=9e9", "1700000000.1", "t=-5", "t=99999999999999.0", "t=NaN"])
def test_nonsense_about_the_arrival_counts_as_now(tmp_path: Path, clock: time_machine.Coordinates, value: str) -> None:
    assert _seen(_site(tmp_path, 1), {"X-Request-Start": value})[2] == timedelta(0)


def test_an_arrival_in_the_future_or_too_long_ago_counts_as_now(
    tmp_path: Path, clock: time_machine.Coordinates
) -> None:
    app = _site(tmp_path, 1)
    assert _seen(app, _waiting(-5))[2] == timedelta(0)
    assert timedelta(seconds=60) > LONGEST_WAIT


@pytest.mark.parametrize(("seconds", "counted"), [(49, 49), (51, 0)])
def test_the_wait_that_counts_ends_before_the_bids_may_be_opened(
    tmp_path: Path, clock: time_machine.Coordinates, seconds: int, counted: int
) -> None:
    assert _seen(_site(tmp_path, 1), _waiting(seconds))[2] == timedelta(seconds=counted)
