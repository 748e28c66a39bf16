"""The content of a bid as validated data: what is sealed, and after the opening projected into rows."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from marketplace.challenges.content import ChallengeContent
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.vocabulary.parameters import Value

SOLUTION_PARTS = ("approach", "integration", "safety", "data", "schedule", "team", "record")
REQUIRED_PARTS = ("approach", "safety", "schedule")
MOST_TEXT = 8000
_DAY = r"^(\d{4}-\d\d-\d\d)?$"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Response(_Part):
    """The answer to one requirement."""

    answer: Literal["", "meets", "exceeds", "deviates", "cannot_say"] = ""
    value: dict[str, Any] | None = None
    typed: str = Field(default="", max_length=200)
    unit: str = Field(default="", max_length=20)
    note: str = Field(default="", max_length=2000)


class OfferedVariant(_Part):
    """A variant or accessory that is offered with a product, as it stood; ``extra_price`` in whole 万元, none unsaid."""

    id: int
    kind: Literal["variant", "accessory"]
    name_zh: str = ""
    name_en: str = ""
    extra_price: int | None = None

    @property
    def name(self) -> Text:
        """What it is called."""
        return Text.of(self.name_zh, self.name_en)


class OfferedValue(_Part):
    """One value of a product as it is offered, with its evidence; ``variant`` is the id of the one that it came from.

    What was sealed before variants could be chosen has neither days nor a variant. Days are written 2026-03-01.
    """

    value: dict[str, Any]
    evidence: Literal["claimed", "video", "laboratory", "trial"] = "claimed"
    condition: dict[str, str] = Field(default_factory=dict)
    evidence_date: str = Field(default="", pattern=_DAY)
    expires: str = Field(default="", pattern=_DAY)
    variant: int | None = None

    @property
    def stated(self) -> Value:
        """The value as typed and as compared."""
        return Value.from_json(self.value)

    @property
    def under(self) -> Text:
        """The condition under which it holds."""
        return Text.from_json(self.condition)

    @property
    def since(self) -> date | None:
        """The day of the evidence."""
        return date.fromisoformat(self.evidence_date) if self.evidence_date else None

    @property
    def until(self) -> date | None:
        """The evidence's last day."""
        return date.fromisoformat(self.expires) if self.expires else None


class Offer(_Part):
    """A product that is offered, with the variants chosen and what it then is, as they stood. Prices in whole yuan."""

    product_id: int
    name_zh: str = ""
    name_en: str = ""
    model: str = ""
    quantity: int | None = None
    mode: Literal["purchase", "lease", "service"] = "purchase"
    unit_price: int | None = None
    variants: list[OfferedVariant] = Field(default_factory=list)
    specifications: dict[str, OfferedValue] = Field(default_factory=dict)

    @property
    def name(self) -> Text:
        """What the product is called."""
        return Text.of(self.name_zh, self.name_en)

    def came_from(self, one: OfferedValue) -> OfferedVariant | None:
        """The variant from which a value came; none for the product's own."""
        return next((v for v in self.variants if v.id == one.variant), None)


class SealedFile(_Part):
    """A file's nature; its bytes are sealed beside the document."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str


class Declarations(_Part):
    """What the bidder declares."""

    unclassified: bool = False
    truthful: bool = False
    unaffiliated: bool = False
    affiliation: str = Field(default="", max_length=1000)
    declared_by: str = Field(default="", max_length=80)


class BidDocument(_Part):
    """The whole bid."""

    challenge_version: int
    responses: dict[str, Response] = Field(default_factory=dict)
    offers: list[Offer] = Field(default_factory=list)
    solution: dict[str, str] = Field(default_factory=dict)
    total_investment: int | None = None
    financing: str = Field(default="", max_length=2000)
    price_notes: str = Field(default="", max_length=2000)
    files: list[SealedFile] = Field(default_factory=list)
    declarations: Declarations = Field(default_factory=Declarations)

    @property
    def offers_total(self) -> int:
        """The sum of the offers in yuan."""
        return sum((o.unit_price or 0) * (o.quantity or 0) for o in self.offers)


PARTS = ("matrix", "offer", "solution", "files", "declare")


def gaps(document: BidDocument, content: ChallengeContent) -> dict[str, list[str]]:
    """What is missing before submission, by part of the form."""
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    unanswered = [r for r in content.requirements if not document.responses.get(r.key, Response()).answer]
    if unanswered:
        found["matrix"].append(_("还有 %(count)s 条要求没有响应。", count=len(unanswered)))
    silent = [
        r
        for r in content.requirements
        if document.responses.get(r.key, Response()).answer in ("deviates", "cannot_say")
        and not document.responses[r.key].note
    ]
    if silent:
        found["matrix"].append(_("有 %(count)s 条“偏离”或“无法确定”没有写说明。", count=len(silent)))
    unvalued = [
        r
        for r in content.requirements
        if document.responses.get(r.key, Response()).answer in ("meets", "exceeds")
        and document.responses[r.key].value is None
    ]
    if unvalued:
        found["matrix"].append(_("有 %(count)s 条写了满足或优于，但没有承诺值。", count=len(unvalued)))
    if not document.offers:
        found["offer"].append(_("请至少选一款产品。"))
    if any(not o.quantity or o.unit_price is None for o in document.offers):
        found["offer"].append(_("每款产品都要填数量和单价。"))
    if document.total_investment is None:
        found["offer"].append(_("请填项目总投资。"))
    empty = [p for p in REQUIRED_PARTS if not document.solution.get(p)]
    if empty:
        found["solution"].append(_("方案、安全和进度三部分必须写。"))
    declared = document.declarations
    if not (declared.unclassified and declared.truthful and declared.declared_by):
        found["declare"].append(_("请完成声明，并写明由谁核对。"))
    if not declared.unaffiliated and not declared.affiliation:
        found["declare"].append(_("请声明与场景方没有关联，或说明是什么关联。"))
    return found


def completeness(document: BidDocument, content: ChallengeContent) -> int:
    """How much is filled in, in percent: requirements count half, the other parts the rest."""
    wanted = len(content.requirements) or 1
    answered = sum(bool(document.responses.get(r.key, Response()).answer) for r in content.requirements)
    missing = gaps(document, content)
    others = [p for p in ("offer", "solution", "declare") if not missing[p]]
    return round(50 * answered / wanted + 50 * len(others) / 3)
