"""The table of stored files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Identified, UTCDateTime


class StoredFile(Identified, Base):
    """A file's place and nature. Who may have it is the policy of the row that refers to it."""

    __tablename__ = "stored_file"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    uploaded_by: Mapped[int | None]
