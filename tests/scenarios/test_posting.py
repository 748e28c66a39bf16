"""Posting a scenario step by step: a title is enough to start, and nothing that was typed is ever lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Invalid, InvalidMany, NotFound, Stale
from marketplace.kernel.text import Text
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.scenarios import services
from marketplace.scenarios.models import BudgetKind, Level, Scenario
from marketplace.scenarios.states import State
from marketplace.scenarios.typical import typical
from marketplace.vocabulary.terms import main_domains
from tests.factories.world import World

TERMS = {
    "budget_kind": "fixed",
    "budget_max": "220",
    "period_months": "6",
    "quantity": "8",
    "mode": "purchase",
    "procurement_route": "own",
    "payment_zh": "按里程碑支付",
}


def _row(scenario_id: int) -> Scenario:
    session().rollback()
    return session().get_one(Scenario, scenario_id)


def _titled(world: World) -> int:
    owner = world.owner
    with unit_of_work():
        return services.create(owner, world.owner_id, title=Text.of("夜间转运")).id


def _rows(*rows: dict[str, str], revision: int, **more: str) -> dict[str, str]:
    sent = {f"rows-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    return sent | {"revision": str(revision)} | more


def test_a_draft_needs_a_title_only(world: World) -> None:
    browser = world.client("owner")
    answer = browser.post("/zh/scenarios/new", data={"title_zh": "夜间转运"})
    row = session().scalars(select(Scenario)).one()
    assert (answer.status_code, answer.location) == (302, f"/zh/scenarios/{row.id}/edit/task")
    assert (row.state, row.title.zh, row.owner_id, row.district) == (State.DRAFT, "夜间转运", world.owner_id, "310115")
    assert browser.get(answer.location).status_code == 200


def test_without_a_title_there_is_no_draft(world: World) -> None:
    answer = world.client("owner").post("/zh/scenarios/new", data={"title_zh": " \u202e "})
    assert answer.status_code == 422
    assert "请先起一个标题，以后可以改。" in answer.text
    assert session().scalar(select(func.count()).select_from(Scenario)) == 0


def test_a_vendor_alone_posts_no_scenario_and_neither_does_a_stranger_or_a_reader(world: World) -> None:
    vendor = world.vendor
    with pytest.raises(Conflict), unit_of_work():
        services.create(vendor, world.vendor_id, title=Text.of("转运"))
    with pytest.raises(NotFound), unit_of_work():
        services.create(world.stranger, world.owner_id, title=Text.of("转运"))
    reader = world.join("reader", session().get_one(Organisation, world.owner_id), MemberRole.VIEWER)
    with pytest.raises(NotFound), unit_of_work():
        services.create(reader, world.owner_id, title=Text.of("转运"))


def test_requirements_are_kept_in_the_canonical_unit_and_shown_as_typed(world: World) -> None:
    scenario_id = _titled(world)
    browser = world.client("owner")
    path = f"/zh/scenarios/{scenario_id}/edit/requirements"
    answer = browser.post(
        path,
        data=_rows(
            {"parameter": "payload", "op": ">=", "value": "1.5", "unit": "t", "level": "must", "weight": "5"},
            {"parameter": "slope", "op": ">=", "value": "８.７５", "unit": "percent", "level": "should", "weight": "1"},
            revision=1,
        ),
    )
    assert (answer.status_code, answer.location) == (302, f"/zh/scenarios/{scenario_id}/edit/metrics")
    first, second = _row(scenario_id).requirements
    assert (first.value.low, first.value.typed, first.value.unit) == (1500, "1.5", "t")
    assert (first.level, first.weight, second.level) == (Level.MUST, 5, Level.SHOULD)
    assert second.value.low == pytest.approx(5, abs=0.001)
    page = browser.get(path).text
    assert 'value="1.5"' in page
    assert 'value="8.75"' in page


def test_a_bad_figure_is_told_beside_its_field_and_everything_typed_is_kept(world: World) -> None:
    scenario_id = _titled(world)
    answer = world.client("owner").post(
        f"/zh/scenarios/{scenario_id}/edit/requirements",
        data=_rows(
            {
                "parameter": "payload",
                "op": ">=",
                "value": "37.25",
                "unit": "kg",
                "level": "must",
                "test_zh": "砝码实测",
            },
            {"parameter": "aisle_min", "op": "<=", "value": "9", "unit": "cm", "level": "should", "test_zh": "卷尺量"},
            {"parameter": "temperature", "op": "covers", "value": "热", "level": "must", "test_zh": "温箱"},
            revision=1,
        ),
    )
    assert answer.status_code == 422
    page = answer.text
    assert '<p class="err" id="v1-err">' in page
    assert page.index("请填 300 到 10,000 mm 之间的数。") > page.index('id="v1-err"')
    assert "请填一个区间，例如 2-8 或 -10~45。" in page[page.index('id="v2-err"') :]
    assert 'id="v0-err"' not in page
    for typed in ("37.25", "砝码实测", "9", "卷尺量", "热", "温箱"):
        assert f'value="{typed}"' in page
    assert '<option value="cm" selected>' in page
    assert (_row(scenario_id).requirements, _row(scenario_id).revision) == ([], 1)


def test_adding_a_row_keeps_what_is_typed_but_not_yet_right(world: World) -> None:
    scenario_id = _titled(world)
    answer = world.client("owner").post(
        f"/zh/scenarios/{scenario_id}/edit/requirements",
        data=_rows(
            {"parameter": "payload", "op": ">=", "value": "很多", "unit": "kg", "level": "must"},
            revision=1,
            add="runtime",
        ),
    )
    assert 'value="很多"' in answer.text
    assert 'name="rows-1-parameter" value="runtime"' in answer.text
    assert _row(scenario_id).requirements == []


def test_requirement_keys_stay_the_same_over_edits_and_reordering(world: World) -> None:
    scenario_id = world.draft().id
    before = {r.parameter: r.key for r in _row(scenario_id).requirements}
    rows = [
        {"parameter": "runtime", "op": ">=", "value": "8", "unit": "h", "level": "must"},
        {"parameter": "lift_ride", "op": "=", "value": "yes", "level": "should", "key": before["lift_ride"]},
        {"parameter": "payload", "op": ">=", "value": "45", "unit": "kg", "level": "must", "key": before["payload"]},
    ]
    answer = world.client("owner").post(
        f"/zh/scenarios/{scenario_id}/edit/requirements", data=_rows(*rows, revision=_row(scenario_id).revision)
    )
    assert answer.status_code == 302
    after = _row(scenario_id).requirements
    assert [r.parameter for r in after] == ["runtime", "lift_ride", "payload"]
    assert {r.parameter: r.key for r in after if r.parameter in before} == before
    assert after[0].key not in before.values()
    assert after[2].value.low == 45


def test_a_key_of_another_scenario_is_not_taken_over(world: World) -> None:
    scenario_id, other_id = world.draft().id, world.draft("另一个").id
    taken = _row(other_id).requirements[0].key
    data = services.RequirementData(
        parameter="payload", op=">=", value=world.requirement("payload", "5").value, level=Level.MUST, key=taken
    )
    owner = world.owner
    with unit_of_work():
        services.set_requirements(owner, scenario_id, [data])
    assert _row(scenario_id).requirements[0].key != taken
    assert _row(other_id).requirements[0].key == taken


def test_a_comparison_or_weight_that_cannot_be_chosen_is_refused(world: World) -> None:
    scenario_id = _titled(world)
    owner = world.owner
    good = world.requirement("payload", "40")
    for bad in ({"op": "<="}, {"weight": 6}, {"weight": 0}):
        data = services.RequirementData(**{**vars(good), **bad})
        with pytest.raises(Invalid), unit_of_work():
            services.set_requirements(owner, scenario_id, [data])
    assert _row(scenario_id).requirements == []


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("budget_max", "-5", "请填大于 0 的整数，单位万元。"),
        ("budget_max", "0", "请填大于 0 的整数，单位万元。"),
        ("budget_max", "1000001", "请填大于 0 的整数，单位万元。"),
        ("period_months", "61", "请填 1 到 60 之间的整数，单位月。"),
        ("quantity", "-1", "请填大于 0 的整数。"),
    ],
)
def test_a_negative_or_impossible_number_is_told_beside_its_field_and_the_rest_is_kept(
    world: World, field: str, typed: str, message: str
) -> None:
    scenario_id = _titled(world)
    answer = world.client("owner").post(
        f"/zh/scenarios/{scenario_id}/edit/terms", data=TERMS | {"revision": "1", field: typed}
    )
    assert answer.status_code == 422
    assert message in answer.text[answer.text.index(f'id="{field}-err"') :]
    assert f'value="{typed}"' in answer.text
    assert "按里程碑支付" in answer.text
    assert (_row(scenario_id).budget_max, _row(scenario_id).period_months) == (None, None)


def test_a_negative_budget_is_refused_by_the_service_too(world: World) -> None:
    scenario_id = _titled(world)
    owner = world.owner
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.edit(owner, scenario_id, budget_kind=BudgetKind.FIXED, budget_max=-1, quantity=0)
    assert sorted(refused.value.errors) == ["budget_max", "quantity"]
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.edit(owner, scenario_id, budget_kind=BudgetKind.RANGE, budget_min=300, budget_max=200)
    assert sorted(refused.value.errors) == ["budget_min"]


def test_a_budget_that_is_negotiable_forgets_its_figures(world: World) -> None:
    scenario_id = world.draft().id
    owner = world.owner
    with unit_of_work():
        services.edit(owner, scenario_id, budget_kind=BudgetKind.RANGE, budget_min=100, budget_max=200)
        services.edit(owner, scenario_id, budget_kind=BudgetKind.NEGOTIABLE)
    assert (_row(scenario_id).budget_min, _row(scenario_id).budget_max) == (None, None)


def _task(revision: int, **typed: str) -> dict[str, str]:
    base = {
        "title_zh": "药品标本转运",
        "domain": "healthcare",
        "task": "medical_assistance",
        "district": "310112",
        "kind": "procurement",
    }
    return base | {"revision": str(revision)} | typed


def test_the_second_of_two_editors_is_refused_sees_both_versions_and_loses_nothing(world: World) -> None:
    scenario_id = world.draft().id
    revision = _row(scenario_id).revision
    world.join("colleague", session().get_one(Organisation, world.owner_id), MemberRole.EDITOR)
    first, second = world.client("owner"), world.client("colleague")
    path = f"/zh/scenarios/{scenario_id}/edit/task"
    assert first.post(path, data=_task(revision, summary_zh="先存的一句", situation_zh="甲")).status_code == 302
    answer = second.post(path, data=_task(revision, summary_zh="后写的一句", situation_zh="乙写了很久"))
    assert answer.status_code == 409
    assert "您打开之后，别人改过这份内容。请对照两边，再保存一次。" in answer.text
    assert "先存的一句" in answer.text
    assert "后写的一句</textarea>" in answer.text
    assert "乙写了很久</textarea>" in answer.text
    assert f'name="revision" type="hidden" value="{revision + 1}"' in answer.text
    assert _row(scenario_id).summary.zh == "先存的一句"
    again = second.post(path, data=_task(revision + 1, summary_zh="合并的一句", situation_zh="乙写了很久"))
    assert again.status_code == 302
    assert (_row(scenario_id).summary.zh, _row(scenario_id).revision) == ("合并的一句", revision + 2)


def test_stale_requirements_are_refused_and_stay_on_the_page(world: World) -> None:
    scenario_id = world.draft().id
    revision = _row(scenario_id).revision
    browser = world.client("owner")
    path = f"/zh/scenarios/{scenario_id}/edit/requirements"
    row = {"parameter": "payload", "op": ">=", "value": "41", "unit": "kg", "level": "must"}
    assert browser.post(path, data=_rows(row, revision=revision)).status_code == 302
    answer = browser.post(path, data=_rows(row | {"value": "42.5"}, revision=revision))
    assert answer.status_code == 409
    assert 'value="42.5"' in answer.text
    assert [r.value.low for r in _row(scenario_id).requirements] == [41]


def test_the_autosave_answers_with_the_new_revision_or_what_is_wrong(world: World) -> None:
    scenario_id = _titled(world)
    browser = world.client("owner")
    path, headers = f"/zh/scenarios/{scenario_id}/edit/terms", {"X-Autosave": "1"}
    good: Any = browser.post(path, data=TERMS | {"revision": "1"}, headers=headers)
    assert (good.status_code, good.json["revision"], good.json["saved"]) == (200, 2, "已保存，09:30")
    bad: Any = browser.post(path, data=TERMS | {"revision": "2", "budget_max": "-1"}, headers=headers)
    assert (bad.status_code, [p["id"] for p in bad.json["problems"]]) == (422, ["budget_max"])
    stale: Any = browser.post(path, data=TERMS | {"revision": "1"}, headers=headers)
    assert (stale.status_code, stale.json["revision"]) == (409, 2)


def test_an_older_revision_is_refused_by_the_service(world: World) -> None:
    scenario_id = _titled(world)
    owner = world.owner
    with unit_of_work():
        services.edit(owner, scenario_id, seen=1, summary=Text.of("一"))
    with pytest.raises(Stale), unit_of_work():
        services.edit(owner, scenario_id, seen=1, summary=Text.of("二"))
    assert _row(scenario_id).summary.zh == "一"


def test_a_translation_left_behind_is_marked_stale(world: World) -> None:
    scenario_id = world.draft().id
    browser = world.client("owner")
    revision = _row(scenario_id).revision
    typed = {"summary_zh": "改过的一句", "summary_en": "40 kg boxes, 150 trips a day."}
    browser.post(f"/zh/scenarios/{scenario_id}/edit/task", data=_task(revision, **typed))
    assert _row(scenario_id).summary.is_stale


def test_a_task_said_at_the_start_brings_what_such_postings_usually_ask_and_empty_rows_are_not_asked(
    world: World,
) -> None:
    browser = world.client("owner")
    answer = browser.post("/zh/scenarios/new", data={"title_zh": "送药", "what": "healthcare:medical_assistance"})
    scenario_id = int(answer.location.split("/")[3])
    row = _row(scenario_id)
    assert (row.domain, row.task) == ("healthcare", "medical_assistance")
    page = browser.get(f"/zh/scenarios/{scenario_id}/edit/requirements").text
    assert page.count('name="rows-0-suggested"') == 1
    assert 'value="payload"' in page
    sent = _rows(
        {"parameter": "payload", "op": ">=", "value": "40", "unit": "kg", "level": "must", "suggested": "1"},
        {"parameter": "noise", "op": "<=", "value": "", "level": "must", "suggested": "1"},
        revision=row.revision,
    )
    kept = browser.post(f"/zh/scenarios/{scenario_id}/edit/requirements", data=sent | {"add": "runtime"})
    assert 'value="noise"' in kept.text  # what is still empty stays there while one adds another
    sent["revision"] = str(_row(scenario_id).revision)
    assert browser.post(f"/zh/scenarios/{scenario_id}/edit/requirements", data=sent).status_code == 302
    assert [r.parameter for r in _row(scenario_id).requirements] == ["payload"]


@pytest.mark.parametrize("what", ["", "healthcare", "healthcare:assembly", "nonsense:other", ":"])
def test_a_task_that_is_none_leaves_the_draft_without_one(world: World, what: str) -> None:
    answer = world.client("owner").post("/zh/scenarios/new", data={"title_zh": "送药", "what": what})
    row = _row(int(answer.location.split("/")[3]))
    assert (row.domain, row.task) == ("", "")


def test_every_task_of_the_plan_has_typical_requirements_of_the_vocabulary() -> None:
    assert {t.key for d in main_domains() for t in d.tasks if not typical(t.key)} == {"other"}


def test_metrics_begin_with_the_musts_that_are_figures_and_count_once_they_are_saved(world: World) -> None:
    scenario_id = world.draft().id
    with unit_of_work():
        services.set_metrics(world.owner, scenario_id, [])
    path = f"/zh/scenarios/{scenario_id}/edit/metrics"
    browser = world.client("owner")
    page = browser.get(path).text
    musts = [r for r in _row(scenario_id).requirements if r.level is Level.MUST and r.value.kind == "number"]
    assert musts
    assert [f'value="{m.parameter}"' in page for m in musts] == [True] * len(musts)
    assert _row(scenario_id).metrics == []


def test_a_draft_without_a_domain_yet_is_saved_as_one_types(world: World) -> None:
    scenario_id = _titled(world)
    browser = world.client("owner")
    path = f"/zh/scenarios/{scenario_id}/edit/task"
    page = browser.get(path).text
    assert page[page.index('name="task"') :].partition("</select>")[0].count("selected") <= 1
    form = {"title_zh": "转运", "domain": "", "task": "", "district": "310115", "kind": "procurement", "revision": "1"}
    answer = browser.post(path, data=form | {"summary_zh": "一句话。", "stay": "1"}, headers={"X-Autosave": "1"})
    assert answer.status_code == 200, answer.text
    assert _row(scenario_id).summary.zh == "一句话。"
