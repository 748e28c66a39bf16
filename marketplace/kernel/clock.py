"""The only clock. In demo and development it carries an offset that a bar on the site moves; production refuses one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta(0))


def now() -> datetime:
    """The site's time, aware, in UTC."""
    return real_now() + _offset.get()


def real_now() -> datetime:
    """The machine's time, aware, in UTC: for sessions, limits and tokens, which the moved clock must not touch."""
    return datetime.now(UTC)


def today() -> date:
    """The site's date in Beijing."""
    return now().astimezone(BEIJING).date()


def midnight() -> datetime:
    """When the site's day began in Beijing: limits a day begin anew with it."""
    return beijing(now()).replace(hour=0, minute=0, second=0, microsecond=0)


def beijing(moment: datetime) -> datetime:
    """The same moment on a Beijing clock."""
    return moment.astimezone(BEIJING)


def offset() -> timedelta:
    """How far the site's clock runs ahead of the machine's."""
    return _offset.get()


def set_offset(value: timedelta) -> None:
    """Set the offset for the current request or job."""
    _offset.set(value)


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Within the block the site's time starts at ``moment`` (aware); used when sample data gets a history."""
    token = _offset.set(moment - real_now())
    try:
        yield
    finally:
        _offset.reset(token)
