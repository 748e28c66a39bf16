"""The people whom an administrator looks after: roles, second factors, accounts shut and opened."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from marketplace.accounts import forms, proof, queries, services
from marketplace.accounts.models import StaffRole
from marketplace.accounts.views.blueprint import bp
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import clean
from marketplace.web.actor import current_actor, staff
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page

PER_PAGE = 50


@bp.get("/staff/people")
@staff("administrator")
def people() -> Any:
    """Accounts with their staff roles and second factors."""
    number = asked_page()
    rows, total = queries.visible_users(current_actor(), offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    return page("accounts/people.html", people=rows, where=Page(number, total, PER_PAGE))


@bp.route("/staff/people/<int:user_id>", methods=["GET", "POST"])
@staff("administrator")
def person(user_id: int) -> Any:
    """One account; roles, second factor and the door to it change here, each after a proof."""
    actor = current_actor()
    act = request.form.get("act", "")
    typed = {name: clean(request.form.get(f"reason-{name}", "")) for name in ("reset", "block")}
    form = forms.ReasonForm(data={"reason": typed.get(act, "")}, formdata=request.form if request.form else None)
    user = queries.get(actor, user_id)
    chosen = {r.role.value for r in user.roles}
    if request.method == "POST":
        chosen = {r.value for r in StaffRole} & set(request.form.getlist("role"))
        form.reason.data = typed.get(act, "")
        if form.validate_on_submit() and proof.given(form) and act != "prove":
            with form.refusals():
                _act(user_id, act, form.reason.data or "", chosen)
                return redirect(url_for("accounts.person", user_id=user_id))
        user = queries.get(actor, user_id)
    return page("accounts/person.html", form=form, person=user, roles=list(StaffRole), chosen=chosen, typed=typed)


def _act(user_id: int, act: str, reason: str, chosen: set[str]) -> None:
    actor = current_actor()
    with unit_of_work():
        if act == "roles":
            for role in StaffRole:
                services.set_role(actor, user_id, role=role, given=role.value in chosen)
        elif act == "reset":
            services.reset_second_factor(actor, user_id, reason=reason)
        elif act == "block":
            services.block(actor, user_id, reason=reason)
        elif act == "unblock":
            services.unblock(actor, user_id)
        else:
            raise NotFound()
    flash(_("角色已更新。") if act == "roles" else _("已办理，本人会收到邮件。"), "ok")
