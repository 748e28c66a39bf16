"""What the site holds of a person: reading it, taking a copy, putting the account out of use, having it deleted."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import forms, identity, proof, queries, services
from marketplace.accounts.services.leaving import COMES_BACK, GRACE
from marketplace.accounts.states import State
from marketplace.accounts.views.blueprint import bp
from marketplace.infra.personal import PARTS
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.download import send_bytes
from marketplace.web.limits import limited
from marketplace.web.page import page


@bp.route("/account/data", methods=["GET", "POST"])
@signed_in
@limited("10 per hour")
def data() -> Any:
    """What can be done with one's data, and what honestly stays behind."""
    form = forms.Form()
    act = request.form.get("act", "")
    if form.validate_on_submit() and proof.given(form) and act != "prove":
        with form.refusals():
            return _act(act)
    user = queries.oneself(current_actor())
    leaving = user.state is State.LEAVING and user.state_at is not None
    return page(
        "accounts/data.html",
        form=form,
        parts=list(PARTS.values()),
        ties=services.ties_of(user, for_good=True),
        lighter_ties=services.ties_of(user, for_good=False),
        due=user.state_at + GRACE if leaving and user.state_at else None,
        grace=GRACE.days,
        comes_back=COMES_BACK.days,
    )


def _act(act: str) -> Any:
    actor = current_actor()
    if act == "export":
        with unit_of_work():
            services.note_export(actor)
        return _export()
    acts = {"deactivate": services.deactivate, "delete": services.ask_deletion, "keep": services.keep}
    if act not in acts:
        raise NotFound()
    with unit_of_work():
        acts[act](actor)
    if act == "deactivate":
        identity.sign_out()
        flash(_("账号已停用，各处都已退出。30 天内登录即恢复。"), "ok")
        return redirect(url_for("discovery.home"))
    flash(_("已撤回，账号照常使用。") if act == "keep" else _("已登记。7 天内随时可以在这一页撤回。"), "ok")
    return redirect(url_for("accounts.data"))


@bp.get("/account/data/all")
@signed_in
def all_data() -> Any:
    """All of it on one page, for somebody who has proved lately who they are."""
    if not identity.has_proved(current_user):
        return redirect(url_for("accounts.prove", next=url_for("accounts.all_data")))
    user_id = current_user.id
    return page("accounts/all_data.html", parts=[(part, list(part.rows(user_id))) for part in PARTS.values()])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.beijing(value).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _export() -> Response:
    """One JSON file with the keys of machines and the titles of readers."""
    user_id = current_user.id
    found = {
        part.key: {
            "title": str(part.title),
            "columns": {key: str(label) for key, label in part.labels.items()},
            "rows": [dict(row) for row in part.rows(user_id)],
        }
        for part in PARTS.values()
    }
    whole = {"made_at": _plain(clock.now()), "account": user_id, "data": found}
    text = json.dumps(whole, ensure_ascii=False, indent=2, default=_plain)
    return send_bytes(text.encode(), f"my-data-{clock.today().isoformat()}.json", "application/json")
