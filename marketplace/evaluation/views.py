"""The officer's pages: eligibility, shortlist, preview and release."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from marketplace.accounts import proof
from marketplace.challenges import queries as challenges
from marketplace.evaluation import queries, services
from marketplace.evaluation.models import Outcome
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid, InvalidMany, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.kernel.text import clean
from marketplace.vocabulary.parameters import parameters
from marketplace.web.actor import current_actor, staff
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page

bp = Blueprint("evaluation", __name__)

RULES = {
    "verified": _l("单位已核验"),
    "declared": _l("已作涉密与真实性声明"),
    "unaffiliated": _l("声明与场景方无关联"),
    "version": _l("按最新一版榜题响应"),
    "recommended": _l("推荐单位已推荐"),
    "musts": _l("必须项没有偏离或不足"),
}
OUTCOMES = [("selected", _l("入围")), ("reserve", _l("候补")), ("not_selected", _l("未入围"))]


@bp.route("/staff/challenges/<int:challenge_id>/eligibility", methods=["GET", "POST"])
@staff("officer")
def eligibility(challenge_id: int) -> Any:
    """资格审查: each bid with the rules' answers; pass or fail with reasons, then close the stage."""
    actor = current_actor()
    challenge = challenges.get(actor, challenge_id)
    services.require_no_own_bid(actor, challenge_id)
    form = Form()
    typed: dict[str, str] = {}
    act = request.form.get("act", "")
    # To close it tells every bidder how its bid did: that is a release, too.
    if form.validate_on_submit() and (act != "close" or proof.given(form)):
        stage_id = whole(request.form.get("pass") or request.form.get("fail"))
        said = {s.id: clean(request.form.get(f"reason-{s.id}", ""))[:4000] for s in queries.stages(actor, challenge_id)}
        typed = {f"reason-{number}": reason for number, reason in said.items()}
        with form.refusals():
            with unit_of_work():
                if act == "begin":
                    services.begin(actor, challenge_id)
                elif stage_id in said:
                    services.keep_reasons(actor, challenge_id, said)
                    services.decide(actor, stage_id, passed="pass" in request.form, reason=said[stage_id])
                elif act == "close":
                    services.close(actor, challenge_id)
                else:
                    raise NotFound()
            flash(_("已办理。") if act != "close" else _("资格审查已结束，结果已一次告知各申报单位。"), "ok")
            return redirect(url_for(".eligibility", challenge_id=challenge_id))
        if form.refusal and stage_id:
            typed[f"error-{stage_id}"] = form.refusal
        challenge = challenges.get(actor, challenge_id)
    return page(
        "evaluation/eligibility.html",
        form=form,
        challenge=challenge,
        stages=queries.stages(actor, challenge_id),
        rules=RULES,
        parameters=parameters(),
        typed=typed,
    )


@bp.route("/staff/challenges/<int:challenge_id>/shortlist", methods=["GET", "POST"])
@staff("officer")
def shortlist(challenge_id: int) -> Any:
    """入围: an outcome and a reason for each eligible bid; kept without telling anybody."""
    actor = current_actor()
    challenge = challenges.get(actor, challenge_id)
    services.require_no_own_bid(actor, challenge_id)
    form = Form()
    decisions = {d.bid_id: d for d in queries.decisions(actor, challenge_id)}
    typed = {b: {"outcome": d.outcome.value, "reason": d.reason} for b, d in decisions.items()}
    wrong: dict[str, str] = {}
    if form.validate_on_submit():
        eligible = services.eligible(actor, challenge_id)
        known = {o.value for o in Outcome}
        typed = {
            b.id: {
                "outcome": o if (o := request.form.get(f"outcome-{b.id}", "")) in known else "",
                "reason": clean(request.form.get(f"reason-{b.id}", ""))[:4000],
            }
            for b in eligible
        }
        wrong = {f"outcome-{b}": _("请选一个结论。") for b, t in typed.items() if not t["outcome"]}
        try:
            with form.refusals():
                if wrong:
                    raise Invalid("", _("有 %(count)s 份还没有结论。请逐份选好，再保存。", count=len(wrong)))
                try:
                    with unit_of_work():
                        services.stage(
                            actor, challenge_id, {b: (Outcome(t["outcome"]), t["reason"]) for b, t in typed.items()}
                        )
                    return redirect(url_for(".preview", challenge_id=challenge_id))
                except InvalidMany as error:
                    wrong = error.errors
                    form.status = 422
        finally:
            challenge = challenges.get(actor, challenge_id)
    return page(
        "evaluation/shortlist.html",
        form=form,
        challenge=challenge,
        bids=services.eligible(actor, challenge_id),
        typed=typed,
        wrong=wrong,
        outcomes=OUTCOMES,
        released=any(d.is_released for d in decisions.values()),
    )


@bp.route("/staff/challenges/<int:challenge_id>/release", methods=["GET", "POST"])
@staff("officer")
def preview(challenge_id: int) -> Any:
    """What will be released: count, names, reasons and who gets which mail; then all at once."""
    actor = current_actor()
    challenge = challenges.get(actor, challenge_id)
    services.require_no_own_bid(actor, challenge_id)
    form = Form()
    if form.validate_on_submit() and proof.given(form):
        with form.refusals():
            with unit_of_work():
                services.release(actor, challenge_id, seen=request.form.get("seen", ""))
            flash(_("已发布。公示已开始，各方都会收到邮件。"), "ok")
            return redirect(url_for("challenges.show", challenge_id=challenge_id))
        challenge = challenges.get(actor, challenge_id)
    decisions = queries.decisions(actor, challenge_id)
    return page(
        "evaluation/preview.html",
        form=form,
        challenge=challenge,
        decisions=decisions,
        seen=services.seal_of(decisions),
        outcomes=dict(OUTCOMES),
    )
