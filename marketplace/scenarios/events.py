"""What happens to scenarios."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ScenarioEvent(Event):
    """Something about one scenario."""

    scenario_id: int


class ScenarioSubmitted(ScenarioEvent):
    """The owner has sent it to the programme office."""


@dataclass(frozen=True, kw_only=True)
class ScenarioHeld(ScenarioEvent):
    """The owner has sent it; its round first asks the recommending body of the owner's scope."""

    body_id: int


class ScenarioReachedStaff(ScenarioEvent):
    """What waited with a recommending body is now with the programme office."""


@dataclass(frozen=True, kw_only=True)
class ScenarioReturned(ScenarioEvent):
    """Staff ask for changes, all at once."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ScenarioRejected(ScenarioEvent):
    """Staff cannot take it, and say why."""

    reason: str


class ScenarioAdmitted(ScenarioEvent):
    """It is in the library and may become a challenge."""


class ScenarioWithdrawn(ScenarioEvent):
    """The owner has taken it back."""
