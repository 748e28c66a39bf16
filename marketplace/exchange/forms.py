"""The form that takes a file."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField, StringField

from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.organisations.models import Organisation
from marketplace.web.forms import AtMost, Form


class UploadForm(Form):
    """A file, and for which organisation: one's own, or for an officer that of an owner by its code."""

    organisation = SelectField(_l("导入到哪家单位"), validate_choice=False)
    uscc = StringField(_l("场景方的统一社会信用代码"), [AtMost(40)])
    file = FileField(_l("文件"))

    def __init__(self, own: list[Organisation], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = [(str(row.id), best(row.name)) for row in own]
