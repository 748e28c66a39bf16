"""Forms of posting a scenario, one step a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.scenarios.models import SITE_KEYS, Scenario
from marketplace.vocabulary.terms import districts, domains
from marketplace.web.forms import AtMost, EmptyInDraft, Form, Money, Required, WholeNumber, Within, both_languages
from marketplace.web.money import WAN

KINDS = [
    ("procurement", _l("采购：有成熟产品，要买或租")),
    ("field_validation", _l("应用验证：先在现场试")),
    ("rnd", _l("研发：现在没有产品能做到")),
]
BUDGETS = [("fixed", _l("固定价")), ("range", _l("区间")), ("negotiable", _l("面议"))]
MODES = [
    ("purchase", _l("采购")),
    ("lease", _l("租赁")),
    ("raas", _l("按次服务")),
    ("joint_rnd", _l("联合研发")),
    ("pilot", _l("试点")),
]
ROUTES = [
    ("own", _l("自行采购：选定即可签约")),
    ("soe", _l("国企采购：这里的选定是推荐")),
    ("government", _l("政府采购：这里的选定是推荐")),
    ("cooperative_innovation", _l("合作创新采购：这里的选定是推荐")),
    ("trial_only", _l("只做试用，不采购")),
]
SITE_LABELS = {
    "area": _l("场地面积与分区"),
    "aisles": _l("通道宽度"),
    "slopes": _l("坡道、台阶与缝隙"),
    "floor": _l("地面"),
    "climate": _l("温度与湿度"),
    "light_noise": _l("光线与噪声"),
    "hazards": _l("粉尘、洁净或防爆要求"),
    "network": _l("网络"),
    "power": _l("供电与充电位"),
    "lifts": _l("电梯与门禁"),
    "people": _l("周围的人"),
    "hours": _l("作业时段"),
}


def labels() -> dict[str, Any]:
    """The words for what a scenario's columns hold."""
    return {
        "kind": dict(KINDS),
        "mode": dict(MODES),
        "route": dict(ROUTES),
        "site": SITE_LABELS,
        "budget": dict(BUDGETS),
    }


