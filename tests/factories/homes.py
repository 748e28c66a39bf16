"""Homes at a service body's desk, made through the services."""

from __future__ import annotations

from typing import Any

from marketplace.households import services as households
from marketplace.households.models import Area, Dwelling, Giver, Persons
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.text import Text
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import BudgetKind
from tests.factories.world import World


def need(**given: Any) -> households.NeedData:
    """What one home said today."""
    fields: dict[str, Any] = {
        "district": "310110",
        "dwelling": Dwelling.PUBLIC_RENTAL,
        "area": Area.UNDER_40,
        "persons": Persons.ONE,
        "task": "safety_watch",
        "need": "老人夜里起身不稳，希望跌倒能马上叫人。",
        "consent_by": Giver.PERSON,
        "consent_on": clock.today(),
        "agreed": True,
    }
    return households.NeedData(**(fields | given))


def home(world: World, body_id: int, person: str = "helper", **given: Any) -> int:
    """One home written down by ``person``; answers the need."""
    with unit_of_work():
        return households.write_down(world.person(person), body_id, need(**given)).id


def complete(world: World, scenario_id: int) -> None:
    """Let the body's "helper" write down everything that a pool's scenario still lacks."""
    helper, text = world.person("helper"), Text.of("见附件。")
    with unit_of_work():
        scenarios.edit(
            helper,
            scenario_id,
            **dict.fromkeys(("summary", "situation", "workflow", "objects", "safety"), text),
            budget_kind=BudgetKind.NEGOTIABLE,
            period_months=6,
        )
        scenarios.set_requirements(helper, scenario_id, [world.requirement("payload", "40")])
        scenarios.set_metrics(helper, scenario_id, [world.metric("availability", "99")])


def submit(world: World, scenario_id: int) -> None:
    """Let the body's "helper" submit it."""
    with unit_of_work():
        scenarios.submit(world.person("helper"), scenario_id, declared_by="helper")
