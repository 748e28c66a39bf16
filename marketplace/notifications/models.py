"""The in-app inbox and preferences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Identified, UTCDateTime


class InboxItem(Identified, Base):
    """The same as the mail, inside the site, in both languages."""

    __tablename__ = "inbox_item"
    __table_args__ = (UniqueConstraint("user_id", "event_id"), Index("ix_inbox_item_unread", "user_id", "read_at"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    event_id: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Preference(Identified, Base):
    """Of which domains a person wants to hear new challenges, beside those of the own products."""

    __tablename__ = "preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), unique=True)
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    hears_of_challenges: Mapped[bool] = mapped_column(default=True)
