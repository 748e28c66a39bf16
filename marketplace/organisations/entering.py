"""What a file does to an organisation's rows: the words that scenarios and products share."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from marketplace.kernel.db import one_at_a_time
from marketplace.organisations.models import Organisation


class Effect(enum.Enum):
    """What entering one item would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LOCKED = "locked"
    """It is no draft any more, and a file does not change it behind its readers."""
    TAKEN = "taken"
    """It is the organisation's already, and who types on its behalf may add, not change."""


REFUSED = (Effect.LOCKED, Effect.TAKEN)


@dataclass(frozen=True)
class Entered:
    """Ids of what was made and changed, and how many were left as they are."""

    created: tuple[int, ...]
    changed: tuple[int, ...]
    unchanged: int


def lock(organisation_id: int) -> None:
    """Let two imports of one organisation wait for each other, so that neither enters what the other just did."""
    one_at_a_time(Organisation, organisation_id)
