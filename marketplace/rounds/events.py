"""What happens to rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RoundChanged(Event):
    """Staff changed what a round says; ``changes`` names each field with before and after."""

    audited: ClassVar[bool] = True

    round_id: int
    changes: dict[str, Any]
    reason: str
