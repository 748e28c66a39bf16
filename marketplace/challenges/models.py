"""Challenges, their immutable versions and watchers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.challenges.content import ChallengeContent
from marketplace.challenges.states import LIFECYCLE, State
from marketplace.infra.files.models import StoredFile
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Identified, UTCDateTime, choice
from marketplace.kernel.text import Text, TextType
from marketplace.organisations.models import Organisation
from marketplace.rounds.defaults import Rules
from marketplace.rounds.models import Round
from marketplace.scenarios.models import Scenario

OVER = (State.CANCELLED, State.NO_BIDS, State.NONE_SELECTED)


class Challenge(Identified, Base):
    """榜题. The columns beside state and deadline repeat the newest version, for lists."""

    __tablename__ = "challenge"
    __table_args__ = (
        CheckConstraint("state = 'draft' OR state = 'cancelled' OR published_at IS NOT NULL", name="published_at"),
        CheckConstraint("published_at IS NULL OR closes_at > published_at", name="closes_later"),
    )

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[Text] = mapped_column(TextType)
    summary: Mapped[Text] = mapped_column(TextType)
    domain: Mapped[str] = mapped_column(String(20), index=True)
    task: Mapped[str] = mapped_column(String(40))
    district: Mapped[str] = mapped_column(String(6))
    mode: Mapped[str] = mapped_column(String(24))
    budget_min: Mapped[int | None]
    budget_max: Mapped[int | None]
    period_months: Mapped[int | None]
    consortium: Mapped[bool]
    state: Mapped[State] = mapped_column(choice(State), index=True)
    state_reason: Mapped[str] = mapped_column(LongText, default="")
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    scenario: Mapped[Scenario] = relationship()
    round: Mapped[Round | None] = relationship()
    owner: Mapped[Organisation] = relationship()
    versions: Mapped[list[ChallengeVersion]] = relationship(
        back_populates="challenge", order_by="ChallengeVersion.number"
    )

    @property
    def number(self) -> str:
        """The number that people quote."""
        year = clock.beijing(self.published_at or self.created_at).year
        return f"SH-{year}-{self.id:03d}"

    @hybrid_property
    def is_public(self) -> bool:
        """Whether everybody sees it: once it was published, for good."""
        return self.published_at is not None

    @is_public.inplace.expression
    @classmethod
    def _is_public(cls) -> ColumnElement[bool]:
        return cls.published_at.is_not(None)

    @property
    def rules(self) -> Rules:
        """The days and limits of its round, or the defaults."""
        return self.round.rules if self.round else Rules()

    @property
    def accepts_bids(self) -> bool:
        """Whether a bid may be submitted at this moment."""
        return self.state is State.PUBLISHED and self.closes_at is not None and clock.now() < self.closes_at

    @property
    def is_closed(self) -> bool:
        """Whether the deadline has passed; read from the clock."""
        return self.closes_at is not None and self.closes_at <= clock.now()

    @property
    def public_state(self) -> str:
        """The small vocabulary that vendors and the public read."""
        if self.state is State.PUBLISHED:
            return "closed" if self.is_closed else "open"
        names = {State.DRAFT: "draft", State.SUSPENDED: "suspended", State.SHORTLISTED: "notice"}
        if self.state in OVER:
            return "ended"
        return names.get(self.state, "evaluation")

    @property
    def content(self) -> ChallengeContent:
        """The newest version's content."""
        return self.versions[-1].content

    @property
    def material_version(self) -> int:
        """The first version that says what the newest says: an extension alone asks no bidder to confirm anything."""
        newest = self.versions[-1]
        return next(v.number for v in self.versions if v.content_json == newest.content_json)


LIFECYCLE.attach(Challenge)


class ChallengeVersion(Identified, Base):
    """What was published, as it was published; an addendum is a new row."""

    __tablename__ = "challenge_version"
    __table_args__ = (UniqueConstraint("challenge_id", "number"),)

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    number: Mapped[int]
    content_json: Mapped[dict[str, Any]] = mapped_column("content", JSON)
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[Text] = mapped_column(TextType)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    challenge: Mapped[Challenge] = relationship(back_populates="versions")

    @property
    def content(self) -> ChallengeContent:
        """The validated content."""
        return ChallengeContent.model_validate(self.content_json)


class ChallengeFile(Identified, Base):
    """An attachment of a challenge, copied from its scenario at publication."""

    __tablename__ = "challenge_file"

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    is_public: Mapped[bool]

    file: Mapped[StoredFile] = relationship()


class Watch(Identified, Base):
    """A person who follows a challenge. Nobody learns who or how many."""

    __tablename__ = "watch"
    __table_args__ = (UniqueConstraint("challenge_id", "user_id"),)

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
