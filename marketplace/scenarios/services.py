"""Drafting, submitting and checking scenarios."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.infra.files.services import Upload, keep
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations import queries as organisations
from marketplace.organisations.services import require_verified
from marketplace.rounds import services as rounds
from marketplace.rounds.models import Stage
from marketplace.scenarios import events, queries
from marketplace.scenarios.models import (
    SITE_KEYS,
    BudgetKind,
    Kind,
    Level,
    Metric,
    Mode,
    ProcurementRoute,
    Requirement,
    Scenario,
    ScenarioFile,
)
from marketplace.scenarios.policies import SCENARIO
from marketplace.scenarios.states import LIFECYCLE, State
from marketplace.vocabulary.parameters import Value, parameters
from marketplace.vocabulary.terms import districts, domains

EDITABLE = (State.DRAFT, State.RETURNED)
MOST_FILES = 20
MOST_ROWS = 60
MOST_BUDGET = 1_000_000
TEXTS = (
    "title",
    "summary",
    "situation",
    "workflow",
    "objects",
    "volumes",
    "payment",
    "ip",
    "data_rights",
    "eligibility",
    "safety",
)
CLASSIFIED = re.compile("秘密|机密|绝密|军工")


@dataclass(frozen=True, kw_only=True)
class RequirementData:
    """One requirement; ``key`` of a known one keeps its identity."""

    parameter: str
    op: str
    value: Value
    level: Level
    weight: int = 1
    test: Text = Text()
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class MetricData:
    """One acceptance metric."""

    parameter: str
    op: str
    target: Value
    baseline: str = ""
    method: Text = Text()
    window: Text = Text()
    key: str = ""


def create(actor: Actor, owner_id: int, *, title: Text, domain: str = "", task: str = "") -> Scenario:
    """Start a draft; a title is enough. ``task`` is one of ``domain``."""
    if actor.user_id is None or owner_id not in actor.organisations(EDITORS):
        raise NotFound()
    owner = organisations.get(actor, owner_id)
    if not (owner.is_owner or owner.is_service_body):
        raise Conflict(_("本单位没有登记为场景方。请先在“我的单位”里勾选“场景方”。"))
    if not title:
        raise Invalid("title", _("请先起一个标题，以后可以改。"))
    now = clock.now()
    row = Scenario(
        owner_id=owner_id,
        created_by=actor.user_id,
        title=title,
        domain=domain,
        task=task,
        district=owner.district,
        created_at=now,
        changed_at=now,
    )
    session().add(row)
    session().flush()
    return row


def _for_editing(actor: Actor, scenario_id: int, seen: int | None) -> Scenario:
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, "edit", row)
    if row.state not in EDITABLE:
        raise Conflict(_("已经提交，现在不能改。工作人员退回后可以再改。"))
    row.revise(seen)
    row.changed_at = clock.now()
    return row


def edit(actor: Actor, scenario_id: int, *, seen: int | None = None, **changes: Any) -> Scenario:
    """Change fields of a draft; only what is given. Shapes are checked now, completeness at submission."""
    row = _for_editing(actor, scenario_id, seen)
    wrong = wrong_fields(row, changes)
    if wrong:
        raise InvalidMany(wrong)
    write_fields(row, changes)
    return row


def write_fields(row: Scenario, changes: dict[str, Any]) -> None:
    """Put checked fields into a row; a budget keeps only the figures that its kind has."""
    for name, value in changes.items():
        if name == "site":
            value = {k: t.as_json() for k, t in value.items() if k in SITE_KEYS and t}
        setattr(row, name, value)
    if row.budget_kind is BudgetKind.NEGOTIABLE:
        row.budget_min = row.budget_max = None
    elif row.budget_kind is BudgetKind.FIXED:
        row.budget_min = None


FIELDS = {
    *TEXTS, "domain", "task", "kind", "district", "site", "budget_kind", "budget_min", "budget_max", "period_months",
    "quantity", "mode", "procurement_route", "consortium",
}  # fmt: skip
_ENUMS: dict[str, type[Any]] = {
    "kind": Kind,
    "budget_kind": BudgetKind,
    "mode": Mode,
    "procurement_route": ProcurementRoute,
}


def wrong_fields(row: Scenario, changes: dict[str, Any]) -> dict[str, str]:
    """What is wrong with those changes of a draft, all of it, by field."""
    unknown = set(changes) - FIELDS
    if unknown:
        raise TypeError(f"not fields of a scenario: {unknown}")
    wrong: dict[str, str] = {}
    for name, kind in _ENUMS.items():
        if name in changes and not isinstance(changes[name], kind):
            raise TypeError(name)
    if "title" in changes and not changes["title"]:
        wrong["title"] = _("标题不能空着。")
    domain = changes.get("domain", row.domain)
    if domain and domain not in domains():
        wrong["domain"] = _("请选择领域。")
    elif changes.get("task") and (not domain or changes["task"] not in {t.key for t in domains()[domain].tasks}):
        wrong["task"] = _("任务不属于所选领域，请重新选。")
    if changes.get("district") and changes["district"] not in districts():
        wrong["district"] = _("请选择所在区。")
    for name, most in (
        ("budget_min", MOST_BUDGET),
        ("budget_max", MOST_BUDGET),
        ("period_months", 60),
        ("quantity", 10_000),
    ):
        number = changes.get(name)
        if number is not None and not 0 < number <= most:
            wrong[name] = _("请填 1 到 %(most)s 之间的整数。", most=most)
    low, high = changes.get("budget_min", row.budget_min), changes.get("budget_max", row.budget_max)
    if changes.get("budget_kind", row.budget_kind) is BudgetKind.RANGE and low and high and low > high:
        wrong["budget_min"] = _("预算区间要从小到大。")
    return wrong


def set_requirements(
    actor: Actor, scenario_id: int, data: list[RequirementData], *, seen: int | None = None
) -> Scenario:
    """Replace the requirements of a draft; known keys keep their identity."""
    row = _for_editing(actor, scenario_id, seen)
    write_requirements(row, data)
    return row


def write_requirements(row: Scenario, data: Sequence[RequirementData]) -> None:
    """Put requirements into a row, or ``Invalid``; known keys keep their identity."""
    if len(data) > MOST_ROWS:
        raise Invalid("rows", _("最多 %(count)s 条。请只留真正影响成败的。", count=MOST_ROWS))
    known = {r.key: r for r in row.requirements}
    kept = []
    for position, new in enumerate(data):
        if new.op not in parameters()[new.parameter].ops or not 1 <= new.weight <= 5:
            raise Invalid("rows", _("比较方式或权重不在可选范围内。"))
        entry = known.get(new.key) or Requirement()
        entry.position, entry.parameter, entry.op = position, new.parameter, new.op
        entry.value_json, entry.level, entry.weight, entry.test = new.value.as_json(), new.level, new.weight, new.test
        kept.append(entry)
    row.requirements = kept


def set_metrics(actor: Actor, scenario_id: int, data: list[MetricData], *, seen: int | None = None) -> Scenario:
    """Replace the acceptance metrics of a draft."""
    row = _for_editing(actor, scenario_id, seen)
    write_metrics(row, data)
    return row


def write_metrics(row: Scenario, data: Sequence[MetricData]) -> None:
    """Put acceptance metrics into a row, or ``Invalid``."""
    if len(data) > MOST_ROWS:
        raise Invalid("rows", _("最多 %(count)s 条。请只留真正影响成败的。", count=MOST_ROWS))
    known = {m.key: m for m in row.metrics}
    kept = []
    for position, new in enumerate(data):
        if new.op not in parameters()[new.parameter].ops:
            raise Invalid("rows", _("比较方式或权重不在可选范围内。"))
        entry = known.get(new.key) or Metric()
        entry.position, entry.parameter, entry.op = position, new.parameter, new.op
        entry.target_json, entry.baseline = new.target.as_json(), new.baseline
        entry.method, entry.window = new.method, new.window
        kept.append(entry)
    row.metrics = kept


def attach(actor: Actor, scenario_id: int, upload: Upload, *, is_public: bool) -> ScenarioFile:
    """Add an attachment to a draft."""
    row = _for_editing(actor, scenario_id, None)
    if len(row.files) >= MOST_FILES:
        raise Invalid("file", _("最多 %(count)s 个附件。请先删掉不需要的。", count=MOST_FILES))
    entry = ScenarioFile(scenario_id=row.id, file=keep(actor, upload), is_public=is_public)
    session().add(entry)
    session().flush()
    return entry


def detach(actor: Actor, scenario_id: int, file_id: int) -> None:
    """Remove an attachment from a draft."""
    row = _for_editing(actor, scenario_id, None)
    entry = next((f for f in row.files if f.id == file_id), None)
    if entry is None:
        raise NotFound()
    session().delete(entry)


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
    row = _locked(scenario_id)
    SCENARIO.require(actor, "pass_on", row)
    if row.state is not State.SUBMITTED or row.with_staff_at is not None:
        raise Conflict(_("这个场景不在推荐单位手上。"))
    row.with_staff_at = clock.now()
    record(events.ScenarioReachedStaff(actor=actor, scenario_id=row.id))


def hand_back(actor: Actor, scenario_id: int, *, reason: str) -> None:
    """Give what waited with a recommending body back to its owner, who may mend it or choose another round."""
    row = _locked(scenario_id)
    SCENARIO.require(actor, "hand_back", row)
    if row.with_staff_at is not None:
        raise Conflict(_("这个场景不在推荐单位手上。"))
    LIFECYCLE.fire(row, "hand_back", actor=actor, reason=reason)
    row.state_reason = reason


def _locked(scenario_id: int) -> Scenario:
    query = select(Scenario).where(Scenario.id == scenario_id).with_for_update(of=Scenario)
    row = session().scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row


def withdraw(actor: Actor, scenario_id: int) -> Scenario:
    """Take a scenario back before it is published."""
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, "withdraw", row)
    LIFECYCLE.fire(row, "withdraw", actor=actor)
    record(events.ScenarioWithdrawn(actor=actor, scenario_id=row.id))
    return row


@dataclass(frozen=True)
class Checking:
    """What is decided of one scenario among several: the reason, and since when it was with staff when previewed."""

    reason: str
    since: datetime | None


def _for_checking(actor: Actor, act: str, scenario_id: int) -> Scenario:
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, act, row)
    if row.owner_id in actor.organisations():
        raise Forbidden(_("不能审自己所在单位的场景。请另一位同事来办。"))
    return row


def return_(actor: Actor, scenario_id: int, *, reason: str) -> Scenario:
    """Send back for changes, naming all of them at once (一次性告知)."""
    row = _for_checking(actor, "return_", scenario_id)
    if not reason:
        raise Invalid("reason", _("请写明要改什么，一次写全。"))
    LIFECYCLE.fire(row, "return_", actor=actor, reason=reason)
    row.state_reason = reason
    record(events.ScenarioReturned(actor=actor, scenario_id=row.id, reason=reason))
    return row


def reject(actor: Actor, scenario_id: int, *, reason: str) -> Scenario:
    """Decline for good, saying why."""
    row = _for_checking(actor, "reject", scenario_id)
    if not reason:
        raise Invalid("reason", _("请写明不予受理的理由。"))
    LIFECYCLE.fire(row, "reject", actor=actor, reason=reason)
    row.state_reason = reason
    record(events.ScenarioRejected(actor=actor, scenario_id=row.id, reason=reason))
    return row


def admit(actor: Actor, scenario_id: int, *, reason: str) -> Scenario:
    """Take into the library without a need review; the reason for skipping it is kept."""
    row = _for_checking(actor, "admit", scenario_id)
    if not reason:
        raise Invalid("reason", _("请写明为什么不再组织需求论证，留存备查。"))
    LIFECYCLE.fire(row, "admit", actor=actor, reason=reason)
    row.state_reason = ""
    record(events.ScenarioAdmitted(actor=actor, scenario_id=row.id))
    return row


def check_many(actor: Actor, act: str, asked: dict[int, Checking]) -> None:
    """Admit or return several, each as it was previewed and with its own reason; all of them or none.

    Raises InvalidMany with an error for each ``reason-<id>`` that is missing, Conflict when one is no longer what was
    previewed or has words that must be looked at by themselves.
    """
    acts = {"admit": admit, "return": return_}
    known = {row.id: row for row in queries.to_check(actor, asked)}
    for row in known.values():
        SCENARIO.require(actor, acts[act].__name__, row)
    changed = [n for n, given in asked.items() if n not in known or known[n].with_staff_at != given.since]
    if changed or any(why_not_together(actor, act, row) for row in known.values()):
        raise Conflict(_("有的场景刚有变化，或不能一起办。下面是现在的情况，请再核对一次。"))
    errors: dict[str, str] = {}
    for scenario_id, given in asked.items():
        try:
            acts[act](actor, scenario_id, reason=given.reason)
        except Invalid as error:
            errors[f"reason-{scenario_id}"] = error.message
    if errors:
        raise InvalidMany(errors)


def why_not_together(actor: Actor, act: str, row: Scenario) -> str:
    """Why this one cannot be decided on together with others; empty when it can."""
    if row.state is not State.SUBMITTED:
        return _("已经不在初审中。")
    if row.owner_id in actor.organisations():
        return _("是您所在单位的，请另一位同事来办。")
    if act == "admit" and (words := classified_words(row)):
        return _("出现了需要核对的词：%(words)s。请单独打开办理。", words="、".join(words))
    return ""


def classified_words(row: Scenario) -> list[str]:
    """Words in the scenario that staff must look at before publication (秘密, 机密, 军工)."""
    texts = [getattr(row, name) for name in TEXTS] + [row.site_text(k) for k in SITE_KEYS]
    return sorted({m for text in texts for m in CLASSIFIED.findall(text.zh + text.en)})


def mark_listed(actor: Actor, scenario_id: int) -> Scenario:
    """A challenge made from it was published."""
    row = queries.get(actor, scenario_id)
    SCENARIO.require(actor, "list_", row)
    LIFECYCLE.fire(row, "list_", actor=actor)
    return row


def open_matching(actor: Actor, scenario_id: int) -> Scenario:
    """Make an admitted scenario public for direct matching; words that must be held are looked at by staff first."""
    row = _for_matching(actor, "open_matching", scenario_id)
    looked_at = "officer" in actor.roles and row.owner_id not in actor.organisations()
    if not looked_at and classified_words(row):
        raise Conflict(_("内容里有要先核对的字样（秘密、机密、军工）。请联系项目办公室，核对后由他们公开。"))
    LIFECYCLE.fire(row, "open_matching", actor=actor)
    row.matching_since = clock.now()
    return row


def close_matching(actor: Actor, scenario_id: int) -> Scenario:
    """End direct matching: the scenario is back in the library and may become a challenge."""
    row = _for_matching(actor, "close_matching", scenario_id)
    LIFECYCLE.fire(row, "close_matching", actor=actor)
    return row


def land(actor: Actor, scenario_id: int, *, reason: str) -> Scenario:
    """Direct matching has led to robots in productive use; ``reason`` says what evidence was seen."""
    row = _for_matching(actor, "land", scenario_id)
    LIFECYCLE.fire(row, "land", actor=actor, reason=reason)
    return row


def _for_matching(actor: Actor, act: str, scenario_id: int) -> Scenario:
    row = queries.get(actor, scenario_id)
    _locked(row.id)
    SCENARIO.require(actor, act, row)
    return row
