"""Deadlines by month: the same search, narrowed to a month and laid out in weeks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from marketplace.challenges.models import Challenge
from marketplace.discovery import searching
from marketplace.infra.search.queries import Facet
from marketplace.kernel import clock
from marketplace.vocabulary import calendar

if TYPE_CHECKING:
    from marketplace.infra.search.columns import Masks, Positions, Table

MOST = 300
"""Deadlines that are shown of one month at the most."""


@dataclass(frozen=True)
class Month:
    """A month, in Beijing's calendar."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    def moved(self, months: int) -> Month:
        """So many months later."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True)
class Day:
    """A day of the grid with what closes on it."""

    date: date
    challenges: tuple[Challenge, ...]
    is_of_month: bool
    is_working: bool
    is_today: bool


def asked(typed: str) -> Month:
    """The month that an address names; anything that is none means the present one."""
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", typed, re.ASCII)
    today = clock.today()
    return Month(int(match.group(1)), int(match.group(2))) if match else Month(today.year, today.month)


def page_of(month: Month) -> searching.Page:
    """The search of challenges with one more way to narrow: their deadline falls into ``month``."""
    begin, end = (
        datetime(m.year, m.month, 1, tzinfo=clock.BEIJING).timestamp() for m in (month, month.moved(1))
    )  # fmt: skip

    def within(table: Table, hits: Positions) -> Masks:
        closes = table.number("closes", hits)
        return searching.masks(**{str(month): (closes >= begin) & (closes < end)})

    page = searching.CHALLENGES
    by_deadline = {"closing": lambda table, hits, _scores: table.number("closes", hits)}
    return searching.Page(page.kind, (*page.facets, Facet("month", within)), by_deadline)


def weeks(month: Month, rows: Iterable[Challenge], known: Mapping[date, Any]) -> list[list[Day]]:
    """The month in weeks that begin on Monday, each day with what closes on it."""
    by_day: dict[date, list[Challenge]] = {}
    for row in rows:
        if row.closes_at is not None:
            by_day.setdefault(clock.beijing(row.closes_at).date(), []).append(row)
    day = month.first - timedelta(days=month.first.weekday())
    found: list[list[Day]] = []
    while day < month.moved(1).first:
        found.append([])
        for _number in range(7):
            found[-1].append(
                Day(
                    day,
                    tuple(by_day.get(day, ())),
                    is_of_month=day.month == month.month,
                    is_working=calendar.is_working(day, known),
                    is_today=day == clock.today(),
                )
            )
            day += timedelta(days=1)
    return found
