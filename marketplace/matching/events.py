"""What the market tells people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ChallengeFits(Event):
    """A new challenge stands in a vendor's domain; the product is the one of its that answers best."""

    challenge_id: int
    vendor_id: int
    product_id: int


@dataclass(frozen=True, kw_only=True)
class InvitedToLook(Event):
    """An owner asks a vendor to look at its challenge."""

    audited: ClassVar[bool] = True

    challenge_id: int
    vendor_id: int
    product_id: int


@dataclass(frozen=True, kw_only=True)
class NeedWoken(Event):
    """A product was made public that meets a challenge which nobody had answered."""

    challenge_id: int
    product_id: int
