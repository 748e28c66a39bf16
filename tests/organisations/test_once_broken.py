"""What was once broken in organisations, and must not break again."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from marketplace.kernel.db import unit_of_work
from marketplace.organisations import queries, services
from marketplace.organisations.models import MemberRole
from tests.factories.world import World


def test_an_expired_invitation_does_not_stand_in_the_way_of_a_new_one(
    world: World, clock: time_machine.Coordinates
) -> None:
    owner = world.owner
    for _again in range(2):
        with unit_of_work():
            services.invite(owner, world.owner_id, email="x@people.example", role=MemberRole.EDITOR, language="zh")
        clock.shift(timedelta(days=7, seconds=2))
    assert list(queries.open_invitations(owner, world.owner_id)) == []
