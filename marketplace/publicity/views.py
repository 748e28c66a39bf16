"""Notices, objecting to them, and answering."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.challenges import queries as challenges
from marketplace.infra.files.services import check as check_upload
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.publicity import forms, queries, services
from marketplace.web.actor import current_actor, signed_in, staff
from marketplace.web.download import send
from marketplace.web.forms import Form
from marketplace.web.limits import limited
from marketplace.web.page import page

bp = Blueprint("publicity", __name__)


@bp.get("/notices/<int:notice_id>")
def show(notice_id: int) -> Any:
    """A notice at its permanent address: what, who, how long, how to object."""
    actor = current_actor()
    row = queries.get(actor, notice_id)
    challenge = challenges.get(actor, row.challenge_id)
    return page("publicity/show.html", notice=row, challenge=challenge, form=Form())


@bp.route("/notices/<int:notice_id>/object", methods=["GET", "POST"])
@signed_in
@limited("20 per hour")
def object_(notice_id: int) -> Any:
    """Object in writing, with evidence."""
    actor = current_actor()
    row = queries.get(actor, notice_id)
    form = forms.ObjectionForm()
    if form.validate_on_submit():
        with form.refusals():
            evidence = check_upload(form.evidence.data, field="evidence") if form.evidence.data else None
            with unit_of_work():
                entry = services.object_to(
                    actor, notice_id, matter=form.matter.data, grounds=form.grounds.data, evidence=evidence
                )
                objection_id = entry.id
            flash(_("异议已收到。3 个工作日内告知是否受理，结果会发到邮箱。"), "ok")
            return redirect(url_for(".objection", objection_id=objection_id))
        row = queries.get(actor, notice_id)
    return page("publicity/object.html", form=form, notice=row)


@bp.get("/objections/<int:objection_id>")
@signed_in
def objection(objection_id: int) -> Any:
    """An objection with its answer, for its author and staff."""
    return page("publicity/objection.html", objection=queries.objection(current_actor(), objection_id))


@bp.get("/objections/<int:objection_id>/evidence")
@signed_in
def evidence(objection_id: int) -> Response:
    """The evidence that was handed in."""
    row = queries.objection(current_actor(), objection_id)
    if row.evidence is None:
        raise NotFound()
    return send(row.evidence)


@bp.route("/staff/objections/<int:objection_id>", methods=["GET", "POST"])
@staff("officer")
def decide(objection_id: int) -> Any:
    """Admit, refuse, uphold or dismiss an objection."""
    actor = current_actor()
    row = queries.objection(actor, objection_id)
    form = forms.AnswerForm()
    if form.validate_on_submit():
        act = request.form.get("act", "")
        if act not in ("admit", "refuse", "uphold", "dismiss"):
            raise NotFound()
        with form.refusals():
            with unit_of_work():
                services.answer(actor, objection_id, act=act, text=form.answer.data or "")
            flash(_("已办理，提出人会收到邮件。"), "ok")
            return redirect(url_for(".decide", objection_id=objection_id))
        row = queries.objection(actor, objection_id)
    name = accounts.names([row.user_id]).get(row.user_id, "")
    return page("publicity/decide.html", form=form, objection=row, name=name)


@bp.post("/staff/notices/<int:notice_id>/conclude")
@staff("officer")
def conclude(notice_id: int) -> Response:
    """Go on after a notice has run."""
    form = Form()
    queries.get(current_actor(), notice_id)
    if form.validate_on_submit():
        with unit_of_work():
            services.conclude(current_actor(), notice_id)
        flash(_("公示已结束，结果成立。双方会收到邮件。"), "ok")
    return redirect(url_for(".show", notice_id=notice_id))
