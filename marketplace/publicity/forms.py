"""Forms of objections."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField

from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.forms import AtMost, Form, Required


class ObjectionForm(Form):
    """What somebody objects to, and why."""

    matter = StringField(_l("对哪件事有异议"), [Required(_l("请用一句话写明对哪件事有异议。")), AtMost(200)])
    grounds = TextAreaField(_l("事实与理由"), [Required(_l("请写明事实和理由。")), AtMost(5000)])
    evidence = FileField(_l("证据（可不传）"))


class AnswerForm(Form):
    """Staff's answer."""

    answer = TextAreaField(_l("答复与理由"), [AtMost(5000)])
