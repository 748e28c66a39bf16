"""Notices and objections."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.challenges.models import Challenge
from marketplace.infra.files.models import StoredFile
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Identified, UTCDateTime, choice
from marketplace.kernel.text import Text, TextType
from marketplace.publicity.states import NOTICE, OBJECTION, OPEN, NoticeState, ObjectionState


class Notice(Identified, Base):
    """公示. What is announced stands in ``entries`` as it was announced."""

    __tablename__ = "notice"
    __table_args__ = (CheckConstraint("ends_at > published_at", name="ends_later"),)

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    stage: Mapped[str] = mapped_column(String(20))
    title: Mapped[Text] = mapped_column(TextType)
    entries: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    starts_on: Mapped[date]
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[NoticeState] = mapped_column(choice(NoticeState), index=True)

    challenge: Mapped[Challenge] = relationship()
    objections: Mapped[list[Objection]] = relationship(back_populates="notice", order_by="Objection.id")

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"GS-{clock.beijing(self.published_at).year}-{self.id:03d}"

    @property
    def last_day(self) -> date:
        """The last day on which one may object, in Beijing."""
        return clock.beijing(self.ends_at - timedelta(seconds=1)).date()

    @property
    def is_over(self) -> bool:
        """Whether its days have passed; read from the clock."""
        return self.ends_at <= clock.now()

    @property
    def public_state(self) -> str:
        """What the public reads: running, waiting for an answer or for its conclusion, concluded, revoked."""
        if self.state is NoticeState.RUNNING and self.is_over:
            return "over"
        return self.state.value


NOTICE.attach(Notice)


class Objection(Identified, Base):
    """异议: in writing, by a signed-in person, whose identity only staff see."""

    __tablename__ = "objection"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    matter: Mapped[str] = mapped_column(String(200))
    grounds: Mapped[str] = mapped_column(LongText)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    state: Mapped[ObjectionState] = mapped_column(choice(ObjectionState), index=True)
    answer: Mapped[str] = mapped_column(LongText, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    notice: Mapped[Notice] = relationship(back_populates="objections")
    evidence: Mapped[StoredFile | None] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether it still blocks the next step."""
        return self.state in OPEN


OBJECTION.attach(Objection)
