"""Needs of households, and the pools made of them."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, String
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Identified, UTCDateTime, choice

FEWEST = 5
"""Nothing is published of fewer homes than these, and no figure stands for fewer."""
RETENTION = timedelta(days=365)
"""A need is deleted this long after its consent, pooled or not."""
CONSENT_VERSION = "2026-1"
"""The wording of the consent that is read out today; it changes with the wording on the form."""


class Dwelling(enum.Enum):
    """The kind of dwelling."""

    PUBLIC_RENTAL = "public_rental"
    OWN_FLAT = "own_flat"
    OLD_HOUSE = "old_house"
    RURAL_HOUSE = "rural_house"


class Area(enum.Enum):
    """Floor area in bands."""

    UNDER_40 = "under_40"
    FROM_40 = "40_60"
    FROM_60 = "60_90"
    OVER_90 = "over_90"


class Persons(enum.Enum):
    """Persons in the home in bands."""

    ONE = "1"
    TWO = "2"
    THREE = "3_4"
    MORE = "5_more"


class Giver(enum.Enum):
    """Who gave the consent: a guardian for a person without capacity."""

    PERSON = "person"
    GUARDIAN = "guardian"


class HouseholdNeed(Identified, Base):
    """One home's need: no name, no address, no telephone. ``scenario_id`` is the draft that it was pooled into."""

    __tablename__ = "household_need"

    body_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    district: Mapped[str] = mapped_column(String(6))
    dwelling: Mapped[Dwelling] = mapped_column(choice(Dwelling))
    area: Mapped[Area] = mapped_column(choice(Area))
    persons: Mapped[Persons] = mapped_column(choice(Persons))
    task: Mapped[str] = mapped_column(String(40))
    need: Mapped[str] = mapped_column(LongText)
    consent_version: Mapped[str] = mapped_column(String(20))
    consent_on: Mapped[date]
    consent_by: Mapped[Giver] = mapped_column(choice(Giver))
    scenario_id: Mapped[int | None] = mapped_column(ForeignKey("scenario.id"), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def number(self) -> str:
        """The number that the service body writes on its own paper file, and nobody else can resolve."""
        return f"H-{self.id:04d}"

    @property
    def delete_on(self) -> date:
        """The day on which it is deleted at the latest."""
        return self.consent_on + RETENTION


class HouseholdPool(Identified, Base):
    """A scenario that stands for several homes."""

    __tablename__ = "household_pool"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"), unique=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    pooled_at: Mapped[datetime] = mapped_column(UTCDateTime)
