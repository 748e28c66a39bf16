"""Opening and ending the direct route of a scenario."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.challenges.models import Challenge
from marketplace.households import queries as households
from marketplace.introductions import events, queries
from marketplace.introductions.policies import INTRODUCTION
from marketplace.introductions.states import LIFECYCLE
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations.services import require_verified
from marketplace.scenarios import queries as scenarios
from marketplace.scenarios import services as scenario_services
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.policies import SCENARIO


def obstacle(row: Scenario) -> str:
    """Why the scenario may not take the direct route, whatever its state; empty when nothing stands in the way."""
    if row.domain == "household" or households.is_pool(row.id):
        return _("家庭的需要不走供需对接，只在合并之后发榜。")
    if session().scalar(select(Challenge.id).where(Challenge.scenario_id == row.id).limit(1)) is not None:
        return _("这个场景已经拟了榜题。两条路只能走一条。")
    return ""


def open_route(actor: Actor, scenario_id: int) -> Scenario:
    """Make an admitted scenario public for direct matching: it is no household's, and no challenge was made from it."""
    row = scenarios.get(actor, scenario_id)
    SCENARIO.require(actor, "open_matching", row)
    if problem := obstacle(row):
        raise Conflict(problem)
    require_verified(row.owner)
    return scenario_services.open_matching(actor, scenario_id)


def close_route(actor: Actor, scenario_id: int) -> Scenario:
    """End direct matching; what nobody has answered lapses, what was accepted goes on between the two."""
    row = scenario_services.close_matching(actor, scenario_id)
    lapse_pending(actor, scenario_id)
    return row


def lapse_pending(actor: Actor, scenario_id: int) -> None:
    """End what waits for an answer about a scenario that left direct matching."""
    for entry in queries.pending(scenario_id):
        INTRODUCTION.require(actor, "lapse", entry)
        LIFECYCLE.fire(entry, "lapse", actor=actor)
        entry.ended_at = clock.now()
        record(events.IntroductionLapsed(actor=actor, introduction_id=entry.id))
