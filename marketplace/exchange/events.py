"""What happens when files come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class FileImported(Event):
    """A person has entered items from a file; the audit keeps which, and the file's digest."""

    audited: ClassVar[bool] = True

    organisation_id: int
    kind: str
    created: tuple[int, ...]
    changed: tuple[int, ...]
    unchanged: int
    sha256: str
    on_behalf: bool


@dataclass(frozen=True, kw_only=True)
class DraftsTyped(Event):
    """The programme office has typed drafts on an owner's behalf; the owner checks and submits them."""

    organisation_id: int
    count: int
