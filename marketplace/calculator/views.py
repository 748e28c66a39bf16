"""The support calculator: one page, whose address holds what was asked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from marketplace.calculator import amounts
from marketplace.calculator.ceilings import ceiling
from marketplace.calculator.forms import SupportForm
from marketplace.calculator.instruments import instruments, plan
from marketplace.kernel import clock
from marketplace.kernel.i18n import language
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.kernel.text import Text
from marketplace.web.money import yuan_whole
from marketplace.web.page import page

bp = Blueprint("calculator", __name__)

PERIODS = {"project": _l("每个项目"), "year": _l("每年"), "unstated": _l("期间未写明")}


def _inside(text: Text) -> str:
    """A name as it stands inside a sentence: an English one begins with a small letter."""
    shown = text.best(language())
    return shown[:1].lower() + shown[1:]


@bp.get("/support")
def support() -> Any:
    """支持上限测算: choose an instrument, an amount and a day; the ceiling with its formula, article and open questions."""
    asked = any(name in request.args for name in ("instrument", "amount", "on"))
    form = SupportForm(formdata=request.args if asked else None)
    chosen = instruments().get(form.instrument.data or "")
    result = None
    if asked and form.validate() and chosen is not None:
        result = ceiling(chosen, form.yuan)
    elif asked and "amount" in request.args:
        form.status = 422
    elif asked:
        # An instrument picked from the table below: its amount is still to come, which is no mistake.
        form.amount.errors = ()
    day = form.on.data or clock.today()
    return page(
        "calculator/support.html",
        form=form,
        chosen=chosen,
        result=result,
        day=day,
        is_today=day == clock.today(),
        plan=plan(),
        instruments=list(instruments().values()),
        written=yuan_whole,
        percent=amounts.percent,
        inside=_inside,
        periods=PERIODS,
        typed=(form.amount.data or "").strip(),
    )
