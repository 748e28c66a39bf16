"""What is open to direct matching, opening and ending the route, and approaching the other side."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.catalogue import queries as catalogue
from marketplace.introductions import forms, queries, services
from marketplace.introductions.views.blueprint import bp
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.scenarios import forms as scenario_forms
from marketplace.scenarios import queries as scenarios
from marketplace.vocabulary.terms import domains
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.forms import Form
from marketplace.web.limits import limited
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page


@bp.get("/needs")
def needs() -> Any:
    """The scenarios that are open to direct matching, newest first, of one domain if asked."""
    asked = request.args.get("domain", "")
    domain = asked if asked in domains() else ""
    number = asked_page()
    rows, counts = scenarios.matching(domain, offset=Page(number, 0).offset)
    where = Page(number, counts.get(domain, 0) if domain else sum(counts.values()))
    return page(
        "introductions/needs.html", rows=rows, counts=counts, domain=domain, where=where, labels=scenario_forms.labels()
    )


@bp.post("/scenarios/<int:scenario_id>/matching")
@signed_in
def route(scenario_id: int) -> Response:
    """Open the direct route, or end it."""
    form = Form()
    actor = current_actor()
    scenarios.get(actor, scenario_id)
    if form.validate_on_submit():
        act = request.form.get("act")
        with unit_of_work():
            if act == "open":
                services.open_route(actor, scenario_id)
            elif act == "close":
                services.close_route(actor, scenario_id)
            else:
                raise NotFound()
        flash(_("已公开，企业现在可以表示意向。") if act == "open" else _("对接已结束，场景回到库里。"), "ok")
    return redirect(url_for("scenarios.show", scenario_id=scenario_id))


@bp.route("/scenarios/<int:scenario_id>/interest", methods=["GET", "POST"])
@signed_in
@limited("60 per hour")
def interest(scenario_id: int) -> Any:
    """Say that one of the own products may do it."""
    actor = current_actor()
    row = scenarios.get(actor, scenario_id)
    if not row.is_matching:
        raise NotFound()
    products = queries.offerable(actor)
    form = forms.InterestForm()
    form.offer(products)
    if products and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                introduction_id = services.show_interest(
                    actor, scenario_id, product_id=int(form.product.data), note=form.note.data
                ).id
            flash(_("意向已送到场景方。对方答复后发信告诉您。"), "ok")
            return redirect(url_for("introductions.show", introduction_id=introduction_id))
        row, products = scenarios.get(actor, scenario_id), queries.offerable(actor)
    return page("introductions/interest.html", form=form, scenario=row, products=products)


@bp.route("/introductions/invite", methods=["GET", "POST"])
@signed_in
@limited("60 per hour")
def invite() -> Any:
    """Invite a vendor, or with one of its products, to look at an own scenario."""
    actor = current_actor()
    product_id = whole(request.args.get("product"))
    product = catalogue.get(actor, product_id) if product_id is not None else None
    vendor_id = product.vendor_id if product else whole(request.args.get("vendor"))
    if vendor_id is None:
        raise NotFound()
    vendor = organisations.get(actor, vendor_id)
    own = scenarios.matching_of(actor)
    form = forms.InviteForm()
    form.offer(own)
    if own and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                introduction_id = services.invite(
                    actor, int(form.scenario.data), vendor_id=vendor_id, product_id=product_id, note=form.note.data
                ).id
            flash(_("邀请已送到。对方答复后发信告诉您。"), "ok")
            return redirect(url_for("introductions.show", introduction_id=introduction_id))
        vendor = organisations.get(actor, vendor_id)
        product = catalogue.get(actor, product_id) if product_id is not None else None
    return page("introductions/invite.html", form=form, vendor=vendor, product=product, own=own)
