"""Reads of the programme's figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.dashboard.models import Figure
from marketplace.dashboard.targets import Target, targets
from marketplace.kernel.db import session


@dataclass(frozen=True)
class Standing:
    """A target with what was reported of it, the newest first; nothing means not reported."""

    target: Target
    figures: tuple[Figure, ...]

    @property
    def newest(self) -> Figure | None:
        """The figure that counts."""
        return self.figures[0] if self.figures else None


def standings() -> list[Standing]:
    """Every target of the plan with its reported figures: by the day they speak of, then by when they were reported."""
    found: dict[str, list[Figure]] = {key: [] for key in targets()}
    for row in session().scalars(select(Figure).order_by(Figure.as_of.desc(), Figure.id.desc())):
        found[row.target].append(row)
    return [Standing(target, tuple(found[key])) for key, target in targets().items()]
