"""The desk of a service body, and the auditor's figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from marketplace.households import forms, queries, services
from marketplace.households.models import CONSENT_VERSION, FEWEST, Area, Dwelling, Giver, Persons
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.web.actor import current_actor, signed_in, staff
from marketplace.web.numbers import whole
from marketplace.web.page import page

bp = Blueprint("households", __name__)


def _labels() -> dict[str, Any]:
    return {
        "dwelling": services.DWELLINGS,
        "area": services.AREAS,
        "persons": forms.PERSONS,
        "giver": forms.GIVERS,
    }


@bp.route("/households/<int:body_id>", methods=["GET", "POST"])
@signed_in
def desk(body_id: int) -> Any:
    """The needs that a service body holds; several alike become one scenario, and any may be taken back."""
    actor = current_actor()
    body = queries.body(actor, body_id)
    form = forms.PoolForm()
    picked = {n for v in request.form.getlist("home") if (n := whole(v))}
    if form.validate_on_submit():
        act, again = request.form.get("act", ""), bool(form.agreed_again.data)
        with form.refusals():
            with unit_of_work():
                if act == "pool":
                    scenario_id = services.pool(
                        actor, body_id, sorted(picked), title=form.text("title"), agreed_again=again
                    ).id
                elif act == "top_up" and (target := whole(request.form.get("scenario"))):
                    scenario_id = services.top_up(actor, target, sorted(picked), agreed_again=again).id
                elif act == "forget" and (need_id := whole(request.form.get("id"))):
                    queries.get(actor, need_id)
                    services.forget(actor, need_id)
                    scenario_id = 0
                else:
                    raise NotFound()
            if scenario_id:
                flash(_("已合并。请在场景里补全要求和考核指标。"), "ok")
                return redirect(url_for("scenarios.edit", scenario_id=scenario_id, step="task"))
            flash(_("已删除这一户的全部内容。"), "ok")
            return redirect(url_for(".desk", body_id=body_id))
    rows = queries.needs(actor, body_id)
    free = queries.free(rows)
    return page(
        "households/desk.html",
        form=form,
        body=body,
        free=free,
        again=queries.asked_again(free),
        pooled=[r for r in rows if r not in free],
        picked=picked,
        targets=queries.open_pools(actor, body_id),
        labels=_labels(),
        fewest=FEWEST,
        writes=body_id in actor.organisations(EDITORS),
    )


@bp.route("/households/<int:body_id>/new", methods=["GET", "POST"])
@signed_in
def new(body_id: int) -> Any:
    """Someone needs …: one home, in bands and plain words."""
    actor = current_actor()
    body = queries.body(actor, body_id)
    form = forms.NeedForm(data={"district": body.district, "consent_on": clock.today()})
    if form.validate_on_submit():
        consent_on: Any = form.consent_on.data
        with form.refusals():
            with unit_of_work():
                services.write_down(
                    actor,
                    body_id,
                    services.NeedData(
                        district=form.district.data,
                        dwelling=Dwelling(form.dwelling.data),
                        area=Area(form.area.data),
                        persons=Persons(form.persons.data),
                        task=form.task.data,
                        need=form.need.data or "",
                        consent_by=Giver(form.consent_by.data),
                        consent_on=consent_on,
                        agreed=bool(form.agreed.data),
                    ),
                )
            flash(_("已登记。"), "ok")
            return redirect(url_for(".desk", body_id=body_id))
    return page("households/new.html", form=form, body=body, version=CONSENT_VERSION)


@bp.get("/audit/households")
@staff("auditor")
def counted() -> Any:
    """How many needs each service body holds: figures, never a need."""
    found = queries.counts()
    return page("households/counted.html", counts=found, names=organisations.by_ids(b for b, _n, _p in found))
