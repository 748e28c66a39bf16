"""From the declaration to the library: submitting, checking, returning, rejecting, admitting, and who sees what."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.kernel.text import Text
from marketplace.scenarios import queries, services
from marketplace.scenarios.models import BudgetKind, Level, Scenario
from marketplace.scenarios.states import State
from tests.factories.world import World

DECLARED = {"unclassified": "y", "truthful": "y", "declared_by": "李核对"}


def _row(scenario_id: int) -> Scenario:
    session().rollback()
    return session().get_one(Scenario, scenario_id)


def _subjects(world: World, person: str) -> list[str]:
    world.work()
    mails = select(OutboxMail.subject).where(OutboxMail.recipient == f"{person}@people.example")
    return list(session().scalars(mails.order_by(OutboxMail.id)))


def test_a_complete_draft_is_submitted_with_who_declared_it_and_when(world: World) -> None:
    scenario_id = world.draft().id
    data = DECLARED | {"revision": str(_row(scenario_id).revision)}
    answer = world.client("owner").post(f"/zh/scenarios/{scenario_id}/edit/submit", data=data)
    assert (answer.status_code, answer.location) == (302, f"/zh/scenarios/{scenario_id}")
    row = _row(scenario_id)
    assert (row.state, row.declared_by) == (State.SUBMITTED, "李核对")
    assert row.declared_at == row.submitted_at
    assert row.declared_at is not None


def test_submitting_an_empty_draft_is_refused_and_every_gap_is_named_at_once(world: World) -> None:
    owner = world.owner
    with unit_of_work():
        scenario_id = services.create(owner, world.owner_id, title=Text.of("夜间转运")).id
        services.edit(owner, scenario_id, budget_kind=BudgetKind.RANGE, district="")
    gaps = services.gaps(_row(scenario_id))
    assert [(g.step, g.field) for g in gaps] == [
        ("task", "domain"),
        ("task", "task"),
        ("task", "district"),
        ("task", "summary"),
        ("task", "situation"),
        ("work", "workflow"),
        ("work", "objects"),
        ("requirements", "rows"),
        ("metrics", "rows"),
        ("terms", "budget_max"),
        ("terms", "budget_min"),
        ("terms", "period_months"),
        ("safety", "safety"),
    ]
    answer = world.client("owner").post(f"/zh/scenarios/{scenario_id}/edit/submit", data=DECLARED)
    assert answer.status_code == 409
    assert "还有 13 处没有填完，提交前请补上。" in answer.text
    assert [g.message for g in gaps if g.message not in answer.text] == []
    assert "李核对" in answer.text
    assert _row(scenario_id).state is State.DRAFT


def test_a_should_alone_is_no_requirement(world: World) -> None:
    scenario_id = world.draft().id
    owner = world.owner
    with unit_of_work():
        services.set_requirements(owner, scenario_id, [world.requirement("payload", "40", Level.SHOULD)])
    assert [(g.step, g.field) for g in services.gaps(_row(scenario_id))] == [("requirements", "rows")]


def test_who_checked_that_nothing_is_classified_must_be_named(world: World) -> None:
    scenario_id = world.draft().id
    owner = world.owner
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.submit(owner, scenario_id, declared_by="")
    assert refused.value.field == "declared_by"
    answer = world.client("owner").post(
        f"/zh/scenarios/{scenario_id}/edit/submit", data=DECLARED | {"declared_by": "  "}
    )
    assert answer.status_code == 422
    assert _row(scenario_id).state is State.DRAFT


def test_what_was_changed_after_the_last_look_is_not_submitted(world: World) -> None:
    scenario_id = world.draft().id
    revision = _row(scenario_id).revision
    owner = world.owner
    with unit_of_work():
        services.edit(owner, scenario_id, summary=Text.of("别人改的"))
    answer = world.client("owner").post(
        f"/zh/scenarios/{scenario_id}/edit/submit", data=DECLARED | {"revision": str(revision)}
    )
    assert answer.status_code == 409
    assert _row(scenario_id).state is State.DRAFT


def test_submitted_content_does_not_change_under_the_officers_eyes(world: World) -> None:
    scenario_id = world.submitted().id
    owner = world.owner
    with pytest.raises(Conflict), unit_of_work():
        services.edit(owner, scenario_id, summary=Text.of("偷偷改"))
    answer = world.client("owner").get(f"/zh/scenarios/{scenario_id}/edit/task")
    assert (answer.status_code, answer.location) == (302, f"/zh/scenarios/{scenario_id}")


def test_it_is_returned_with_all_reasons_at_once_mended_and_sent_again(world: World) -> None:
    scenario_id = world.submitted().id
    officer = world.client("officer")
    path = f"/zh/staff/scenarios/{scenario_id}"
    assert officer.post(path, data={"act": "return", "reason": " "}).status_code == 422
    reason = "一、缺少通道宽度；\n二、考核窗口没有写；\n三、附件看不清。"
    assert officer.post(path, data={"act": "return", "reason": reason}).status_code == 302
    row = _row(scenario_id)
    assert (row.state, row.state_reason) == (State.RETURNED, reason)
    page = world.client("owner").get(f"/zh/scenarios/{scenario_id}/edit/task").text
    assert all(part in page for part in ("一、缺少通道宽度；", "二、考核窗口没有写；", "三、附件看不清。"))
    owner = world.owner
    with unit_of_work():
        services.edit(owner, scenario_id, volumes=Text.of("每天 150 趟，窗口 30 天。"))
        services.submit(owner, scenario_id, declared_by="owner")
    row = _row(scenario_id)
    assert (row.state, row.state_reason) == (State.SUBMITTED, "")
    acts = select(AuditRow.act).where(AuditRow.subject == "scenario", AuditRow.subject_id == scenario_id)
    assert list(session().scalars(acts.order_by(AuditRow.id))) == [
        "scenario.submit",
        "scenario.return_",
        "scenario.submit",
    ]


def test_a_rejection_is_final_and_says_why(world: World) -> None:
    scenario_id = world.submitted().id
    officer = world.officer
    with pytest.raises(Invalid), unit_of_work():
        services.reject(officer, scenario_id, reason="")
    with unit_of_work():
        services.reject(officer, scenario_id, reason="不属于本方案范围。")
    row = _row(scenario_id)
    assert (row.state, row.state_reason) == (State.REJECTED, "不属于本方案范围。")
    for act in (services.admit, services.return_):
        with pytest.raises(Conflict), unit_of_work():
            act(officer, scenario_id, reason="改主意")
    with pytest.raises(Conflict), unit_of_work():
        services.submit(world.owner, scenario_id, declared_by="owner")
    assert "不属于本方案范围。" in world.client("owner").get(f"/zh/scenarios/{scenario_id}").text


def test_it_is_admitted_without_a_need_review_for_a_reason_that_is_kept(world: World) -> None:
    scenario_id = world.submitted().id
    officer = world.client("officer")
    path = f"/zh/staff/scenarios/{scenario_id}"
    assert officer.post(path, data={"act": "admit", "reason": ""}).status_code == 422
    assert officer.post(path, data={"act": "admit", "reason": "同类已论证。"}).status_code == 302
    assert _row(scenario_id).state is State.ADMITTED
    audited = session().scalars(select(AuditRow).where(AuditRow.act == "scenario.admit")).one()
    assert audited.data == {"from": "submitted", "to": "admitted", "reason": "同类已论证。"}
    assert officer.post(path, data={"act": "admit", "reason": "再来一次"}).status_code == 409
    assert officer.post(path, data={"act": "nonsense", "reason": "x"}).status_code == 404


def test_the_owner_sees_each_step_on_the_page_and_by_mail(world: World) -> None:
    scenario_id = world.draft().id
    browser = world.client("owner")

    def shown() -> set[str]:
        page = browser.get("/zh/my/scenarios").text
        return {w for w in ("草稿", "初审中", "退回修改", "已入库") if f">{w}<" in page or f"{w}</" in page}

    assert shown() == {"草稿"}
    with unit_of_work():
        services.submit(world.owner, scenario_id, declared_by="owner")
    assert shown() == {"初审中"}
    with unit_of_work():
        services.return_(world.officer, scenario_id, reason="补图")
    assert shown() == {"退回修改"}
    with unit_of_work():
        services.submit(world.owner, scenario_id, declared_by="owner")
    with unit_of_work():
        services.admit(world.officer, scenario_id, reason="同类已论证。")
    assert shown() == {"已入库"}
    assert len(_subjects(world, "owner")) - 1 == 4  # one more mail told that the organisation is verified


def test_an_officer_does_not_see_drafts_and_a_vendor_sees_no_scenario(world: World) -> None:
    draft_id = world.draft().id
    sent_id = world.submitted("已提交").id
    officer, vendor = world.client("officer"), world.client("vendor")
    assert officer.get(f"/zh/scenarios/{draft_id}").status_code == 404
    assert officer.get(f"/zh/staff/scenarios/{draft_id}").status_code == 404
    assert officer.get(f"/zh/scenarios/{sent_id}").status_code == 200
    assert [r.id for r in queries.in_state(world.officer, list(State))] == [sent_id]
    assert [vendor.get(f"/zh/scenarios/{i}").status_code for i in (draft_id, sent_id)] == [404, 404]
    with unit_of_work():
        services.withdraw(world.owner, sent_id)
    assert officer.get(f"/zh/scenarios/{sent_id}").status_code == 404
    assert queries.in_state(world.officer, list(State)) == []


def test_nobody_checks_the_scenario_of_the_own_organisation(world: World) -> None:
    from marketplace.organisations.models import MemberRole, Organisation

    scenario_id = world.submitted().id
    world.join("officer", session().get_one(Organisation, world.owner_id), MemberRole.EDITOR)
    for act in (services.admit, services.return_, services.reject):
        with pytest.raises(Forbidden), unit_of_work():
            act(world.officer, scenario_id, reason="自己人")
    assert _row(scenario_id).state is State.SUBMITTED


def test_only_an_officer_checks(world: World) -> None:
    scenario_id = world.submitted().id
    for who, error in (("owner", Forbidden), ("auditor", Forbidden), ("administrator", NotFound), ("vendor", NotFound)):
        with pytest.raises(error), unit_of_work():
            services.admit(getattr(world, who), scenario_id, reason="想办就办")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"summary": Text.of("涉及军工厂房")}, ["军工"]),
        ({"safety": Text.of("机密级区域旁，含国家秘密。")}, ["机密", "秘密"]),
        ({"eligibility": Text.of("", "绝密 files")}, ["绝密"]),
        ({"site": {"area": Text.of("靠近军工所")}}, ["军工"]),
    ],
)
def test_words_that_hint_at_secrets_are_shown_to_the_officer(
    world: World, changes: dict[str, object], words: list[str]
) -> None:
    scenario_id = world.submitted(**changes).id
    assert services.classified_words(_row(scenario_id)) == words
    page = world.client("officer").get(f"/zh/staff/scenarios/{scenario_id}").text
    for word in words:
        assert word in page
