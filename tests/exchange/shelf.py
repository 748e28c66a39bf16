"""All of the demo's scenarios and products as rows of one owner and one vendor."""

from __future__ import annotations

from marketplace.demo import content, market, stories
from marketplace.demo.timeline import Demo
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests.factories.world import World


def filled(world: World) -> None:
    """The demo's sixty drafts belong to "owner", its products, nearly all of them public, to "vendor"."""
    world.once("shelf", lambda: _filled(world))


def _filled(world: World) -> None:
    owner_id, vendor_id = world.owner_id, world.vendor_id
    demo = Demo(clock.now(), lambda _text: None)
    for data in (*content.scenarios(), *content.products()):
        key = data.get("owner") or data["vendor"]
        demo.people[key] = world.users["owner" if "owner" in data else "vendor"]
        demo.orgs[key] = owner_id if "owner" in data else vendor_id
    with unit_of_work():
        for data in content.scenarios():
            stories.draft(demo, data)
        for data in content.products():
            market.product(demo, data)
