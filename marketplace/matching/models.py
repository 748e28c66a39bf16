"""Invitations to look at a challenge, the vendors that want none, and what came to the market."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.challenges.models import Challenge
from marketplace.kernel.db import Base, Identified, UTCDateTime, choice


class InvitationToLook(Identified, Base):
    """An owner asked a vendor to look at its challenge because of one product; once for each vendor."""

    __tablename__ = "invitation_to_look"
    __table_args__ = (UniqueConstraint("challenge_id", "vendor_id"),)

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    challenge: Mapped[Challenge] = relationship()


class NoInvitations(Identified, Base):
    """A vendor that wants no invitations to look, until it says otherwise."""

    __tablename__ = "no_invitations"

    vendor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Woken(Identified, Base):
    """An unmet need whose owner was told that a product meets it now; told once for each challenge."""

    __tablename__ = "woken_need"

    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), unique=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ArrivalKind(enum.Enum):
    """What came: a challenge that was published, or a product that was listed or changed."""

    CHALLENGE = "challenge"
    PRODUCT = "product"


class Arrival(Identified, Base):
    """Something new on the market; ``done_at`` is set when the worker has told those whom it concerns."""

    __tablename__ = "market_arrival"

    kind: Mapped[ArrivalKind] = mapped_column(choice(ArrivalKind))
    # A challenge's id or a product's: it may go before the worker comes to it.
    subject_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
