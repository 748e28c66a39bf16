"""Rows of the worker and of the site's clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, UTCDateTime


class Heartbeat(Base):
    """When the worker was last seen."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class SiteClock(Base):
    """How far the site's clock runs ahead; the one row exists in demo and development only."""

    __tablename__ = "site_clock"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    offset_seconds: Mapped[int] = mapped_column(default=0)
