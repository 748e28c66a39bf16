"""初审: what staff do with a submitted scenario."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for

from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.scenarios import forms, messages, queries, services
from marketplace.scenarios.views.blueprint import bp
from marketplace.web.actor import current_actor, staff
from marketplace.web.forms import Form
from marketplace.web.numbers import sent_ids
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


TOGETHER = {"admit": "admitted", "return": "returned"}
"""What may be done to several at once, with the mail that tells their owners."""
MOST_TOGETHER = 200
"""As many as a queue lists: whoever ticks all of them gets all of them."""


@bp.post("/staff/scenarios/together")
@staff("officer")
def check_many() -> Any:
    """初审 of several: first a preview that changes nothing, then all of them or none."""
    actor = current_actor()
    act, ids = request.form.get("act", ""), sent_ids("id", MOST_TOGETHER)
    sent = Form()
    if act not in TOGETHER or not sent.validate_on_submit():
        raise NotFound()
    back = redirect(url_for("console.queue", name="scenarios"))
    if not ids:
        flash(_("还没有勾选。先勾选要一起办的场景。"), "due")
        return back
    form = forms.together(act, queries.to_check(actor, ids), request.form if "confirmed" in request.form else None)
    if "confirmed" in request.form and form.validate():
        asked = {n: services.Checking(form.reason_for(n), _moment(request.form.get(f"since-{n}", ""))) for n in ids}
        with form.refusals():
            with unit_of_work():
                services.check_many(actor, act, asked)
            flash(_("已办理 %(n)s 件，场景方会收到邮件。", n=len(asked)), "ok")
            return back
    elif "confirmed" in request.form:
        form.status = 422
    rows = queries.to_check(actor, ids)
    apart = {row.id: services.why_not_together(actor, act, row) for row in rows}
    together = [row for row in rows if not apart[row.id]]
    return page(
        "scenarios/together.html",
        form=form,
        act=act,
        together=together,
        apart=[(row, apart[row.id]) for row in rows if apart[row.id]],
        letter=messages.letter(together[0], TOGETHER[act], _("（您在下面写的要改的地方）")) if together else "",
    )


def _moment(sent: str) -> datetime | None:
    try:
        return datetime.fromisoformat(sent)
    except ValueError:
        return None
