"""Forms of challenges."""

from __future__ import annotations

from wtforms import TextAreaField

from marketplace.challenges.services import MOST_REASON
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.forms import AtMost, DateInput, Form, Required, both_languages


class PublishForm(Form):
    """The deadline's day; the hour is 16:30. The reason is asked for where hardly any vendor can answer."""

    closes_on = DateInput(_l("揭榜截止日"), [Required(_l("请选截止日。"))])
    few_reason = TextAreaField(_l("为什么不能放宽"), [AtMost(MOST_REASON)])


class ExtendForm(Form):
    """A later deadline and why."""

    closes_on = DateInput(_l("揭榜截止日"), [Required(_l("请选截止日。"))])
    vars().update(both_languages("reason", _l("为什么延期"), limit=400, required=_l("请写明为什么延期，会公开显示。")))


class ReasonForm(Form):
    """A reason that is public."""

    reason = TextAreaField(_l("理由"), [Required(_l("请写明理由，会公开显示。")), AtMost(1000)])
