"""What happens to products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ProductEvent(Event):
    """Something about one product."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductChanged(ProductEvent):
    """Its page or a specification was entered or edited."""

    audited: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class ProductMediaChanged(ProductEvent):
    """A picture or a file came, went, moved or was described anew; its values and words stayed as they were."""

    audited: ClassVar[bool] = True


class ProductListed(ProductEvent):
    """It is public now."""


class ProductWithdrawn(ProductEvent):
    """It is no longer public."""


@dataclass(frozen=True, kw_only=True)
class ProductMarked(ProductEvent):
    """Staff entered or changed the mark of a public list."""

    audited: ClassVar[bool] = True

    kind: str
    number: str
    year: int


@dataclass(frozen=True, kw_only=True)
class ProductUnmarked(ProductEvent):
    """Staff took the mark of a public list away."""

    audited: ClassVar[bool] = True

    kind: str


@dataclass(frozen=True, kw_only=True)
class DoubtEvent(Event):
    """Something about a doubt of one value."""

    doubt_id: int


@dataclass(frozen=True, kw_only=True)
class DoubtRaised(DoubtEvent):
    """Somebody doubts a value."""

    audited: ClassVar[bool] = True


class DoubtAnswered(DoubtEvent):
    """The vendor answered."""


class DoubtClosed(DoubtEvent):
    """Staff closed it."""
