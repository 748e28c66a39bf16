"""Working days: the examples of the design, make-up days, overrides, years without data, and what deadlines become."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from marketplace.kernel.clock import BEIJING
from marketplace.kernel.db import unit_of_work
from marketplace.vocabulary import calendar, queries
from marketplace.vocabulary.models import DayOverride


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2023-06-20", "2023-06-29", 7),
        ("2021-10-09", "2021-10-15", 6),
        ("2022-07-22", "2022-07-28", 5),
        ("2026-03-02", "2026-03-02", 1),
        ("2026-03-07", "2026-03-08", 0),
        ("2026-03-09", "2026-03-02", 0),
    ],
)
def test_working_days_between_two_dates_count_both_ends(first: str, last: str, count: int) -> None:
    assert calendar.working_days(_day(first), _day(last)) == count


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-02-12", "2026-02-25"), ("2026-04-30", "2026-05-09"), ("2026-09-29", "2026-10-10")],
)
def test_a_notice_of_five_working_days_counts_its_first_day_and_ends_at_midnight(first: str, last: str) -> None:
    assert calendar.last_of(5, _day(first)) == _day(last)
    ends = calendar.notice_end(_day(first))
    assert (ends - _at(f"{last}T00:00")).total_seconds() == 24 * 3600
    assert ends.utcoffset() == BEIJING.utcoffset(ends.replace(tzinfo=None))


def test_a_notice_that_begins_on_a_free_day_counts_from_the_next_working_day() -> None:
    assert calendar.last_of(5, _day("2026-03-07")) == _day("2026-03-13")


def test_holidays_are_free_and_make_up_days_are_worked() -> None:
    assert [calendar.is_working(_day(d)) for d in ("2026-02-17", "2026-02-28", "2026-03-01", "2026-03-02")] == [
        False,
        True,
        False,
        True,
    ]


def test_a_public_holiday_has_a_name_and_a_weekend_has_none() -> None:
    assert [calendar.is_public_holiday(_day(d)) for d in ("2026-10-01", "2026-10-10", "2026-03-07")] == [
        True,
        False,
        False,
    ]


def test_beyond_the_known_years_monday_to_friday_count_and_the_date_is_provisional() -> None:
    assert [calendar.is_working(_day(d)) for d in ("2031-10-01", "2031-10-04", "2031-10-05")] == [True, False, False]
    assert [calendar.is_provisional(_day(d)) for d in ("2026-12-31", "2031-10-01", "1999-01-04")] == [
        False,
        True,
        True,
    ]
    assert not calendar.is_public_holiday(_day("2031-10-01"))
    assert calendar.last_of(5, _day("2031-10-01")) == _day("2031-10-07")
    assert calendar.working_days(_day("2031-09-29"), _day("2031-10-12")) == 10


def test_counting_across_the_last_known_year_does_not_crash() -> None:
    assert calendar.working_days(_day("2026-12-28"), _day("2031-01-04")) > 1000
    assert calendar.bidding_deadline(_at("2026-12-15T10:00")) == _at("2027-01-14T16:30")


def test_an_override_makes_a_day_free_or_worked_also_without_data() -> None:
    overrides = {_day("2026-03-02"): False, _day("2026-03-07"): True, _day("2031-10-01"): False}
    assert [calendar.is_working(d, overrides) for d in overrides] == [False, True, False]
    assert calendar.rolled(_day("2026-03-02"), overrides) == _day("2026-03-03")
    assert calendar.working_days(_day("2026-03-02"), _day("2026-03-08"), overrides) == 5
    assert calendar.last_of(5, _day("2026-03-03"), overrides) == _day("2026-03-07")


def test_the_override_table_is_what_calculations_are_given(app: Flask) -> None:
    with unit_of_work() as work:
        work.add(DayOverride(day=_day("2026-03-02"), is_working=False, reason="台风"))
    assert queries.overrides() == {_day("2026-03-02"): False}
    assert calendar.deadline(_day("2026-03-02"), queries.overrides()) == _at("2026-03-03T16:30")


@pytest.mark.parametrize(
    ("day", "becomes"),
    [
        ("2026-03-02", "2026-03-02T16:30"),
        ("2026-03-07", "2026-03-09T16:30"),
        ("2026-10-01", "2026-10-08T16:30"),
        ("2026-02-28", "2026-02-28T16:30"),
    ],
)
def test_a_deadline_is_half_past_four_in_beijing_on_a_working_day(day: str, becomes: str) -> None:
    moment = calendar.deadline(_day(day))
    assert moment == _at(becomes)
    assert moment.astimezone(UTC).strftime("%H:%M") == "08:30"


@pytest.mark.parametrize(
    ("published", "counts_from"),
    [
        ("2026-03-02T09:30", "2026-03-02"),
        ("2026-03-02T12:00", "2026-03-02"),
        ("2026-03-02T12:01", "2026-03-03"),
        ("2026-03-06T15:00", "2026-03-09"),
        ("2026-03-07T09:00", "2026-03-09"),
    ],
)
def test_what_is_published_after_noon_counts_from_the_next_working_day(published: str, counts_from: str) -> None:
    assert calendar.counted_from(_at(published)) == _day(counts_from)
    assert calendar.counted_from(_at(published).astimezone(UTC)) == _day(counts_from)


@pytest.mark.parametrize(
    ("published", "days", "closes"),
    [
        ("2026-03-02T09:30", 30, "2026-04-01T16:30"),
        ("2026-03-02T13:00", 30, "2026-04-02T16:30"),
        ("2026-03-05T09:00", 15, "2026-03-20T16:30"),
        ("2026-04-20T09:00", 30, "2026-05-25T16:30"),
        ("2026-09-10T09:00", 30, "2026-10-20T16:30"),
    ],
)
def test_the_bidding_window_is_longer_by_every_public_holiday_inside(published: str, days: int, closes: str) -> None:
    assert calendar.bidding_deadline(_at(published), days) == _at(closes)
