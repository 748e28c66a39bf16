"""The programme's page, and where officers report its figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from marketplace.dashboard import queries, services
from marketplace.dashboard.forms import FigureForm
from marketplace.dashboard.targets import time_passed
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.i18n import gettext as _
from marketplace.web import money
from marketplace.web.actor import current_actor, staff
from marketplace.web.page import page
from marketplace.web.panels import panels

bp = Blueprint("dashboard", __name__)


@bp.get("/programme")
def programme() -> Any:
    """Where the plan's targets stand, with date and source of every figure."""
    actor = current_actor()
    standings, passed = queries.standings(), time_passed(clock.today())
    return page("dashboard/programme.html", standings=standings, passed=passed, more=panels("programme", actor, None))


@bp.route("/staff/figures", methods=["GET", "POST"])
@staff("officer")
def report() -> Any:
    """Report a figure that the site cannot know."""
    form = FigureForm()
    form.offer()
    if form.validate_on_submit():
        value = whole_amount(form.value.data or "")
        if value is None:
            form.refuse("value", _("请填整数，例如 58；金额可以写 380 亿 或 38000000000。"))
        else:
            assert form.as_of.data is not None
            with form.refusals():
                with unit_of_work():
                    services.report(current_actor(), form.target.data or "", value=value, as_of=form.as_of.data,
                                    source=form.text("source"))  # fmt: skip
                flash(_("已登记，首页和项目进展页从现在起显示这个数。"), "ok")
                return redirect(url_for(".programme"))
    return page("dashboard/report.html", form=form, standings=queries.standings())


def whole_amount(typed: str) -> int | None:
    """A whole number as people write it (58, 1,200, 380亿, 38 billion), or nothing when it is none."""
    amount = money.parse(typed, bare=1)
    return int(amount) if amount is not None and amount == int(amount) and amount <= services.MOST else None
