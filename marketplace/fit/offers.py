"""What is offered: a product with its values, variants, evidence and record as the match sees it, plain and frozen."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from marketplace.fit.wording import telling
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Value


class Evidence(enum.IntEnum):
    """The ladder of evidence behind a value, weakest first."""

    CLAIMED = 0
    VIDEO = 1
    LABORATORY = 2
    TRIAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One value of a product, or of the product with the variant or accessory that is named.

    A ``condition`` makes it "met if" at best, and so does a variant. ``row`` is whatever names the row it came from.
    """

    parameter: str
    value: Value
    condition: Text = Text()
    variant: str = ""
    evidence: Evidence = Evidence.CLAIMED
    evidence_date: date | None = None
    expires: date | None = None
    row: str = ""

    @property
    def is_conditional(self) -> bool:
        """Whether the value holds only under a condition or with a variant."""
        return bool(self.variant or self.condition.zh or self.condition.en)

    def rung(self, today: date) -> int:
        """The rung of its evidence; what has expired is a claim."""
        return self.evidence if self.expires is None or self.expires >= today else 0


class Track(NamedTuple):
    """What the programme itself has seen of a product: landed, accepted but not yet landed, failed or terminated."""

    landed: int = 0
    accepted: int = 0
    failed: int = 0


class Configuration(NamedTuple):
    """A product as it is (no name), or with one variant whose values replace its own."""

    variant: str
    values: Mapping[str, Specification]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A product. ``changed`` is when its vendor last changed or confirmed its page."""

    id: int
    vendor_id: int
    specifications: tuple[Specification, ...]
    changed: date
    domain: str = ""
    tasks: tuple[str, ...] = ()
    name: Text = Text()
    texts: tuple[Text, ...] = ()
    track: Track = Track()
    row: str = ""
    variants: tuple[tuple[str, Text], ...] = ()
    """What each variant is called in both languages, where it has more than the name that its values bear."""

    def variant_name(self, variant: str) -> Text:
        """What people read of a variant."""
        return dict(self.variants).get(variant) or Text.of(variant, variant)

    @cached_property
    def configurations(self) -> tuple[Configuration, ...]:
        """The product as it is, then with each variant in the order given; ``ValueError`` for a value given twice.

        Variants are never combined: two grippers cannot be mounted at once. What works together is one variant.
        """
        own: dict[str, dict[str, Specification]] = {"": {}}
        for one in self.specifications:
            values = own.setdefault(one.variant, {})
            if one.parameter in values:
                raise ValueError(f"{one.parameter} twice for {one.variant or 'the product'} of product {self.id}")
            values[one.parameter] = one
        base = own[""]
        return tuple(Configuration(variant, base | values if variant else base) for variant, values in own.items())

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its page, in either language, each once."""
        return tuple(telling(" ".join(f"{t.zh}\n{t.en}" for t in (self.name, *self.texts))))
