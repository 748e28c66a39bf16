"""Reads of the override table."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from marketplace.kernel.db import session
from marketplace.vocabulary.models import DayOverride


def overrides() -> dict[date, bool]:
    """The days that staff have declared working or free."""
    return {row.day: row.is_working for row in session().scalars(select(DayOverride))}
