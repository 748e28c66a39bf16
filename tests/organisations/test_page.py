"""An organisation's public page."""

from __future__ import annotations

from tests.factories.stages import words
from tests.factories.world import World


def test_the_page_shows_what_an_organisation_published_and_the_products_it_lists_and_nothing_else(
    world: World,
) -> None:
    world.challenge("公开的榜题")
    world.admitted("只是入库的场景")
    world.product(name="公开的产品")
    world.product(name="草稿产品", listed=False)
    owner, vendor = (
        words(world.app.test_client(), f"/zh/organisations/{i}") for i in (world.owner_id, world.vendor_id)
    )
    assert "公开的榜题" in owner
    assert "只是入库的场景" not in owner
    assert "公开的产品" in vendor
    assert "草稿产品" not in vendor
