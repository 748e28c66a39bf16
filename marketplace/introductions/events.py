"""What happens between the two sides of an introduction. No event carries a contact or a word that somebody wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class IntroductionEvent(Event):
    """Something about one introduction."""

    introduction_id: int


class InterestShown(IntroductionEvent):
    """A vendor is interested in a scenario."""


class VendorInvited(IntroductionEvent):
    """An owner invites a vendor to look at its scenario."""


class IntroductionDeclined(IntroductionEvent):
    """The other side does not wish to go on, and says why."""


class IntroductionLapsed(IntroductionEvent):
    """Direct matching of the scenario ended before it was answered."""


@dataclass(frozen=True, kw_only=True)
class ContactsExchanged(IntroductionEvent):
    """The other side accepted: from now on the two people see each other's contacts."""

    audited: ClassVar[bool] = True

    owner_person_id: int
    vendor_person_id: int


class SlotsOffered(IntroductionEvent):
    """The owner offers times to meet."""


class OtherSlotsAsked(IntroductionEvent):
    """None of them suits the vendor."""


@dataclass(frozen=True, kw_only=True)
class SlotEvent(IntroductionEvent):
    """Something about one time to meet."""

    slot_id: int


class SlotBooked(SlotEvent):
    """The vendor takes it."""


class SlotCancelled(SlotEvent):
    """One side cannot come, and says why."""


class SlotNear(SlotEvent):
    """It is tomorrow."""


class OutcomeAsked(IntroductionEvent):
    """Thirty days have passed since they met: what came of it?"""


@dataclass(frozen=True, kw_only=True)
class OutcomeReported(IntroductionEvent):
    """One side has said what came of it."""

    audited: ClassVar[bool] = True

    side: str


@dataclass(frozen=True, kw_only=True)
class PartnerBlocked(Event):
    """An organisation wants to hear no more of another."""

    audited: ClassVar[bool] = True

    by_id: int
    against_id: int


@dataclass(frozen=True, kw_only=True)
class PartnerUnblocked(Event):
    """It takes that back."""

    audited: ClassVar[bool] = True

    by_id: int
    against_id: int
