"""Doubting a value, answering, closing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from marketplace.catalogue import forms, queries, services
from marketplace.catalogue.policies import DOUBTS
from marketplace.catalogue.views.blueprint import bp
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.i18n import gettext as _
from marketplace.vocabulary.parameters import parameters
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.numbers import whole
from marketplace.web.page import page


@bp.route("/products/<int:product_id>/doubts/<parameter>", methods=["GET", "POST"])
@signed_in
def raise_doubt(product_id: int, parameter: str) -> Any:
    """Say why a value is doubted; ``variant`` in the address names a variant's value."""
    actor, variant_id = current_actor(), whole(request.args.get("variant"))
    row = queries.get(actor, product_id)
    if not services.may_doubt(actor, row):
        raise Forbidden(_("只有项目办公室和核验过的场景方可以质疑产品数值；机器人企业不能质疑同行。"))
    value = services.value_of(row, parameter, variant_id)
    form = forms.DoubtForm()
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                doubt_id = services.raise_doubt(
                    actor, product_id, parameter=parameter, variant_id=variant_id, reason=form.reason.data or ""
                ).id
            flash(_("已提出，企业会收到邮件；答复后发信告诉您。"), "ok")
            return redirect(url_for("catalogue.doubt", doubt_id=doubt_id))
        row = queries.get(actor, product_id)
        value = services.value_of(row, parameter, variant_id)
    return page(
        "catalogue/raise_doubt.html",
        form=form,
        product=row,
        value=value,
        parameter=parameters().get(parameter),
    )


@bp.route("/doubts/<int:doubt_id>", methods=["GET", "POST"])
@signed_in
def doubt(doubt_id: int) -> Any:
    """What is doubted and why, the vendor's answer, staff's finding; answering and closing."""
    actor = current_actor()
    row = queries.doubt(actor, doubt_id)
    form = forms.DoubtAnswerForm()
    closes = DOUBTS.allows(actor, "close", row)
    if request.method == "POST":
        DOUBTS.require(actor, "close" if closes else "answer", row)
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                act = services.close_doubt if closes else services.answer_doubt
                act(actor, doubt_id, text=form.text.data or "")
            flash(_("已办结，双方会收到邮件。") if closes else _("已答复，提出人和项目办公室会收到邮件。"), "ok")
            return redirect(url_for("catalogue.doubt", doubt_id=doubt_id))
        row = queries.doubt(actor, doubt_id)
    return page("catalogue/doubt.html", form=form, doubt=row, parameter=parameters().get(row.parameter), closes=closes)
