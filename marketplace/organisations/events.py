"""What happens to organisations and their members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class OrganisationEvent(Event):
    """Something about one organisation."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class OrganisationCreated(OrganisationEvent):
    """Somebody entered an organisation and became its manager."""

    audited: ClassVar[bool] = True


class OrganisationSubmitted(OrganisationEvent):
    """It asks to be verified."""


class OrganisationVerified(OrganisationEvent):
    """Staff have compared code, name and licence."""


@dataclass(frozen=True, kw_only=True)
class OrganisationReturned(OrganisationEvent):
    """Staff ask for changes."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(OrganisationEvent):
    """Its public particulars were edited."""

    audited: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class ScopeSet(OrganisationEvent):
    """Staff made it a recommending body, changed its scope, or ended it."""

    audited: ClassVar[bool] = True

    districts: list[str]
    members: list[int]
    is_body: bool


@dataclass(frozen=True, kw_only=True)
class MemberInvited(OrganisationEvent):
    """Somebody was invited by e-mail."""

    audited: ClassVar[bool] = True

    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class MemberJoined(OrganisationEvent):
    """An invitation was accepted."""

    audited: ClassVar[bool] = True

    user_id: int


@dataclass(frozen=True, kw_only=True)
class MemberChanged(OrganisationEvent):
    """A member's role was changed, or the member left."""

    audited: ClassVar[bool] = True

    user_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class HandoverEvent(OrganisationEvent):
    """Something about handing an organisation's management over."""

    audited: ClassVar[bool] = True

    handover_id: int


class HandoverOffered(HandoverEvent):
    """A manager offered the management to another member."""


class HandoverAccepted(HandoverEvent):
    """The member took it; the former manager has the role that was agreed, or has left."""


class HandoverDeclined(HandoverEvent):
    """The member declined."""


class HandoverWithdrawn(HandoverEvent):
    """The manager took the offer back."""
