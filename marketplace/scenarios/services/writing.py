"""Drafts: what a scenario says, its requirements, metrics and attachments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.infra.files.services import Upload, keep
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import session
from marketplace.kernel.errors import Conflict, Invalid, InvalidMany, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations import queries as organisations
from marketplace.scenarios import queries
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
from marketplace.scenarios.states import State
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
