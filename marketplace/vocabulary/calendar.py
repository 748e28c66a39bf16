"""Working days in China: holidays and make-up days of the State Council, with overrides by staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from marketplace.kernel.clock import BEIJING

CLOSING = time(16, 30)
NOON = time(12, 0)


def is_working(day: date, overrides: Mapping[date, bool] | None = None) -> bool:
    """Whether ``day`` is a working day; Monday to Friday where the calendar has no data yet."""
    if overrides and day in overrides:
        return overrides[day]
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_provisional(day: date) -> bool:
    """Whether the holidays of that year are not announced yet, so that a date may still move."""
    import chinese_calendar

    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return True
    return False


def is_public_holiday(day: date) -> bool:
    """Whether ``day`` is a public holiday by name (not a mere weekend)."""
    import chinese_calendar

    try:
        free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(free and name)


def working_days(first: date, last: date, overrides: Mapping[date, bool] | None = None) -> int:
    """How many working days lie from ``first`` to ``last``, both counted."""
    span = (last - first).days + 1
    return sum(is_working(first + timedelta(days=n), overrides) for n in range(max(span, 0)))


def last_of(count: int, first: date, overrides: Mapping[date, bool] | None = None) -> date:
    """The last of ``count`` working days beginning with ``first``, itself counted when it is one."""
    day = first
    left = count
    while True:
        left -= is_working(day, overrides)
        if left == 0:
            return day
        day += timedelta(days=1)


def rolled(day: date, overrides: Mapping[date, bool] | None = None) -> date:
    """``day``, or the next working day after it."""
    while not is_working(day, overrides):
        day += timedelta(days=1)
    return day


def deadline(day: date, overrides: Mapping[date, bool] | None = None) -> datetime:
    """16:30 in Beijing on ``day`` or the next working day, as an aware moment."""
    return datetime.combine(rolled(day, overrides), CLOSING, BEIJING)


def answer_by(since: datetime, days: int, overrides: Mapping[date, bool] | None = None) -> datetime:
    """16:30 on the last of ``days`` working days after the day of ``since``, which itself does not count."""
    first = rolled(since.astimezone(BEIJING).date(), overrides)
    return deadline(last_of(days + 1, first, overrides), overrides)


def counted_from(moment: datetime, overrides: Mapping[date, bool] | None = None) -> date:
    """The day that a publication counts from: its own, or the next working day when published after noon."""
    local = moment.astimezone(BEIJING)
    day = local.date()
    if local.time() > NOON or not is_working(day, overrides):
        day = rolled(day + timedelta(days=1), overrides)
    return day


def bidding_deadline(published: datetime, days: int = 30, overrides: Mapping[date, bool] | None = None) -> datetime:
    """The proposed deadline: ``days`` after publication, one more for each public holiday inside, rolled to a working day."""
    first = counted_from(published, overrides)
    last = first + timedelta(days=days)
    holidays = sum(is_public_holiday(first + timedelta(days=n)) for n in range((last - first).days + 1))
    return deadline(last + timedelta(days=holidays), overrides)


def notice_end(first: date, count: int = 5, overrides: Mapping[date, bool] | None = None) -> datetime:
    """The end of a public notice of ``count`` working days, the first day counted: midnight after the last."""
    return datetime.combine(last_of(count, first, overrides) + timedelta(days=1), time(0), BEIJING)
