"""The challenge page and the officer's acts on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.challenges import content as contents
from marketplace.challenges import forms, queries, services
from marketplace.challenges.models import Challenge
from marketplace.challenges.reach import FEW_VENDORS, reach
from marketplace.challenges.states import State
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.difference import difference
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.scenarios import queries as scenarios
from marketplace.vocabulary.calendar import CLOSING, is_provisional
from marketplace.vocabulary.parameters import parameters
from marketplace.web.actor import current_actor, signed_in, staff
from marketplace.web.download import send
from marketplace.web.forms import Form
from marketplace.web.helpers import day, moment
from marketplace.web.page import page
from marketplace.web.panels import panels

bp = Blueprint("challenges", __name__)


@bp.get("/challenges/<int:challenge_id>")
def show(challenge_id: int) -> Any:
    """Everything about one challenge, with the one next step."""
    actor = current_actor()
    row = queries.get(actor, challenge_id)
    content = row.content if row.versions else contents.content_of(scenarios.get(actor, row.scenario_id))
    return page(
        "challenges/show.html",
        challenge=row,
        content_=content,
        files=queries.files(actor, row),
        watching=queries.is_watching(actor, row.id),
        against=panels("challenge.requirements", actor, row),
        addenda=_addenda(row),
        track=_track(row),
        parameters=parameters(),
        provisional=bool(row.closes_at and is_provisional(clock.beijing(row.closes_at).date())),
        steps=panels("challenge.next", actor, row),
        few=queries.published_to_few(actor, row),
        more=panels("challenge", actor, row),
        form=Form(),
    )


def _track(row: Challenge) -> tuple[list[tuple[str, str]], int]:
    """The steps of an open challenge with their dates or lengths, and how many are behind us."""
    rules, closing = row.rules, row.closes_at
    if row.published_at is None or closing is None:
        return [], 0
    steps = [
        (_("已发榜"), day(row.published_at)),
        (_("揭榜截止"), moment(closing)),
        (_("启封与资格审查"), _("截止后 %(n)s 个工作日内", n=rules.eligibility_days)),
        (_("评审"), ""),
        (_("入围公示"), _("%(n)s 个工作日", n=rules.notice_days)),
        (_("场景方选定与签约"), _("公示后 %(n)s 个工作日内", n=rules.agreement_days)),
    ]
    behind = {State.OPENED: 2, State.ELIGIBILITY: 2, State.EVALUATION: 3, State.SHORTLISTED: 4}
    return steps, behind.get(row.state, 2 if row.is_closed else 1)


def _addenda(row: Challenge) -> list[dict[str, Any]]:
    """Each later version with what it changed, newest first."""
    found = []
    for old, new in zip(row.versions, row.versions[1:], strict=False):
        rows = [(_("揭榜截止"), moment(old.closes_at), moment(new.closes_at))] if old.closes_at != new.closes_at else []
        changes = difference(old.content_json, new.content_json)
        rows += [(" · ".join(path), before, after) for path, before, after in changes]
        found.append({"version": new, "rows": rows})
    return found[::-1]


@bp.post("/challenges/<int:challenge_id>/watch")
@signed_in
def watch(challenge_id: int) -> Response:
    """Follow or stop following."""
    form = Form()
    queries.get(current_actor(), challenge_id)
    if form.validate_on_submit():
        with unit_of_work():
            if request.form.get("act") == "stop":
                services.unwatch(current_actor(), challenge_id)
            else:
                services.watch(current_actor(), challenge_id)
        stopped = request.form.get("act") == "stop"
        flash(_("已取消关注。") if stopped else _("已关注。有延期、补充说明或结果时会发邮件给您。"), "ok")
    return redirect(url_for(".show", challenge_id=challenge_id))


@bp.get("/challenges/<int:challenge_id>/files/<int:file_id>")
def file(challenge_id: int, file_id: int) -> Response:
    """An attachment, by its access."""
    actor = current_actor()
    row = queries.get(actor, challenge_id)
    found = next((f for f in queries.files(actor, row) if f.id == file_id), None)
    if found is None:
        raise NotFound()
    return send(found.file)


@bp.post("/staff/scenarios/<int:scenario_id>/challenge")
@staff("officer")
def create(scenario_id: int) -> Response:
    """Make a draft challenge from an admitted scenario."""
    form = Form()
    scenarios.get(current_actor(), scenario_id)
    if not form.validate_on_submit():
        raise NotFound()
    with unit_of_work():
        challenge_id = services.create(current_actor(), scenario_id).id
    return redirect(url_for(".manage", challenge_id=challenge_id))


def _at_closing(day: Any) -> datetime:
    return datetime.combine(day, CLOSING, clock.BEIJING)


@bp.route("/staff/challenges/<int:challenge_id>", methods=["GET", "POST"])
@staff("officer")
def manage(challenge_id: int) -> Any:
    """Publish, extend, suspend, resume or cancel."""
    actor = current_actor()
    row = queries.get(actor, challenge_id)
    act = request.form.get("act", "")
    proposed = clock.beijing(services.proposed_deadline(clock.now(), row.round_id)).date()
    publishing = row.state is State.DRAFT
    # Counted before the transaction: what publishes finds the answer there, and no writer waits for the market.
    reached = reach(contents.content_of(row.scenario)) if publishing else None
    form = forms.PublishForm(data={"closes_on": proposed}) if publishing else forms.ExtendForm()
    reason = forms.ReasonForm(prefix="why-")
    if act in ("publish", "extend") and publishing != (act == "publish"):
        raise Conflict(_("这一步现在不能做：状态已经变了。请刷新页面，看看最新情况。"))
    sent = {"publish": form, "extend": form, "suspend": reason, "cancel": reason, "resume": Form()}.get(act)
    if sent is not None and sent.validate_on_submit():
        with sent.refusals():
            with unit_of_work():
                _act(actor, challenge_id, act, sent)
            flash(_done(act, queries.get(actor, challenge_id)), "ok")
            return redirect(url_for(".manage" if act != "publish" else ".show", challenge_id=challenge_id))
        row = queries.get(actor, challenge_id)
    return page(
        "challenges/manage.html",
        form=sent if sent is not None and sent.status != 200 and sent is not reason else form,
        reason=reason,
        challenge=row,
        status=sent.status if sent is not None else 200,
        proposed=proposed,
        closes=services.proposed_deadline(clock.now(), row.round_id),
        few=FEW_VENDORS,
        reached=reached,
        more=panels("challenge.manage", actor, row),
        act=act,
    )


def _act(actor: Actor, challenge_id: int, act: str, form: Any) -> None:
    if act == "publish":
        services.publish(
            actor, challenge_id, closes_at=_at_closing(form.closes_on.data), few_reason=form.few_reason.data or ""
        )
    elif act == "extend":
        services.extend(actor, challenge_id, closes_at=_at_closing(form.closes_on.data), reason=form.text("reason"))
    elif act == "suspend":
        services.suspend(actor, challenge_id, reason=form.reason.data)
    elif act == "cancel":
        services.cancel(actor, challenge_id, reason=form.reason.data)
    else:
        services.resume(actor, challenge_id)


def _done(act: str, row: Challenge) -> str:
    until = moment(row.closes_at)
    return {
        "publish": _("已发榜，%(until)s 截止。相关企业会收到邮件，几秒后可以搜到。", until=until),
        "extend": _("已延到 %(until)s，关注、起草和提交过的人都会收到邮件。", until=until),
        "suspend": _("已暂停，相关人员会收到邮件。"),
        "cancel": _("已撤销，相关人员会收到邮件。"),
        "resume": _("已恢复，相关人员会收到邮件。"),
    }[act]
