"""Homes at a service body's desk, made through the services."""

from __future__ import annotations

from typing import Any

from marketplace.households import services as households
from marketplace.households.models import Area, Dwelling, Giver, Persons
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
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
