"""From the library: into a challenge, or public for direct matching until it has landed."""

from __future__ import annotations

from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import gettext as _
from marketplace.scenarios import queries
from marketplace.scenarios.models import (
    Scenario,
)
from marketplace.scenarios.policies import SCENARIO
from marketplace.scenarios.services.checking import classified_words
from marketplace.scenarios.states import LIFECYCLE


def mark_listed(actor: Actor, scenario_id: int) -> Scenario:
    """A challenge made from it was published."""
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, "list_", row)
    LIFECYCLE.fire(row, "list_", actor=actor)
    return row


def open_matching(actor: Actor, scenario_id: int) -> Scenario:
    """Make an admitted scenario public for direct matching; words that must be held are looked at by staff first."""
    row = _for_matching(actor, "open_matching", scenario_id)
    looked_at = "officer" in actor.roles and row.owner_id not in actor.organisations()
    if not looked_at and classified_words(row):
        raise Conflict(_("内容里有要先核对的字样（秘密、机密、军工）。请联系项目办公室，核对后由他们公开。"))
    LIFECYCLE.fire(row, "open_matching", actor=actor)
    row.matching_since = clock.now()
    return row


def close_matching(actor: Actor, scenario_id: int) -> Scenario:
    """End direct matching: the scenario is back in the library and may become a challenge."""
    row = _for_matching(actor, "close_matching", scenario_id)
    LIFECYCLE.fire(row, "close_matching", actor=actor)
    return row


def land(actor: Actor, scenario_id: int, *, reason: str) -> Scenario:
    """Direct matching has led to robots in productive use; ``reason`` says what evidence was seen."""
    row = _for_matching(actor, "land", scenario_id)
    LIFECYCLE.fire(row, "land", actor=actor, reason=reason)
    return row


def _for_matching(actor: Actor, act: str, scenario_id: int) -> Scenario:
    row = queries.get(actor, scenario_id)
    queries.locked(row.id)
    SCENARIO.require(actor, act, row)
    return row
