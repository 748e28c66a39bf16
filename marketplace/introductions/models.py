"""Introductions, times to meet, outcomes, and who wants to hear no more of whom."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy import Text as LongText
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.models import Product
from marketplace.introductions.states import EXCHANGED, LIFECYCLE, SLOT, SlotState, State
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Identified, UTCDateTime, choice
from marketplace.organisations.models import Organisation
from marketplace.scenarios.models import Scenario


class Side(enum.Enum):
    """The two sides."""

    OWNER = "owner"
    VENDOR = "vendor"

    @property
    def other(self) -> Side:
        """The one across the table."""
        return Side.VENDOR if self is Side.OWNER else Side.OWNER


class Result(enum.Enum):
    """What came of it."""

    NOTHING = "nothing"
    PILOT = "pilot"
    PURCHASE = "purchase"
    LEASE = "lease"


class Meeting(enum.Enum):
    """For what the two meet."""

    MEETING = "meeting"
    DEMONSTRATION = "demonstration"
    SITE_VISIT = "site_visit"


class Introduction(Identified, Base):
    """供需对接: one vendor and one scenario. ``result`` and ``amount`` (whole 万元) are what both sides reported alike."""

    __tablename__ = "introduction"
    __table_args__ = (
        CheckConstraint("owner_id <> vendor_id", name="two_organisations"),
        CheckConstraint(
            "(state IN ('accepted', 'declined', 'concluded')) = (answered_at IS NOT NULL)", name="answered"
        ),
        CheckConstraint("(state = 'concluded') = (result IS NOT NULL)", name="result"),
        Index(
            "uq_introduction_running",
            "scenario_id",
            "vendor_id",
            unique=True,
            sqlite_where=text("state IN ('pending', 'accepted')"),
            postgresql_where=text("state IN ('pending', 'accepted')"),
        ),
    )

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    started_by: Mapped[Side] = mapped_column(choice(Side))
    starter_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    answerer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    note: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[State] = mapped_column(choice(State), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    differs: Mapped[bool] = mapped_column(default=False)
    result: Mapped[Result | None] = mapped_column(choice(Result))
    amount: Mapped[int | None]

    scenario: Mapped[Scenario] = relationship()
    owner: Mapped[Organisation] = relationship(foreign_keys=owner_id)
    vendor: Mapped[Organisation] = relationship(foreign_keys=vendor_id)
    product: Mapped[Product | None] = relationship()
    slots: Mapped[list[Slot]] = relationship(back_populates="introduction", order_by="Slot.starts_at, Slot.id")
    outcomes: Mapped[list[Outcome]] = relationship(back_populates="introduction", order_by="Outcome.id")

    @hybrid_property
    def is_interest(self) -> bool:
        """Whether the vendor began it, so that the owner answers."""
        return self.started_by == Side.VENDOR

    @hybrid_property
    def is_invitation(self) -> bool:
        """Whether the owner began it, so that the vendor answers."""
        return self.started_by == Side.OWNER

    @hybrid_property
    def is_exchanged(self) -> bool:
        """Whether the two sides see each other's contacts."""
        return self.state in EXCHANGED

    @is_exchanged.inplace.expression
    @classmethod
    def _is_exchanged(cls) -> ColumnElement[bool]:
        return cls.state.in_(EXCHANGED)

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"DJ-{self.created_at.year}-{self.id:04d}"

    def organisation(self, side: Side) -> Organisation:
        """The organisation on that side."""
        return self.owner if side is Side.OWNER else self.vendor

    def person_id(self, side: Side) -> int | None:
        """The account of the person who acted on that side."""
        return self.starter_id if side is self.started_by else self.answerer_id

    def outcome(self, side: Side) -> Outcome | None:
        """What that side has reported."""
        return next((o for o in self.outcomes if o.side is side), None)

    @property
    def open_slots(self) -> list[Slot]:
        """The times that the vendor may still take."""
        return [s for s in self.slots if s.state is SlotState.OFFERED and not s.is_past]

    @property
    def next_slot(self) -> Slot | None:
        """The time that is agreed and still to come."""
        return next((s for s in self.slots if s.state is SlotState.BOOKED and not s.is_past), None)


LIFECYCLE.attach(Introduction)


class Slot(Identified, Base):
    """A time to meet that the owner offers: start in UTC, length in minutes, place or link."""

    __tablename__ = "slot"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"),)

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[Meeting] = mapped_column(choice(Meeting))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(String(300))
    state: Mapped[SlotState] = mapped_column(choice(SlotState), index=True)
    reason: Mapped[str] = mapped_column(LongText, default="")
    offered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    introduction: Mapped[Introduction] = relationship(back_populates="slots")

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_past(self) -> bool:
        """Whether it has begun; read from the clock."""
        return self.starts_at <= clock.now()


SLOT.attach(Slot)


class Outcome(Identified, Base):
    """What one side reports, in whole 万元; for nothing the reason, else the sum and the first day."""

    __tablename__ = "introduction_outcome"
    __table_args__ = (
        UniqueConstraint("introduction_id", "side"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
    )

    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id"))
    side: Mapped[Side] = mapped_column(choice(Side))
    result: Mapped[Result] = mapped_column(choice(Result))
    amount: Mapped[int | None]
    starts_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(LongText, default="")
    reporter_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    reported_at: Mapped[datetime] = mapped_column(UTCDateTime)

    introduction: Mapped[Introduction] = relationship(back_populates="outcomes")

    def agrees_with(self, other: Outcome) -> bool:
        """Whether both say the same: what came of it, for how much, from when."""
        return (self.result, self.amount, self.starts_on) == (other.result, other.amount, other.starts_on)


class Block(Identified, Base):
    """One organisation hears no more of another, until it takes that back itself."""

    __tablename__ = "introduction_block"
    __table_args__ = (UniqueConstraint("by_id", "against_id"),)

    by_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    against_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    against: Mapped[Organisation] = relationship(foreign_keys=against_id)
