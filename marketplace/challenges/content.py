"""The content of a published version as validated data."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from marketplace.kernel.text import Text
from marketplace.scenarios.models import SITE_KEYS, Scenario
from marketplace.vocabulary.parameters import Value


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(_Frozen):
    """A ``Text`` as data."""

    zh: str = ""
    en: str = ""
    source: str = "zh"
    source_hash: str = ""

    @property
    def text(self) -> Text:
        """The text."""
        return Text.from_json(self.model_dump())


class RequirementContent(_Frozen):
    """One requirement; ``key`` is stable across versions."""

    key: str
    parameter: str
    op: str
    value: dict[str, Any]
    level: str
    weight: int
    test: Bilingual

    @property
    def typed(self) -> Value:
        """The value."""
        return Value.from_json(self.value)


class MetricContent(_Frozen):
    """One acceptance metric."""

    key: str
    parameter: str
    op: str
    baseline: str
    target: dict[str, Any]
    method: Bilingual
    window: Bilingual

    @property
    def typed(self) -> Value:
        """The target."""
        return Value.from_json(self.target)


class ChallengeContent(_Frozen):
    """Everything that a version says, copied from its scenario."""

    title: Bilingual
    summary: Bilingual
    domain: str
    task: str
    kind: str
    district: str
    situation: Bilingual
    workflow: Bilingual
    objects: Bilingual
    volumes: Bilingual
    site: dict[str, Bilingual]
    requirements: list[RequirementContent]
    metrics: list[MetricContent]
    budget_kind: str
    budget_min: int | None
    budget_max: int | None
    period_months: int | None
    quantity: int | None
    mode: str
    payment: Bilingual
    ip: Bilingual
    data_rights: Bilingual
    procurement_route: str
    consortium: bool
    eligibility: Bilingual
    safety: Bilingual


TEXT_FIELDS = (
    "title", "summary", "situation", "workflow", "objects", "volumes", "payment", "ip", "data_rights", "eligibility", "safety",
)  # fmt: skip
PLAIN_FIELDS = ("domain", "task", "district", "budget_min", "budget_max", "period_months", "quantity", "consortium")
ENUM_FIELDS = ("kind", "budget_kind", "mode", "procurement_route")


def content_of(row: Scenario) -> ChallengeContent:
    """A scenario's content as it stands now."""
    data: dict[str, Any] = {name: getattr(row, name).as_json() for name in TEXT_FIELDS}
    data |= {name: getattr(row, name) for name in PLAIN_FIELDS}
    data |= {name: getattr(row, name).value for name in ENUM_FIELDS}
    data["site"] = {k: row.site_text(k).as_json() for k in SITE_KEYS if row.site_text(k)}
    data["requirements"] = [
        {
            "key": r.key,
            "parameter": r.parameter,
            "op": r.op,
            "value": r.value_json,
            "level": r.level.value,
            "weight": r.weight,
            "test": r.test.as_json(),
        }
        for r in row.requirements
    ]
    data["metrics"] = [
        {
            "key": m.key,
            "parameter": m.parameter,
            "op": m.op,
            "baseline": m.baseline,
            "target": m.target_json,
            "method": m.method.as_json(),
            "window": m.window.as_json(),
        }
        for m in row.metrics
    ]
    return ChallengeContent.model_validate(data)
