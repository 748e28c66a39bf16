"""Forms of rounds."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import Optional

from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.rounds.defaults import DEFAULTS
from marketplace.web.forms import AtMost, DateInput, Form, Required, WholeNumber, both_languages

STAGES = [
    ("none", _l("不经推荐单位")),
    ("scenarios", _l("场景先由推荐单位推荐，再交初审")),
    ("bids", _l("申报由推荐单位推荐；推荐单位只看封面，看不到内容")),
]


class RoundForm(Form):
    """Everything that a round says."""

    vars().update(both_languages("title", _l("批次名称"), limit=60, required=_l("请给批次起一个名称。")))
    vars().update(both_languages("note", _l("说明"), limit=1500, area=True))
    call_opens_on = DateInput(_l("征集开始日"), [Required(_l("请选征集开始日。"))])
    call_closes_on = DateInput(_l("征集结束日"), [Required(_l("请选征集结束日。"))])
    for _name, _rule in DEFAULTS.items():
        vars()[_name] = WholeNumber(_rule.label, [Optional()])
    del _name, _rule
    stage = RadioField(_l("哪一环经推荐单位"), choices=STAGES, default="none")
    recommend_until_on = DateInput(_l("推荐截止日"), [Optional()])
    quota = WholeNumber(_l("每家推荐单位的名额"), [Optional()])
    lead_cap = WholeNumber(_l("一家单位最多牵头几项"), [Optional()])
    part_cap = WholeNumber(_l("一家单位最多参与几项"), [Optional()])
    reason = TextAreaField(_l("为什么改"), [AtMost(1000)])
    revision = HiddenField()

    def figures(self) -> dict[str, Any]:
        """The figures that were typed."""
        return {name: self[name].data for name in DEFAULTS if self[name].data is not None}
