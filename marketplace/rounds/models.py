"""Rounds."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel import clock
from marketplace.kernel.db import Base, Identified, Revised, UTCDateTime, choice
from marketplace.kernel.text import Text, TextType
from marketplace.rounds.defaults import Rules
from marketplace.rounds.states import LIFECYCLE, State


class Stage(enum.Enum):
    """What passes a recommending body in this round."""

    NONE = "none"
    SCENARIOS = "scenarios"
    BIDS = "bids"


class Round(Identified, Revised, Base):
    """榜单批次. ``changed`` holds only the figures that differ from the defaults."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint("call_closes_at > call_opens_at", name="closes_later"),
        CheckConstraint("stage = 'none' OR recommend_until IS NOT NULL", name="recommend_until"),
        CheckConstraint("quota IS NULL OR quota > 0", name="quota_positive"),
    )

    title: Mapped[Text] = mapped_column(TextType)
    note: Mapped[Text] = mapped_column(TextType)
    call_opens_at: Mapped[datetime] = mapped_column(UTCDateTime)
    call_closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    stage: Mapped[Stage] = mapped_column(choice(Stage), default=Stage.NONE)
    recommend_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    quota: Mapped[int | None]
    lead_cap: Mapped[int | None]
    part_cap: Mapped[int | None]
    state: Mapped[State] = mapped_column(choice(State), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"R-{clock.beijing(self.call_opens_at).year}-{self.id:02d}"

    @property
    def rules(self) -> Rules:
        """Its figures."""
        return Rules.of(self.changed)

    @hybrid_property
    def is_public(self) -> bool:
        """Whether everybody sees it: from its opening on."""
        return self.state != State.DRAFT

    @is_public.inplace.expression
    @classmethod
    def _is_public(cls) -> ColumnElement[bool]:
        return cls.state != State.DRAFT

    @property
    def takes_scenarios(self) -> bool:
        """Whether a scenario may be posted to it at this moment."""
        return self.state is State.OPEN and self.call_opens_at <= clock.now() < self.call_closes_at

    @property
    def public_state(self) -> str:
        """What readers are told: to come, calling, call over, closed."""
        if self.state is not State.OPEN:
            return self.state.value
        if clock.now() < self.call_opens_at:
            return "coming"
        return "calling" if self.takes_scenarios else "called"

    def asks(self, stage: Stage) -> bool:
        """Whether ``stage`` passes a recommending body."""
        return self.stage is stage

    @property
    def may_recommend(self) -> bool:
        """Whether bodies may still recommend, by the clock."""
        return self.recommend_until is not None and clock.now() < self.recommend_until


LIFECYCLE.attach(Round)
