"""What happens to the programme's figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class FigureReported(Event):
    """Staff reported a figure; an earlier one of the same target stays in the record."""

    audited: ClassVar[bool] = True

    figure_id: int
    target: str
    value: int