class TitleForm(Form):
    """A draft needs only a title; the task, said at once, brings what such postings usually ask."""

    what = SelectField(_l("什么任务（可以以后再选）"), validate_choice=False)
    vars().update(both_languages("title", _l("标题"), limit=60, required=_l("请先起一个标题，以后可以改。")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tasks = {best(d.label): [(f"{d.key}:{t.key}", best(t.label)) for t in d.tasks] for d in domains().values()}
        self.what.choices = {"": [("", _l("请选择"))], **tasks}

    @property
    def place(self) -> dict[str, str]:
        """The chosen domain and task, or nothing."""
        domain, _colon, task = (self.what.data or "").partition(":")
        known = domains().get(domain)
        return {"domain": domain, "task": task} if known and any(t.key == task for t in known.tasks) else {}


class StepForm(Form):
    """One step; the revision guards against two editors."""

    revision = HiddenField()


class TaskForm(StepForm):
    """Task and present situation."""

    vars().update(both_languages("title", _l("标题"), limit=60, required=_l("标题不能空着。")))
    domain = SelectField(_l("领域"))
    task = SelectField(_l("任务"), validate_choice=False)
    district = SelectField(_l("作业地点所在区"))
    kind = RadioField(_l("您想要什么"), choices=KINDS, default="procurement")
    vars().update(both_languages("summary", _l("一句话说清楚"), limit=120, area=True))
    vars().update(both_languages("situation", _l("现在怎么做，哪里最难"), limit=3000, area=True))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = [("", _l("请选择"))]
        self.domain.choices = empty + [(d.key, best(d.label)) for d in domains().values()]
        tasks = {best(d.label): [(t.key, best(t.label)) for t in d.tasks] for d in domains().values()}
        self.task.choices = {"": empty, **tasks}
        self.district.choices = empty + [(t.key, best(t.label)) for t in districts().values()]


class WorkForm(StepForm):
    """The work itself."""

    vars().update(both_languages("workflow", _l("作业流程，一步一步写"), limit=3000, area=True))
    vars().update(both_languages("objects", _l("作业对象：尺寸、重量、材质"), limit=2000, area=True))
    vars().update(both_languages("volumes", _l("班次与作业量，现在几个人、花多少钱"), limit=2000, area=True))


class SiteForm(StepForm):
    """The site pack."""

    for _key in SITE_KEYS:
        vars().update(both_languages(f"site_{_key}", SITE_LABELS[_key], limit=400))
    del _key


class TermsForm(StepForm):
    """Commercial terms."""

    budget_kind = RadioField(_l("预算怎么定"), choices=BUDGETS, default="fixed")
    budget_min = Money(
        _l("预算最低"), [Optional(), Within(1, 1_000_000, _l("请填大于 0 的整数，单位万元。"))], unit=WAN
    )
    budget_max = Money(
        _l("预算"), [EmptyInDraft(), Within(1, 1_000_000, _l("请填大于 0 的整数，单位万元。"))], unit=WAN
    )
    period_months = WholeNumber(_l("交付期"), [EmptyInDraft(), Within(1, 60, _l("请填 1 到 60 之间的整数，单位月。"))])
    quantity = WholeNumber(_l("数量"), [Optional(), Within(1, 10_000, _l("请填大于 0 的整数。"))])
    mode = RadioField(_l("合作方式"), choices=MODES, default="purchase")
    procurement_route = RadioField(_l("采购路径"), choices=ROUTES, default="own")
    consortium = BooleanField(_l("允许几家企业组成联合体揭榜"))
    vars().update(both_languages("payment", _l("付款方式"), limit=1000, area=True))
    vars().update(both_languages("ip", _l("知识产权"), limit=1000, area=True))
    vars().update(both_languages("data_rights", _l("数据权属与隐私"), limit=1000, area=True))
    vars().update(both_languages("eligibility", _l("对揭榜企业的条件，一行一条"), limit=1500, area=True))


class SafetyForm(StepForm):
    """Safety and ethics self-assessment (article 二十二)."""

    vars().update(both_languages("safety", _l("安全与伦理自评"), limit=3000, area=True))


class FileForm(Form):
    """An attachment."""

    file = FileField(_l("附件"))
    is_public = BooleanField(_l("随榜题公开；不勾选则只有本单位和工作人员能看"))


class SubmitForm(StepForm):
    """The round, the declaration and the last look."""

    round = SelectField(_l("投到哪一批"), validate_choice=False)

    unclassified = BooleanField(
        _l("我单位已核对，本场景的内容和附件不含国家秘密、工作秘密和军工信息"),
        [Required(_l("请先核对并勾选。含涉密内容的场景不能在网上发布。"))],
    )
    truthful = BooleanField(_l("需求真实，资金已落实或有明确来源"), [Required(_l("请确认需求真实。"))])
    declared_by = StringField(_l("由谁核对（姓名）"), [Required(_l("请写明由谁核对过“不含涉密内容”。")), AtMost(80)])


class CheckForm(Form):
    """Staff's decision with its reason."""

    reason = TextAreaField(_l("理由"), [AtMost(4000)])


class TogetherForm(Form):
    """One decision on several scenarios: one reason for all of them, or a reason for each."""

    def reason_for(self, scenario_id: int) -> str:
        """What is written for this one; empty where nothing is."""
        field = self._fields.get(f"reason-{scenario_id}") or self._fields.get("reason")
        return (field.data or "") if field else ""


def together(act: str, rows: Sequence[Scenario], sent: Any) -> TogetherForm:
    """The form for those scenarios: what is to be changed is written for each, why no review is needed once for all."""
    if act == "admit":
        wanted = [Required(_l("请写明为什么不再组织需求论证，留存备查。")), AtMost(4000)]
        fields = {"reason": TextAreaField(_l("为什么不再组织需求论证"), wanted)}
    else:
        wanted = [Required(_l("请写明要改什么，一次写全。")), AtMost(4000)]
        fields = {f"reason-{row.id}": TextAreaField(best(row.title), wanted) for row in rows}
    return type("Together", (TogetherForm,), fields)(formdata=sent)
