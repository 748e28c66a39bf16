"""What happens to notices and objections."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class NoticeEvent(Event):
    """Something about one notice."""

    notice_id: int
    challenge_id: int


class NoticePublished(NoticeEvent):
    """It is public from now on, for good."""


class NoticeConcluded(NoticeEvent):
    """Its days have passed and no objection is open."""


class NoticeRevoked(NoticeEvent):
    """An objection was upheld; what was announced does not stand."""


@dataclass(frozen=True, kw_only=True)
class ObjectionEvent(Event):
    """Something about one objection."""

    objection_id: int
    notice_id: int


class ObjectionReceived(ObjectionEvent):
    """Somebody objected in time."""


class ObjectionAnswered(ObjectionEvent):
    """Staff have decided whether to admit it, or on the matter."""
