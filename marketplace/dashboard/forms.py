"""The form of a figure."""

from __future__ import annotations

from wtforms import SelectField, StringField

from marketplace.dashboard.targets import targets
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.forms import AtMost, DateInput, Form, Required, both_languages


class FigureForm(Form):
    """A target, its figure, the day and the source."""

    target = SelectField(_l("目标"), validators=[Required(_l("请选择一项目标。"))])
    value = StringField(_l("数值"), [Required(_l("请填数值。")), AtMost(24)])
    as_of = DateInput(_l("截至"), [Required(_l("请填日期，例如 2026-12-11。"))])
    vars().update(
        both_languages("source", _l("来源"), limit=200, required=_l("请写明数据来源，例如哪个部门的哪份统计。"))
    )

    def offer(self) -> None:
        """Name the targets in the reader's language."""
        self.target.choices = [("", _l("请选择"))] + [(t.key, best(t.label)) for t in targets().values()]
