"""Bids. Until the opening a row holds ids, times, states and digests in clear, everything else as ciphertext."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.bids.document import Offer
from marketplace.bids.states import LIFECYCLE, State
from marketplace.challenges.models import Challenge
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Identified, UTCDateTime, choice
from marketplace.organisations.models import Organisation


def unguessable() -> int:
    """A number by chance for a bid or its file: counted one by one, two of them would say how many there are between."""
    return 100_000_000 + secrets.randbelow(900_000_000)


@dataclass(frozen=True)
class SealedDraft:
    """A draft is its bidder's for ever: the opening opens the version that was submitted, not what was written after it."""

    insiders: frozenset[int]
    seal_scope: str
    seal_label: str
    """What the ciphertext is bound to."""
    ciphertext: bytes
    is_opened: bool = field(default=False, init=False)


class Bid(Identified, Base):
    """揭榜申报书. One organisation has one bid per challenge."""

    __tablename__ = "bid"
    __table_args__ = (
        UniqueConstraint("challenge_id", "lead_id"),
        CheckConstraint("state NOT IN ('opened','disqualified') OR opened_at IS NOT NULL", name="opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=unguessable)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id"), index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[State] = mapped_column(choice(State), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    draft: Mapped[bytes]
    draft_number: Mapped[int] = mapped_column(default=1)
    drafted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    challenge: Mapped[Challenge] = relationship()
    lead: Mapped[Organisation] = relationship()
    versions: Mapped[list[BidVersion]] = relationship(back_populates="bid", order_by="BidVersion.number")
    files: Mapped[list[BidFile]] = relationship(order_by="BidFile.created_at, BidFile.id")
    content: Mapped[OpenedBid | None] = relationship(back_populates="bid", uselist=False)

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"B-{clock.beijing(self.created_at).year}-{self.id:04d}"

    @hybrid_property
    def is_opened(self) -> bool:
        """Whether its opening was recorded."""
        return self.opened_at is not None

    @is_opened.inplace.expression
    @classmethod
    def _is_opened(cls) -> Any:
        return cls.opened_at.is_not(None)

    @property
    def insiders(self) -> frozenset[int]:
        """The organisations whose members may always read it."""
        return frozenset({self.lead_id})

    @property
    def seal_scope(self) -> str:
        """The key that seals it."""
        return f"challenge:{self.challenge_id}"

    @property
    def sealed_draft(self) -> SealedDraft:
        """The draft with what decides who may read it."""
        return SealedDraft(self.insiders, self.seal_scope, f"bid:{self.id}:draft", self.draft)

    @property
    def has_newer_draft(self) -> bool:
        """Whether the draft was changed after the last submission."""
        return self.submitted_at is not None and self.drafted_at > self.submitted_at

    @property
    def counting(self) -> BidVersion | None:
        """The last version that was not withdrawn."""
        return next((v for v in reversed(self.versions) if v.withdrawn_at is None), None)


LIFECYCLE.attach(Bid)


class BidVersion(Identified, Base):
    """A submission: immutable, with its digest over salt and content."""

    __tablename__ = "bid_version"
    __table_args__ = (UniqueConstraint("bid_id", "number"),)

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    number: Mapped[int]
    challenge_version: Mapped[int]
    ciphertext: Mapped[bytes]
    digest: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    bid: Mapped[Bid] = relationship(back_populates="versions")

    @property
    def insiders(self) -> frozenset[int]:
        """The organisations whose members may always read it."""
        return self.bid.insiders

    @property
    def is_opened(self) -> bool:
        """Whether the bid's opening was recorded, and this is the version that was opened."""
        return self.bid.is_opened and self.bid.counting is self

    @property
    def seal_scope(self) -> str:
        """The key that seals it."""
        return self.bid.seal_scope

    @property
    def seal_label(self) -> str:
        """What the ciphertext is bound to."""
        return f"bid:{self.bid_id}:version:{self.number}"


class BidFile(Identified, Base):
    """A sealed blob. Its name and nature stand in the sealed document, and here only after the opening."""

    __tablename__ = "bid_file"

    id: Mapped[int] = mapped_column(primary_key=True, default=unguessable)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), index=True)
    store_key: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    name: Mapped[str | None] = mapped_column(String(200))
    media_type: Mapped[str | None] = mapped_column(String(100))
    size: Mapped[int | None]


class OpenedBid(Identified, Base):
    """The part of an opened bid that is one row: texts, money in whole yuan, declarations, the salt of the digest."""

    __tablename__ = "opened_bid"

    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id"), unique=True)
    salt: Mapped[str] = mapped_column(String(64))
    total_investment: Mapped[int | None] = mapped_column(BigInteger)
    financing: Mapped[str] = mapped_column(LongText, default="")
    price_notes: Mapped[str] = mapped_column(LongText, default="")
    solution: Mapped[dict[str, str]] = mapped_column(JSON)
    declarations: Mapped[dict[str, Any]] = mapped_column(JSON)

    bid: Mapped[Bid] = relationship(back_populates="content")
    responses: Mapped[list[RequirementResponse]] = relationship(order_by="RequirementResponse.id")
    offers: Mapped[list[OpenedOffer]] = relationship(order_by="OpenedOffer.id")


class RequirementResponse(Identified, Base):
    """逐条响应表: the answer to one requirement of an opened bid."""

    __tablename__ = "requirement_response"

    opened_bid_id: Mapped[int] = mapped_column(ForeignKey("opened_bid.id"), index=True)
    requirement_key: Mapped[str] = mapped_column(String(12))
    answer: Mapped[str] = mapped_column(String(12))
    value_json: Mapped[dict[str, Any] | None] = mapped_column("value", JSON)
    note: Mapped[str] = mapped_column(LongText, default="")


class OpenedOffer(Identified, Base):
    """A product offered in an opened bid, as it stood at submission."""

    __tablename__ = "opened_offer"

    opened_bid_id: Mapped[int] = mapped_column(ForeignKey("opened_bid.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(300))
    model: Mapped[str] = mapped_column(String(60))
    quantity: Mapped[int | None]
    mode: Mapped[str] = mapped_column(String(12))
    unit_price: Mapped[int | None] = mapped_column(BigInteger)
    variants: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    specifications: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def sealed(self) -> Offer:
        """The offer as it was sealed."""
        return Offer.model_validate({name: getattr(self, name) for name in Offer.model_fields})
