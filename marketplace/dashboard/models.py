"""Reported figures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Identified, UTCDateTime
from marketplace.kernel.text import Text, TextType


class Figure(Identified, Base):
    """Where a target stood on a day, who says so, and on what ground. A row is never changed: a newer one counts."""

    __tablename__ = "programme_figure"
    __table_args__ = (CheckConstraint("value >= 0", name="value_not_negative"),)

    target: Mapped[str] = mapped_column(index=True)
    value: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[date]
    source: Mapped[Text] = mapped_column(TextType)
    reported_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reported_at: Mapped[datetime] = mapped_column(UTCDateTime)
