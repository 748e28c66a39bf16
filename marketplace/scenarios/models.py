"""Scenarios, their requirements, acceptance metrics and attachments."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, Index, String
from sqlalchemy import Text as LongText
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.infra.files.models import StoredFile
from marketplace.kernel.db import Base, Identified, Revised, UTCDateTime, choice
from marketplace.kernel.text import Text, TextType
from marketplace.organisations.models import Organisation
from marketplace.rounds.defaults import Rules
from marketplace.rounds.models import Round
from marketplace.scenarios.states import LIFECYCLE, State
from marketplace.vocabulary.parameters import Value

PRIVATE = (State.DRAFT, State.WITHDRAWN)


class Kind(enum.Enum):
    """What the owner wants in the end."""

    FIELD_VALIDATION = "field_validation"
    PROCUREMENT = "procurement"
    RND = "rnd"


class BudgetKind(enum.Enum):
    """How the budget is stated."""

    FIXED = "fixed"
    RANGE = "range"
    NEGOTIABLE = "negotiable"


class Mode(enum.Enum):
    """The mode of cooperation."""

    PURCHASE = "purchase"
    LEASE = "lease"
    RAAS = "raas"
    JOINT_RND = "joint_rnd"
    PILOT = "pilot"


class ProcurementRoute(enum.Enum):
    """采购路径. For the first three a selection here is a recommendation, not an award."""

    GOVERNMENT = "government"
    COOPERATIVE_INNOVATION = "cooperative_innovation"
    SOE = "soe"
    OWN = "own"
    TRIAL_ONLY = "trial_only"


class Level(enum.Enum):
    """How much a requirement binds."""

    MUST = "must"
    SHOULD = "should"


SITE_KEYS = (
    "area", "aisles", "slopes", "floor", "climate", "light_noise", "hazards", "network", "power", "lifts", "people", "hours",
)  # fmt: skip


class Scenario(Identified, Revised, Base):
    """An application scenario. Budget in whole 万元, period in months.

    ``body_id`` is the recommending body that it was sent to where its round asks for one; ``with_staff_at`` is when it
    reached the programme office; ``matching_since`` when direct matching was last opened.
    """

    __tablename__ = "scenario"
    __table_args__ = (
        CheckConstraint("budget_min IS NULL OR budget_min <= budget_max", name="budget_order"),
        CheckConstraint("budget_max IS NULL OR budget_max > 0", name="budget_positive"),
        Index(None, "owner_id", "reference", unique=True),
    )

    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    body_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    # The owner's own key of it in files that it imports, or of the gap that it was drafted from; what was typed has none.
    reference: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[Text] = mapped_column(TextType)
    domain: Mapped[str] = mapped_column(String(20), default="")
    task: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[Kind] = mapped_column(choice(Kind), default=Kind.PROCUREMENT)
    district: Mapped[str] = mapped_column(String(6), default="")
    summary: Mapped[Text] = mapped_column(TextType)
    situation: Mapped[Text] = mapped_column(TextType)
    workflow: Mapped[Text] = mapped_column(TextType)
    objects: Mapped[Text] = mapped_column(TextType)
    volumes: Mapped[Text] = mapped_column(TextType)
    site: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    budget_kind: Mapped[BudgetKind] = mapped_column(choice(BudgetKind), default=BudgetKind.NEGOTIABLE)
    budget_min: Mapped[int | None]
    budget_max: Mapped[int | None]
    period_months: Mapped[int | None]
    quantity: Mapped[int | None]
    mode: Mapped[Mode] = mapped_column(choice(Mode), default=Mode.PURCHASE)
    payment: Mapped[Text] = mapped_column(TextType)
    ip: Mapped[Text] = mapped_column(TextType)
    data_rights: Mapped[Text] = mapped_column(TextType)
    procurement_route: Mapped[ProcurementRoute] = mapped_column(choice(ProcurementRoute), default=ProcurementRoute.OWN)
    consortium: Mapped[bool] = mapped_column(default=True)
    eligibility: Mapped[Text] = mapped_column(TextType)
    safety: Mapped[Text] = mapped_column(TextType)
    declared_by: Mapped[str] = mapped_column(String(80), default="")
    declared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[State] = mapped_column(choice(State), index=True)
    state_reason: Mapped[str] = mapped_column(LongText, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    with_staff_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    matching_since: Mapped[datetime | None] = mapped_column(UTCDateTime)

    owner: Mapped[Organisation] = relationship(foreign_keys=owner_id)
    body: Mapped[Organisation | None] = relationship(foreign_keys=body_id)
    round: Mapped[Round | None] = relationship()
    requirements: Mapped[list[Requirement]] = relationship(
        back_populates="scenario", order_by="Requirement.position", cascade="all, delete-orphan"
    )
    metrics: Mapped[list[Metric]] = relationship(
        back_populates="scenario", order_by="Metric.position", cascade="all, delete-orphan"
    )
    files: Mapped[list[ScenarioFile]] = relationship(back_populates="scenario", order_by="ScenarioFile.id")

    @hybrid_property
    def is_with_staff(self) -> bool:
        """Whether the programme office may see it: not a draft, not withdrawn, not while a recommending body has it."""
        return self.with_staff_at is not None and self.state not in PRIVATE

    @is_with_staff.inplace.expression
    @classmethod
    def _is_with_staff(cls) -> ColumnElement[bool]:
        return cls.with_staff_at.is_not(None) & cls.state.not_in(PRIVATE)

    @hybrid_property
    def is_with_body(self) -> bool:
        """Whether the recommending body of its round may read it: what was sent, not what is being mended."""
        return self.body_id is not None and self.state not in (*PRIVATE, State.RETURNED)

    @is_with_body.inplace.expression
    @classmethod
    def _is_with_body(cls) -> ColumnElement[bool]:
        return cls.body_id.is_not(None) & cls.state.not_in((*PRIVATE, State.RETURNED))

    @hybrid_property
    def is_matching(self) -> bool:
        """Whether it is public for direct matching."""
        return self.state == State.MATCHING

    @property
    def rules(self) -> Rules:
        """The days and limits of its round, or the defaults."""
        return self.round.rules if self.round else Rules()

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"SC-{self.created_at.year}-{self.id:04d}"

    def site_text(self, key: str) -> Text:
        """One entry of the site pack."""
        return Text.from_json(self.site.get(key))


LIFECYCLE.attach(Scenario)


class Requirement(Identified, Base):
    """技术要求: one measurable requirement; ``key`` stays the same through all versions of a challenge."""

    __tablename__ = "requirement"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(12), default=lambda: secrets.token_hex(4))
    position: Mapped[int]
    parameter: Mapped[str] = mapped_column(String(40))
    op: Mapped[str] = mapped_column(String(10))
    value_json: Mapped[dict[str, Any]] = mapped_column("value", JSON)
    level: Mapped[Level] = mapped_column(choice(Level))
    weight: Mapped[int] = mapped_column(default=1)
    test: Mapped[Text] = mapped_column(TextType)

    scenario: Mapped[Scenario] = relationship(back_populates="requirements")

    @property
    def value(self) -> Value:
        """The value as typed and as compared."""
        return Value.from_json(self.value_json)


class Metric(Identified, Base):
    """考核指标: what acceptance will measure, from which baseline, how and over what window."""

    __tablename__ = "metric"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(12), default=lambda: secrets.token_hex(4))
    position: Mapped[int]
    parameter: Mapped[str] = mapped_column(String(40))
    op: Mapped[str] = mapped_column(String(10))
    baseline: Mapped[str] = mapped_column(String(60), default="")
    target_json: Mapped[dict[str, Any]] = mapped_column("target", JSON)
    method: Mapped[Text] = mapped_column(TextType)
    window: Mapped[Text] = mapped_column(TextType)

    scenario: Mapped[Scenario] = relationship(back_populates="metrics")

    @property
    def target(self) -> Value:
        """The target as typed and as compared."""
        return Value.from_json(self.target_json)


class ScenarioFile(Identified, Base):
    """An attachment: public with the challenge, or confidential to owner and staff."""

    __tablename__ = "scenario_file"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    is_public: Mapped[bool] = mapped_column(default=False)

    scenario: Mapped[Scenario] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship()
