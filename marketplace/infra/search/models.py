"""The queue of rows whose document has to be made anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Identified, UTCDateTime


class IndexJob(Identified, Base):
    """A row changed in this transaction, so its document must be written again (or removed)."""

    __tablename__ = "index_job"

    kind: Mapped[str] = mapped_column(String(30))
    row_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
