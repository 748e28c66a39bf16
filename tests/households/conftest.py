"""A service body whose people speak for homes."""

from __future__ import annotations

import pytest

from tests.factories.world import World


@pytest.fixture
def body_id(world: World) -> int:
    return world.organisation("helper", "service_body", name="安和示例中心").id
