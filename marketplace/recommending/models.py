"""Recommendations of scenarios and bids, and the list that a body keeps in a round."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.bids.models import Bid
from marketplace.bids.states import State as BidState
from marketplace.challenges.models import Challenge
from marketplace.kernel.db import Base, Identified, Revised, UTCDateTime, choice
from marketplace.organisations.models import Organisation
from marketplace.recommending.states import RECOMMENDING, State
from marketplace.rounds.models import Round
from marketplace.scenarios.models import Scenario

SUBMITTED = (BidState.SUBMITTED, BidState.OPENED, BidState.DISQUALIFIED)


class Recommendation(Identified, Base):
    """One scenario or bid before the body of its scope.

    Of a bid it holds the cover sheet only: challenge, bidder, organisations. ``shown_at`` is when staff may know of it:
    a bid's not before the opening. ``challenge_owner_id`` (0 for scenarios) keeps the owner's own people out until then.
    """

    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("(scenario_id IS NULL) != (bid_id IS NULL)", name="either"),
        CheckConstraint("state != 'declined' OR reason != ''", name="declined_with_reason"),
        UniqueConstraint("scenario_id", "round_id"),
        UniqueConstraint("bid_id"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    scenario_id: Mapped[int | None] = mapped_column(ForeignKey("scenario.id"))
    bid_id: Mapped[int | None] = mapped_column(ForeignKey("bid.id"))
    challenge_id: Mapped[int | None] = mapped_column(ForeignKey("challenge.id"), index=True)
    challenge_owner_id: Mapped[int] = mapped_column(default=0)
    organisations: Mapped[list[int]] = mapped_column(JSON, default=list)
    rank: Mapped[int | None]
    state: Mapped[State] = mapped_column(choice(State), index=True)
    reason: Mapped[str] = mapped_column(LongText, default="")
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    shown_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    round: Mapped[Round] = relationship()
    body: Mapped[Organisation] = relationship(foreign_keys=body_id)
    lead: Mapped[Organisation] = relationship(foreign_keys=lead_id)
    scenario: Mapped[Scenario | None] = relationship()
    bid: Mapped[Bid | None] = relationship()
    challenge: Mapped[Challenge | None] = relationship()

    @hybrid_property
    def is_shown(self) -> bool:
        """Whether staff may know of it."""
        return self.shown_at is not None

    @is_shown.inplace.expression
    @classmethod
    def _is_shown(cls) -> Any:
        return cls.shown_at.is_not(None)

    @hybrid_property
    def is_sealed(self) -> bool:
        """Whether it is about a bid that is not opened."""
        return self.bid_id is not None and self.shown_at is None

    @is_sealed.inplace.expression
    @classmethod
    def _is_sealed(cls) -> Any:
        return cls.bid_id.is_not(None) & cls.shown_at.is_(None)

    @property
    def is_submitted(self) -> bool:
        """Whether the bid on the cover sheet was submitted; a scenario always was."""
        return self.bid is None or self.bid.state in SUBMITTED

    @property
    def title(self) -> Any:
        """The title of the scenario, or of the challenge that the bid answers."""
        if self.scenario is not None:
            return self.scenario.title
        return self.challenge.title if self.challenge else ""

    @property
    def number(self) -> str:
        """The number that people quote."""
        if self.scenario is not None:
            return self.scenario.number
        return self.challenge.number if self.challenge else ""


RECOMMENDING.attach(Recommendation)


class RecommendingList(Identified, Revised, Base):
    """The list of one body in one round; its revision is the version that letter and summary print."""

    __tablename__ = "recommending_list"
    __table_args__ = (UniqueConstraint("round_id", "body_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
