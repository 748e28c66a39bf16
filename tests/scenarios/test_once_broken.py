"""What was once broken in scenarios, and must not break again."""

from __future__ import annotations

import pytest

from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.text import Text
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State
from tests.factories.world import World


@pytest.mark.parametrize("missing", ["unclassified", "truthful"])
def test_a_scenario_is_not_submitted_without_its_declarations(world: World, missing: str) -> None:
    scenario_id = world.draft().id
    data = {"unclassified": "y", "truthful": "y", "declared_by": "李核对"}
    del data[missing]
    answer = world.client("owner").post(f"/zh/scenarios/{scenario_id}/edit/submit", data=data)
    assert answer.status_code == 422
    assert session().get_one(Scenario, scenario_id).state is State.DRAFT


def test_a_task_without_a_domain_is_told_and_is_no_error_of_the_server(world: World) -> None:
    owner = world.owner
    with unit_of_work():
        scenario_id = scenarios.create(owner, world.owner_id, title=Text.of("转运")).id
    data = {"title_zh": "转运", "domain": "", "task": "medical_assistance", "district": "310112", "kind": "procurement"}
    answer = world.client("owner").post(f"/zh/scenarios/{scenario_id}/edit/task", data=data)
    assert answer.status_code == 422


def test_stale_requirements_are_shown_beside_what_the_other_editor_saved(world: World) -> None:
    scenario_id = world.draft().id
    revision = session().get_one(Scenario, scenario_id).revision
    browser = world.client("owner")
    path = f"/zh/scenarios/{scenario_id}/edit/requirements"
    row = {"rows-0-parameter": "payload", "rows-0-op": ">=", "rows-0-unit": "kg", "revision": str(revision)}
    assert browser.post(path, data=row | {"rows-0-value": "41.75"}).status_code == 302
    answer = browser.post(path, data=row | {"rows-0-value": "42.5"})
    assert answer.status_code == 409
    assert "42.5" in answer.text
    assert "41.75" in answer.text
