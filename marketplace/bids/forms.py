"""Forms of a bid. The matrix is read row by row, the rest by fields."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from marketplace.bids.document import MOST_TEXT, SOLUTION_PARTS
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web import money
from marketplace.web.forms import MOST_YUAN, AtMost, EmptyInDraft, Form, Money, Within

ANSWERS = [
    ("", _l("请选择")),
    ("meets", _l("满足")),
    ("exceeds", _l("优于")),
    ("deviates", _l("偏离")),
    ("cannot_say", _l("无法确定")),
]
OFFER_MODES = [("purchase", _l("采购")), ("lease", _l("租赁")), ("service", _l("按次服务"))]
SOLUTION_LABELS = {
    "approach": _l("方案：怎么完成这项任务"),
    "integration": _l("集成：与现场系统、设备怎么接"),
    "safety": _l("安全：风险、防护与急停"),
    "data": _l("数据与隐私"),
    "schedule": _l("进度与里程碑"),
    "team": _l("团队"),
    "record": _l("类似业绩"),
}


class PartForm(Form):
    """One part; the draft's number guards against two editors."""

    draft_number = HiddenField()


class SolutionForm(PartForm):
    """The solution in words."""

    for _part in SOLUTION_PARTS:
        vars()[_part] = TextAreaField(SOLUTION_LABELS[_part], [AtMost(MOST_TEXT)])
    del _part

    def parts(self) -> dict[str, str]:
        """What was typed, by part."""
        return {part: self[part].data or "" for part in SOLUTION_PARTS}


class OfferForm(PartForm):
    """Money; products and their prices are rows."""

    total_investment = Money(
        _l("项目总投资"), [EmptyInDraft(), Within(1, MOST_YUAN, _l("请填大于 0 的整数，单位元。"))], unit=1
    )
    financing = TextAreaField(_l("资金来源"), [AtMost(2000)])
    price_notes = TextAreaField(_l("报价说明：含不含安装、培训、维保"), [AtMost(2000)])


class FileForm(Form):
    """A sealed attachment."""

    file = FileField(_l("附件"))


class DeclareForm(PartForm):
    """Declarations."""

    unclassified = BooleanField(_l("申报内容和附件不含国家秘密、工作秘密和军工信息"))
    truthful = BooleanField(_l("所填数据真实，承诺值愿意写进合同并作为验收指标"))
    unaffiliated = BooleanField(_l("与场景方没有股权、管理或亲属关联"))
    affiliation = TextAreaField(_l("如有关联，请说明"), [AtMost(1000)])
    declared_by = StringField(_l("由谁核对（姓名）"), [AtMost(80)])


class WholeForm(Form):
    """The last look; carries the draft's number that was looked at."""

    draft_number = HiddenField()


def yuan_or_none(typed: str) -> tuple[int | None, bool]:
    """An amount in whole yuan from a row's field, and whether what was typed is one (nothing counts as one)."""
    amount = money.parse(typed, bare=1) if typed.strip() else None
    fits = amount is not None and 0 < amount <= MOST_YUAN and amount == int(amount)
    return (int(amount) if amount is not None and fits else None), fits or not typed.strip()


def whole_or_none(typed: str, most: int) -> tuple[int | None, bool]:
    """A whole number from a row's field, and whether what was typed is one (nothing counts as one)."""
    text = typed.strip().replace(",", "").replace("，", "")
    if not text:
        return None, True
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and 0 < int(text) <= most):
        return None, False
    return int(text), True
