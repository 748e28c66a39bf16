"""My scenarios, starting one, one to read, withdrawing it, its files."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.kernel.actor import EDITORS, NOBODY, Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.scenarios import forms, queries, services
from marketplace.scenarios.views.blueprint import bp
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.download import send
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.panels import panels


@bp.get("/my/scenarios")
@signed_in
def mine() -> Any:
    """The scenarios of my organisations with where each is."""
    actor = current_actor()
    tally = queries.tally(actor)
    where = Page(asked_page(), sum(tally.values()), 50)
    rows = queries.mine(actor, where.per_page, where.offset)
    return page("scenarios/mine.html", scenarios=rows, owners=_owners(actor), where=where, tally=tally)


def _owners(actor: Actor) -> list[Any]:
    own = organisations.mine(actor)
    return [o for o in own if (o.is_owner or o.is_service_body) and o.id in actor.organisations(EDITORS)]


@bp.route("/scenarios/new", methods=["GET", "POST"])
@signed_in
def new() -> Any:
    """Start with a title."""
    actor = current_actor()
    owners = _owners(actor)
    form = forms.TitleForm()
    owner_id = whole(request.values.get("owner")) or (owners[0].id if owners else None)
    if owners and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                scenario_id = services.create(actor, owner_id or 0, title=form.text("title"), **form.place).id
            return redirect(url_for("scenarios.edit", scenario_id=scenario_id, step="task"))
    return page("scenarios/new.html", form=form, owners=owners, owner_id=owner_id)


@bp.get("/scenarios/<int:scenario_id>")
def show(scenario_id: int) -> Any:
    """The scenario as its owner and staff see it, with where it is; as everybody sees it while it is being matched."""
    public = queries.is_visible(NOBODY, scenario_id)
    return _shown(scenario_id) if public else signed_in(_shown)(scenario_id)


def _shown(scenario_id: int) -> Any:
    actor = current_actor()
    row = queries.get(actor, scenario_id)
    return page(
        "scenarios/show.html", scenario=row, labels=forms.labels(), more=panels("scenario", actor, row), form=Form()
    )


@bp.post("/scenarios/<int:scenario_id>/withdraw")
@signed_in
def withdraw(scenario_id: int) -> Response:
    """Take the scenario back."""
    form = Form()
    queries.get(current_actor(), scenario_id)
    if form.validate_on_submit():
        with unit_of_work():
            services.withdraw(current_actor(), scenario_id)
        flash(_("场景已撤回。"), "ok")
    return redirect(url_for("scenarios.mine"))


@bp.get("/scenarios/<int:scenario_id>/files/<int:file_id>")
@signed_in
def file(scenario_id: int, file_id: int) -> Response:
    """An attachment, for those who see the scenario."""
    return send(queries.file(current_actor(), scenario_id, file_id).file)
