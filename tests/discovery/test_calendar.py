"""Deadlines by month: the month that is asked for, narrowed like the list, each day in its place."""

from __future__ import annotations

import re
from datetime import date

import pytest
import time_machine

from marketplace.discovery import monthly
from marketplace.infra.search.services import apply_pending
from marketplace.kernel import clock as site_clock
from tests.factories.stages import client, words
from tests.factories.world import World


def _closing(world: World, title: str, days: int, **changes: object) -> str:
    challenge = world.challenge(title, days=days, **changes)
    apply_pending()
    assert challenge.closes_at is not None
    return f"{site_clock.beijing(challenge.closes_at):%Y-%m}"


def test_a_month_shows_what_closes_in_it_and_nothing_else(world: World) -> None:
    first, later = _closing(world, "近的榜题", 16), _closing(world, "远的榜题", 75)
    assert first != later
    page = words(client(world), f"/zh/challenges?view=calendar&month={first}")
    assert "近的榜题" in page
    assert "远的榜题" not in page
    assert "有 1 项截止" in page
    assert "远的榜题" in words(client(world), f"/zh/challenges?view=calendar&month={later}")


def test_a_deadline_stands_on_its_day_in_beijing(world: World) -> None:
    challenge = world.challenge("这一天截止", days=20)
    apply_pending()
    assert challenge.closes_at is not None
    closing = site_clock.beijing(challenge.closes_at).date()
    page = client(world).get(f"/zh/challenges?view=calendar&month={closing:%Y-%m}").text
    cell = next(c for c in re.findall(r"<td.*?</td>", page, re.S) if "这一天截止" in c)
    assert f'<span class="cal-d">{closing.day}</span>' in cell


def test_the_filters_hold_in_the_calendar_and_lead_on_to_the_next_month(world: World) -> None:
    month = _closing(world, "近的榜题", 16)
    page = client(world).get(f"/zh/challenges?view=calendar&month={month}&domain=retail").text
    assert "近的榜题" not in page
    after = monthly.asked(month).moved(1)
    assert f"domain=retail&amp;view=calendar&amp;month={after}" in page or f"month={after}" in page
    assert 'name="view" value="calendar"' in page


@pytest.mark.parametrize("typed", ["", "2026-13", "x", "9999-01", "２０２６-12", "2026-12-01"])
def test_anything_that_is_no_month_means_this_month(world: World, clock: time_machine.Traveller, typed: str) -> None:
    today = site_clock.today()
    assert monthly.asked(typed) == monthly.Month(today.year, today.month)
    assert client(world).get("/zh/challenges", query_string={"view": "calendar", "month": typed}).status_code == 200


def test_weeks_begin_on_monday_and_hold_the_whole_month() -> None:
    grid = monthly.weeks(monthly.Month(2026, 2), [], {})
    assert (grid[0][0].date, grid[-1][-1].date) == (date(2026, 1, 26), date(2026, 3, 1))
    assert [d.date.day for week in grid for d in week if d.is_of_month] == list(range(1, 29))
    assert not next(d for week in grid for d in week if d.date == date(2026, 2, 17)).is_working  # Spring Festival


def test_years_end_where_months_do() -> None:
    assert monthly.Month(2026, 12).moved(1) == monthly.Month(2027, 1)
    assert monthly.Month(2026, 1).moved(-1) == monthly.Month(2025, 12)
