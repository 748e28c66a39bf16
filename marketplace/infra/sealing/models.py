"""The table of wrapped keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, UTCDateTime


class SealingKey(Base):
    """A scope's random key, encrypted with the master key."""

    __tablename__ = "sealing_key"

    scope: Mapped[str] = mapped_column(String(60), primary_key=True)
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
