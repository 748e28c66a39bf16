"""The only clock: in UTC, shown in Beijing time, moved in demo and development, never in production."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from marketplace.infra.jobs.services import load_clock, move_clock
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import unit_of_work
from tests.conftest import MONDAY


def test_the_sites_time_is_aware_and_in_utc(clock: time_machine.Coordinates) -> None:
    assert site_clock.now() == site_clock.real_now() == MONDAY
    assert site_clock.now().utcoffset() == timedelta(0)


def test_today_is_the_date_in_beijing(clock: time_machine.Coordinates) -> None:
    clock.move_to(datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    assert site_clock.today() == date(2026, 3, 2)
    clock.shift(timedelta(minutes=1))
    assert site_clock.today() == date(2026, 3, 3)


def test_a_moment_is_the_same_on_a_beijing_clock(clock: time_machine.Coordinates) -> None:
    shown = site_clock.beijing(MONDAY)
    assert shown == MONDAY
    assert shown.strftime("%Y-%m-%d %H:%M") == "2026-03-02 09:30"


def test_a_history_is_written_at_its_own_time_and_the_clock_comes_back(clock: time_machine.Coordinates) -> None:
    past = datetime(2025, 1, 1, tzinfo=UTC)
    with pytest.raises(RuntimeError), site_clock.moved_to(past):  # noqa: PT012
        assert site_clock.now() == past
        assert site_clock.real_now() == MONDAY
        raise RuntimeError
    assert site_clock.now() == MONDAY


def test_the_bar_moves_the_site_but_not_the_machine(app: Flask) -> None:
    with unit_of_work():
        move_clock(timedelta(days=3))
        move_clock(timedelta(hours=1))
    site_clock.set_offset(timedelta(0))
    load_clock(app)
    try:
        assert site_clock.offset() == timedelta(days=3, hours=1)
        assert site_clock.now() == MONDAY + timedelta(days=3, hours=1)
        assert site_clock.real_now() == MONDAY
    finally:
        site_clock.set_offset(timedelta(0))


def test_production_refuses_to_move_its_clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SHOWS_WORKINGS", False)
    with pytest.raises(RuntimeError), unit_of_work():  # noqa: PT012
        move_clock(timedelta(days=1))
    load_clock(app)
    assert site_clock.now() == MONDAY
