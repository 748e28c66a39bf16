"""The town's direct matching: scenarios in it, introductions and times in every state, in both directions."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from marketplace.introductions import services
from marketplace.introductions.models import Block, Result
from marketplace.kernel.db import session, unit_of_work
from tests.factories.introductions import Introductions
from tests.factories.world import World


def build(world: World, ids: dict[str, int], clock: time_machine.Traveller) -> None:
    """What the contract tests ask about; the vendor's matters, and one of the rival's."""
    made = Introductions(world)
    ids["matching_scenario"] = made.scenario("正在对接")
    ids["pending_introduction"] = made.interest(ids["matching_scenario"])
    ids["rival_introduction"] = made.interest(ids["matching_scenario"], vendor="rival")
    ids["invitation"] = made.invitation(made.scenario("邀请"))
    ids["accepted_introduction"] = made.accepted()
    ids["cancelled_slot"] = made.booked(ids["accepted_introduction"])
    with unit_of_work():
        services.cancel(world.owner, ids["accepted_introduction"], ids["cancelled_slot"], reason="停电检修。")
    ids["booked_slot"] = made.booked(ids["accepted_introduction"])
    ids["offered_introduction"] = made.accepted(made.scenario("待选"))
    ids["offered_slot"] = made.offer(ids["offered_introduction"])[0]
    declined = made.interest(made.scenario("谢绝"), vendor="rival")
    with unit_of_work():
        services.decline(world.owner, declined, reason="负载不够。", for_good=True)
    ids["block"] = session().query(Block).one().id
    taken_back = made.interest(made.scenario("收回"))
    with unit_of_work():
        services.withdraw(world.vendor, taken_back)
    closed = made.scenario("结束")
    made.interest(closed)
    with unit_of_work():
        services.close_route(world.owner, closed)
    ids["concluded_introduction"] = made.accepted(made.scenario("落地"))
    for actor in (world.owner, world.vendor):
        made.report(actor, ids["concluded_introduction"], Result.LEASE)
    clock.shift(timedelta(days=140))
    with unit_of_work():
        services.land(world.officer, ids["concluded_introduction"], reason="看过合同和运行记录。")
    clock.shift(timedelta(days=-140))
