"""Products and their specifications."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.states import LIFECYCLE, State
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Identified, Revised, UTCDateTime, choice
from marketplace.kernel.text import Text, TextType
from marketplace.organisations.models import Organisation
from marketplace.vocabulary.parameters import Value


class PriceKind(enum.Enum):
    """How a price is stated."""

    FIXED = "fixed"
    RANGE = "range"
    ON_REQUEST = "on_request"


class Evidence(enum.Enum):
    """The ladder of evidence behind a value, weakest first."""

    CLAIMED = "claimed"
    VIDEO = "video"
    LABORATORY = "laboratory"
    TRIAL = "trial"


class VariantKind(enum.Enum):
    """A version of the product that is ordered instead of it, or something mounted on it."""

    VARIANT = "variant"
    ACCESSORY = "accessory"


class Product(Identified, Revised, Base):
    """A robot or robot system that a vendor offers. Prices in whole 万元, the lease in yuan a month."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("price_min IS NULL OR price_min <= price_max", name="price_order"),
        Index(None, "vendor_id", "reference", unique=True),
    )

    vendor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # The vendor's own key of it in files that it imports; what was typed on the site has none.
    reference: Mapped[str | None] = mapped_column(String(40))
    domain: Mapped[str] = mapped_column(String(20), index=True)
    tasks: Mapped[list[str]] = mapped_column(JSON, default=list)
    name: Mapped[Text] = mapped_column(TextType)
    model: Mapped[str] = mapped_column(String(60), default="")
    summary: Mapped[Text] = mapped_column(TextType)
    description: Mapped[Text] = mapped_column(TextType)
    price_kind: Mapped[PriceKind] = mapped_column(choice(PriceKind), default=PriceKind.ON_REQUEST)
    price_min: Mapped[int | None]
    price_max: Mapped[int | None]
    lease_per_month: Mapped[int | None]
    launched: Mapped[str] = mapped_column(String(7), default="")
    state: Mapped[State] = mapped_column(choice(State), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    vendor: Mapped[Organisation] = relationship()
    # The product's own values; those that a variant replaces stand with the variant.
    specifications: Mapped[list[Specification]] = relationship(
        primaryjoin="and_(Product.id == Specification.product_id, Specification.variant_id.is_(None))",
        order_by="Specification.id",
        cascade="all, delete-orphan",
    )
    variants: Mapped[list[ProductVariant]] = relationship(
        back_populates="product", order_by="ProductVariant.id", cascade="all, delete-orphan"
    )

    @hybrid_property
    def is_listed(self) -> bool:
        """Whether the public sees it."""
        return self.state == State.LISTED

    @property
    def number(self) -> str:
        """The number by which files name it."""
        return f"PR-{self.created_at.year}-{self.id:04d}"

    def specification(self, parameter: str) -> Specification | None:
        """The specification of that parameter."""
        return next((s for s in self.specifications if s.parameter == parameter), None)


LIFECYCLE.attach(Product)


class ProductVariant(Identified, Base):
    """A named variant or accessory: with it the product has the values that stand here instead of its own.

    ``extra_price`` in whole 万元 on top of the product's; none where the vendor does not say.
    """

    __tablename__ = "product_variant"
    __table_args__ = (CheckConstraint("extra_price IS NULL OR extra_price >= 0", name="extra_price_not_negative"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    kind: Mapped[VariantKind] = mapped_column(choice(VariantKind))
    name: Mapped[Text] = mapped_column(TextType)
    extra_price: Mapped[int | None]

    product: Mapped[Product] = relationship(back_populates="variants")
    specifications: Mapped[list[Specification]] = relationship(
        order_by="Specification.id", cascade="all, delete-orphan"
    )


class Specification(Identified, Base):
    """One typed value of a product, or of one of its variants, with its condition and evidence."""

    __tablename__ = "specification"
    __table_args__ = (
        # NULLs differ from each other in a unique constraint, so the product's own values need an index of their own.
        Index(
            "uq_specification_own_parameter",
            "product_id",
            "parameter",
            unique=True,
            sqlite_where=text("variant_id IS NULL"),
            postgresql_where=text("variant_id IS NULL"),
        ),
        UniqueConstraint("variant_id", "parameter"),
        CheckConstraint(
            "expires IS NULL OR (evidence_date IS NOT NULL AND expires > evidence_date)", name="expires_after_evidence"
        ),
    )
    # A value belongs to its product's own or to a variant's; being with one of the two is enough.
    __mapper_args__ = {"legacy_is_orphan": True}

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("product_variant.id", ondelete="CASCADE"))
    parameter: Mapped[str] = mapped_column(String(40), index=True)
    value_json: Mapped[dict[str, Any]] = mapped_column("value", JSON)
    condition: Mapped[Text] = mapped_column(TextType)
    evidence: Mapped[Evidence] = mapped_column(choice(Evidence), default=Evidence.CLAIMED)
    evidence_date: Mapped[date | None]
    expires: Mapped[date | None]
    """The last day on which the evidence holds; after it the value counts as claimed."""

    @property
    def value(self) -> Value:
        """The value as typed and as compared."""
        return Value.from_json(self.value_json)

    @property
    def is_expired(self) -> bool:
        """Whether the evidence no longer holds today."""
        return self.expires is not None and self.expires < clock.today()
