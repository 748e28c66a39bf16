"""Products and their specifications."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.states import DOUBT, LIFECYCLE, DoubtState, State
from marketplace.infra.files.models import StoredFile
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


class FileKind(enum.Enum):
    """What a file of a product is."""

    DATASHEET = "datasheet"
    REPORT = "report"
    MANUAL = "manual"
    OTHER = "other"


class Mark(enum.Enum):
    """A public list that names the product; given by staff, never by the vendor."""

    INNOVATIVE = "innovative"
    FIRST_SET = "first_set"


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
    services: Mapped[list[str]] = mapped_column(JSON, default=list)
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
    certificates: Mapped[list[Certificate]] = relationship(order_by="Certificate.id", cascade="all, delete-orphan")
    deployments: Mapped[list[Deployment]] = relationship(
        order_by="Deployment.since.desc(), Deployment.id", cascade="all, delete-orphan"
    )
    marks: Mapped[list[ProductMark]] = relationship(order_by="ProductMark.id", cascade="all, delete-orphan")
    pictures: Mapped[list[ProductPicture]] = relationship(
        order_by="ProductPicture.position", cascade="all, delete-orphan"
    )
    # The first picture: lists load it beside the product itself.
    cover: Mapped[ProductPicture | None] = relationship(
        primaryjoin="and_(Product.id == ProductPicture.product_id, ProductPicture.position == 0)",
        viewonly=True,
        uselist=False,
    )
    files: Mapped[list[ProductFile]] = relationship(order_by="ProductFile.id", cascade="all, delete-orphan")

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


class Certificate(Identified, Base):
    """A certificate that the vendor says the product has; ``expires`` is its last day."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("expires IS NULL OR issued IS NULL OR expires > issued", name="expires_after_issue"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    standard: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(String(80))
    issued: Mapped[date | None]
    expires: Mapped[date | None]
    note: Mapped[Text] = mapped_column(TextType)

    @property
    def is_expired(self) -> bool:
        """Whether its last day has passed."""
        return self.expires is not None and self.expires < clock.today()


class Deployment(Identified, Base):
    """Where the product works today, by the vendor's own statement; ``since`` is a month, 2025-09."""

    __tablename__ = "product_deployment"
    __table_args__ = (CheckConstraint("units IS NULL OR units > 0", name="units_positive"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    place: Mapped[Text] = mapped_column(TextType)
    district: Mapped[str] = mapped_column(String(6), default="")
    since: Mapped[str] = mapped_column(String(7))
    units: Mapped[int | None]


class ProductMark(Identified, Base):
    """That a public list names the product, with its number there and the year; staff entered it."""

    __tablename__ = "product_mark"
    __table_args__ = (UniqueConstraint("product_id", "kind"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    kind: Mapped[Mark] = mapped_column(choice(Mark))
    number: Mapped[str] = mapped_column(String(60))
    year: Mapped[int]
    set_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProductPicture(Identified, Base):
    """A picture of a product in two sizes, in pixels; the one at position 0 is the cover. Its bytes never change."""

    __tablename__ = "product_picture"
    __table_args__ = (UniqueConstraint("product_id", "position"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    position: Mapped[int]
    description: Mapped[Text] = mapped_column(TextType)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    width: Mapped[int]
    height: Mapped[int]
    small_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    small_width: Mapped[int]
    small_height: Mapped[int]

    file: Mapped[StoredFile] = relationship(foreign_keys=file_id, lazy="joined")


class ProductFile(Identified, Base):
    """A file of a product: a datasheet, a test report, a manual."""

    __tablename__ = "product_file"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    kind: Mapped[FileKind] = mapped_column(choice(FileKind))
    title: Mapped[Text] = mapped_column(TextType)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship(lazy="joined")


ANSWER_DAYS = 10
"""Working days in which a vendor answers a doubt; later it is marked, and staff may close it without an answer."""


class SpecificationDoubt(Identified, Base):
    """That somebody doubts one value of a listed product, with the value as it stood, and what was answered."""

    __tablename__ = "specification_doubt"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    # The product's vendor, copied so that a rule can read it; products do not change hands.
    vendor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # No foreign key: the doubt outlasts a variant that its vendor takes off the product.
    variant_id: Mapped[int | None]
    parameter: Mapped[str] = mapped_column(String(40))
    value_json: Mapped[dict[str, Any]] = mapped_column("value", JSON)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[DoubtState] = mapped_column(choice(DoubtState), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finding: Mapped[str] = mapped_column(String(500), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    product: Mapped[Product] = relationship()

    @property
    def variant(self) -> ProductVariant | None:
        """The variant whose value it is; none for the product's own value, and once the variant is gone."""
        return next((v for v in self.product.variants if v.id == self.variant_id), None)

    @property
    def value(self) -> Value:
        """The value that was doubted, as it stood."""
        return Value.from_json(self.value_json)

    @property
    def is_open(self) -> bool:
        """Whether the value is still under question."""
        return self.state is not DoubtState.CLOSED

    @property
    def value_now(self) -> Value | None:
        """The value that stands there now, none when it was withdrawn."""
        of = self.variant if self.variant_id is not None else self.product
        found = next((s for s in of.specifications if s.parameter == self.parameter), None) if of else None
        return found.value if found else None


DOUBT.attach(SpecificationDoubt)


class ProductVersion(Identified, Base):
    """What a product's page said from ``at`` on, kept for good; who changed it is none where the site did."""

    __tablename__ = "product_version"
    __table_args__ = (UniqueConstraint("product_id", "number"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
