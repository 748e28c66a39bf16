"""A bid's stages and the decision on it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.bids.models import Bid
from marketplace.evaluation.states import DECISION, STAGE, DecisionState, StageState
from marketplace.kernel.db import Base, Identified, UTCDateTime, choice


class Outcome(enum.Enum):
    """What a decision says."""

    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_SELECTED = "not_selected"


class BidStage(Identified, Base):
    """One bid in one stage, with each rule's answer and the reasons."""

    __tablename__ = "bid_stage"
    __table_args__ = (UniqueConstraint("bid_id", "stage"),)

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    stage: Mapped[str] = mapped_column(String(20))
    state: Mapped[StageState] = mapped_column(choice(StageState))
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(LongText, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    bid: Mapped[Bid] = relationship()

    @hybrid_property
    def is_told(self) -> bool:
        """Whether the bidder was told."""
        return self.told_at is not None

    @is_told.inplace.expression
    @classmethod
    def _is_told(cls) -> Any:
        return cls.told_at.is_not(None)


STAGE.attach(BidStage)


class Decision(Identified, Base):
    """The decision on one bid: staged first, released together with all others."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("bid_id"),
        CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name="released_at"),
    )

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"))
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    reason: Mapped[str] = mapped_column(LongText)
    state: Mapped[DecisionState] = mapped_column(choice(DecisionState))
    staged_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    staged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    bid: Mapped[Bid] = relationship()

    @hybrid_property
    def is_released(self) -> bool:
        """Whether those whom it concerns know."""
        return self.state == DecisionState.RELEASED


DECISION.attach(Decision)
