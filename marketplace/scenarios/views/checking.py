"""初审: what staff do with a submitted scenario."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.scenarios import forms, queries, services
from marketplace.scenarios.views.blueprint import bp
from marketplace.web.actor import current_actor, staff
from marketplace.web.page import page
from marketplace.web.panels import panels


@bp.route("/staff/scenarios/<int:scenario_id>", methods=["GET", "POST"])
@staff("officer")
def check(scenario_id: int) -> Any:
    """初审: admit, return with all reasons, or reject."""
    actor = current_actor()
    row = queries.get(actor, scenario_id)
    form = forms.CheckForm()
    acts = {"admit": services.admit, "return": services.return_, "reject": services.reject}
    if form.validate_on_submit():
        act = acts.get(request.form.get("act", ""))
        if act is None:
            raise NotFound()
        with form.refusals():
            with unit_of_work():
                act(actor, scenario_id, reason=form.reason.data or "")
            flash(_("已办理，对方会收到邮件。"), "ok")
            if request.form["act"] == "admit":
                return redirect(url_for("scenarios.show", scenario_id=scenario_id))
            return redirect(url_for("console.queue", name="scenarios"))
        row = queries.get(actor, scenario_id)
    return page(
        "scenarios/check.html",
        form=form,
        scenario=row,
        labels=forms.labels(),
        words=services.classified_words(row),
        more=panels("scenario.check", actor, row),
    )
