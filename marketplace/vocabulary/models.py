"""The override table of working days, beside what the holiday library knows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base


class DayOverride(Base):
    """A day that staff have declared working or free, against the calendar."""

    __tablename__ = "day_override"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
