"""Many vendors at once, made through the services: for drills and benches on a real installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from argon2 import PasswordHasher
from flask import Flask

from marketplace.challenges.models import Challenge
from marketplace.infra.search.models import IndexJob
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests.factories.stages import Stages
from tests.factories.world import World


@dataclass(frozen=True)
class Bidder:
    """A vendor's manager with a complete draft that was not submitted."""

    name: str
    bid_id: int
    vendor_id: int
    product_id: int

    @property
    def email(self) -> str:
        """Who signs in."""
        return f"{self.name}@people.example"


def crowd(app: Flask, count: int) -> tuple[int, list[Bidder]]:
    """An open challenge, and ``count`` vendors each with a complete draft for it."""
    # Passwords cost little here: hundreds of people are made, and the site accepts cheap hashes that it finds.
    app.extensions["password_hasher"] = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    # The preparing process stands for many who worked for weeks; it need not wake the worker each time.
    app.config["WAKE_WORKER"] = False
    world = World(app)
    assert world.officer.is_staff
    assert world.owner.is_signed_in
    challenge_id = world.challenge().id
    stages = Stages(world, cast(Any, None))
    bidders = []
    for number in range(count):
        name = f"bidder{number}"
        vendor_id, product_id = stages.vendor(name)
        bid_id = stages.draft(challenge_id, name, vendor=(vendor_id, product_id))
        bidders.append(Bidder(name, bid_id, vendor_id, product_id))
    return challenge_id, bidders


def close_in(challenge_id: int, seconds: float) -> None:
    """Move a challenge's deadline to a moment ahead: what thirty days of waiting would have brought."""
    with unit_of_work() as work:
        work.get_one(Challenge, challenge_id).closes_at = clock.now() + timedelta(seconds=seconds)
        work.add(IndexJob(kind="challenge", row_id=challenge_id, created_at=clock.now()))
