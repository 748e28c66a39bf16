"""The form of preferences."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.vocabulary.terms import main_domains
from marketplace.web.forms import Form


class PreferenceForm(Form):
    """Of which new challenges to hear."""

    hears_of_challenges = BooleanField(_l("有合适的新榜题或对接邀请时发邮件给我"))
    domains = SelectMultipleField(
        _l("还关注哪些领域"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains.choices = [(d.key, best(d.label)) for d in main_domains()]
