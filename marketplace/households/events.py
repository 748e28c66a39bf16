"""What happens to household needs. No event carries a word of a need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class NeedEvent(Event):
    """Something about one household's need."""

    audited: ClassVar[bool] = True

    need_id: int
    body_id: int


class NeedRecorded(NeedEvent):
    """A service body wrote down a need with its consent."""


class ConsentRenewed(NeedEvent):
    """A home whose pool had been withdrawn, or whose consent had an older wording, was asked again and agreed."""


@dataclass(frozen=True, kw_only=True)
class NeedDeleted(NeedEvent):
    """Its data is gone: ``why`` is "withdrawn" (the consent) or "expired" (the retention)."""

    why: str


@dataclass(frozen=True, kw_only=True)
class NeedsPooled(Event):
    """Several homes became one scenario draft."""

    audited: ClassVar[bool] = True

    scenario_id: int
    homes: int


@dataclass(frozen=True, kw_only=True)
class PoolFellShort(Event):
    """A home left, and an unpublished scenario now stands for fewer than five."""

    scenario_id: int
    homes: int
