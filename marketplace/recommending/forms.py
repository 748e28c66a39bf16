"""Forms of recommending."""

from __future__ import annotations

from wtforms import HiddenField, TextAreaField

from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.forms import AtMost, Form


class DeskForm(Form):
    """One act on a body's list: the order, or a decision on one entry."""

    reason = TextAreaField(_l("理由"), [AtMost(2000)])
    revision = HiddenField()
