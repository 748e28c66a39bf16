"""From the draft to the programme office, by way of a recommending body where the round asks for one."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.organisations.services import require_verified
from marketplace.rounds import services as rounds
from marketplace.rounds.models import Stage
from marketplace.scenarios import events, queries
from marketplace.scenarios.models import (
    BudgetKind,
    Level,
    Scenario,
)
from marketplace.scenarios.policies import SCENARIO
from marketplace.scenarios.states import LIFECYCLE, State


@dataclass(frozen=True)
class Gap:
    """What is missing before submission: where, and what to do."""

    step: str
    field: str
    message: str


def gaps(row: Scenario) -> list[Gap]:
    """Everything that is missing before the scenario can be submitted, all at once."""
    found: list[Gap] = []

    def need(ok: object, step: str, field: str, message: str) -> None:
        if not ok:
            found.append(Gap(step, field, message))

    need(row.domain, "task", "domain", _("请选择领域。"))
    need(row.task, "task", "task", _("请选择任务。"))
    need(row.district, "task", "district", _("请选择所在区。"))
    need(row.summary, "task", "summary", _("请用一句话写清楚要做什么，带上最要紧的数字。"))
    need(row.situation, "task", "situation", _("请写现在怎么做、哪里最难。"))
    need(row.workflow, "work", "workflow", _("请按步骤写作业流程。"))
    need(row.objects, "work", "objects", _("请写作业对象的尺寸、重量和材质。"))
    need(
        any(r.level is Level.MUST for r in row.requirements),
        "requirements",
        "rows",
        _("请至少写一条必须满足的技术要求。"),
    )
    need(row.metrics, "metrics", "rows", _("请至少写一条考核指标，说明验收时怎么算过关。"))
    negotiable = row.budget_kind is BudgetKind.NEGOTIABLE
    need(negotiable or row.budget_max, "terms", "budget_max", _("请填预算，或选“面议”。"))
    need(row.budget_kind is not BudgetKind.RANGE or row.budget_min, "terms", "budget_min", _("预算区间两头都要填。"))
    need(row.period_months, "terms", "period_months", _("请填交付期。"))
    need(row.safety, "safety", "safety", _("请写安全与伦理自评：谁会在旁边，出错会怎样，怎么停下来。"))
    return found


def submit(
    actor: Actor, scenario_id: int, *, declared_by: str, seen: int | None = None, round_id: int | None = None
) -> Scenario:
    """Send a complete draft to the programme office, or first to the recommending body where the round asks for one.

    ``declared_by`` names who checked that nothing is classified (涉密不上网); an unverified organisation is refused.
    ``round_id`` is an open round, or nothing for the standing call; what staff have once had keeps its round.
    """
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, "submit", row)
    require_verified(row.owner)
    if seen is not None and seen != row.revision:
        row.revise(seen)
    if not declared_by:
        raise Invalid("declared_by", _("请写明由谁核对过“不含涉密内容”。"))
    missing = gaps(row)
    if missing:
        raise Conflict(_("还有 %(count)s 处没有填完，提交前请补上。", count=len(missing)))
    seen_by_staff = row.with_staff_at is not None
    if not seen_by_staff:
        # What was posted in time and came back from the body may return to its round after the call has ended.
        if round_id is None:
            row.round = None
        elif not (row.body_id and round_id == row.round_id):
            row.round = rounds.require_taking(actor, round_id)
        row.body_id = _body(row)
    LIFECYCLE.fire(row, "submit", actor=actor)
    row.declared_by, row.declared_at, row.submitted_at = declared_by, clock.now(), clock.now()
    row.state_reason = ""
    if row.body_id is not None and not seen_by_staff:
        record(events.ScenarioHeld(actor=actor, scenario_id=row.id, body_id=row.body_id))
    else:
        row.with_staff_at = clock.now()
        record(events.ScenarioSubmitted(actor=actor, scenario_id=row.id))
    return row


def _body(row: Scenario) -> int | None:
    """The recommending body that must see it first; none where the round asks for none, or its days are over."""
    call = row.round
    if call is None or not call.asks(Stage.SCENARIOS) or not call.may_recommend:
        return None
    body = organisations.recommending_body(row.owner)
    return body.id if body else None


def pass_on(actor: Actor, scenario_id: int) -> None:
    """Hand what waited with a recommending body to the programme office; its days for the intake check begin now."""
    row = queries.locked(scenario_id)
    SCENARIO.require(actor, "pass_on", row)
    if row.state is not State.SUBMITTED or row.with_staff_at is not None:
        raise Conflict(_("这个场景不在推荐单位手上。"))
    row.with_staff_at = clock.now()
    record(events.ScenarioReachedStaff(actor=actor, scenario_id=row.id))


def hand_back(actor: Actor, scenario_id: int, *, reason: str) -> None:
    """Give what waited with a recommending body back to its owner, who may mend it or choose another round."""
    row = queries.locked(scenario_id)
    SCENARIO.require(actor, "hand_back", row)
    if row.with_staff_at is not None:
        raise Conflict(_("这个场景不在推荐单位手上。"))
    LIFECYCLE.fire(row, "hand_back", actor=actor, reason=reason)
    row.state_reason = reason


def withdraw(actor: Actor, scenario_id: int) -> Scenario:
    """Take a scenario back before it is published."""
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, "withdraw", row)
    LIFECYCLE.fire(row, "withdraw", actor=actor)
    record(events.ScenarioWithdrawn(actor=actor, scenario_id=row.id))
    return row
