"""The calculator's form: sent by GET, so that a result has an address."""

from __future__ import annotations

from typing import Any

from wtforms import Field, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from marketplace.calculator import amounts
from marketplace.calculator.instruments import instruments
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.web.forms import AtMost, DateInput, Form


class SupportForm(Form):
    """Which instrument, of what amount, on which day (empty: today)."""

    class Meta(Form.Meta):
        csrf = False

    instrument = SelectField(_l("哪一项支持"), validate_choice=False)
    amount = StringField(_l("金额"), [AtMost(60)])
    on = DateInput(_l("看哪一天"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instrument.choices = [("", _("请选择"))] + [(i.key, best(i.label)) for i in instruments().values()]

    def validate_instrument(self, field: Field) -> None:
        """One of the eight."""
        if field.data not in instruments():
            raise ValidationError(_("请选择一项支持。"))

    def validate_amount(self, field: Field) -> None:
        """An amount, where the instrument is a share of one; keeps whole yuan in ``yuan``."""
        self.yuan: int | None = None
        chosen = instruments().get(self.instrument.data or "")
        if chosen is None or chosen.rate is None:
            return
        try:
            self.yuan = amounts.read(field.data or "")
        except Invalid as refused:
            raise ValidationError(refused.message) from refused
