"""A body's list with its letter and summary; the bidder's sending of its cover sheet."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.bids import queries as bids
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.recommending import forms, queries, services
from marketplace.recommending.states import State
from marketplace.rounds.models import Stage
from marketplace.vocabulary.helpers import state_word
from marketplace.vocabulary.terms import label
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.download import send_bytes
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.workbook import XLSX, workbook

bp = Blueprint("recommending", __name__)


def _context(round_id: int, body_id: int) -> dict[str, Any]:
    actor = current_actor()
    call, body = queries.place(actor, round_id, body_id)
    rows = queries.listed(actor, round_id, body_id)
    held = queries.list_of(actor, round_id, body_id)
    chosen = [r for r in rows if r.state is State.RECOMMENDED]
    return {
        "call": call,
        "body": body,
        "rows": rows,
        "chosen": chosen,
        "waiting": [r for r in rows if r.state is State.PENDING],
        "others": [r for r in rows if r.state in (State.DECLINED, State.LAPSED)],
        "left": None if call.quota is None else max(call.quota - len(chosen), 0),
        "held": held,
        "names": organisations.by_ids({i for r in rows for i in r.organisations}),
        "about_bids": call.asks(Stage.BIDS),
        # A list is final when nothing waits or the days are over; until then what is printed says so.
        "is_draft": call.may_recommend and any(r.state is State.PENDING for r in rows),
    }


@bp.route("/recommending/<int:round_id>/<int:body_id>", methods=["GET", "POST"])
@signed_in
def desk(round_id: int, body_id: int) -> Any:
    """What waits with the body: check, put in order, recommend within the quota, or decline with reasons."""
    actor = current_actor()
    queries.place(actor, round_id, body_id)
    form = forms.DeskForm()
    which = whole(request.form.get("id"))
    typed = {k: v for k, v in request.form.items() if k.startswith("rank-")}
    wrong = None
    if form.validate_on_submit():
        act = request.form.get("act", "")
        with form.refusals():
            with unit_of_work():
                if act == "rank":
                    order = {n: r for k, v in typed.items() if (n := whole(k[5:])) and (r := whole(v.strip()))}
                    services.rank(actor, round_id, body_id, order, seen=whole(form.revision.data))
                elif act in ("recommend", "decline") and which:
                    row = queries.get(actor, which)
                    if (row.round_id, row.body_id) != (round_id, body_id):
                        raise NotFound()
                    if act == "recommend":
                        services.recommend(actor, which)
                    else:
                        services.decline(actor, which, reason=form.reason.data or "")
                else:
                    raise NotFound()
            flash(_("顺序已保存。") if act == "rank" else _("已办理，对方会收到邮件。"), "ok")
            return redirect(url_for(".desk", round_id=round_id, body_id=body_id))
        wrong = which
    return page("recommending/desk.html", form=form, wrong=wrong, typed=typed, **_context(round_id, body_id))


@bp.get("/recommending/<int:round_id>/<int:body_id>/letter")
@signed_in
def letter(round_id: int, body_id: int) -> Any:
    """推荐函, to print, sign and seal."""
    return page("recommending/letter.html", today=clock.today(), **_context(round_id, body_id))


@bp.get("/recommending/<int:round_id>/<int:body_id>/summary")
@signed_in
def summary(round_id: int, body_id: int) -> Any:
    """汇总表, to print."""
    return page("recommending/summary.html", today=clock.today(), **_context(round_id, body_id))


@bp.get("/recommending/<int:round_id>/<int:body_id>/summary.xlsx")
@signed_in
def summary_file(round_id: int, body_id: int) -> Response:
    """汇总表 as a workbook."""
    found = _context(round_id, body_id)
    heads = [_("顺序"), _("编号"), _("榜题") if found["about_bids"] else _("场景")]
    heads += [_("申报单位") if found["about_bids"] else _("场景方"), _("所在区"), _("统一社会信用代码"), _("结论")]
    heads += [_("理由")]
    rows = [
        [
            number,
            r.number,
            best(r.title),
            _("、").join(best(found["names"][i].name) for i in r.organisations if i in found["names"]),
            best(label("district", r.lead.district)),
            r.lead.uscc,
            state_word("recommendation", r.state.value),
            r.reason,
        ]
        for number, r in enumerate([*found["chosen"], *found["waiting"], *found["others"]], 1)
    ]
    title = _("%(name)s 推荐汇总表", name=best(found["body"].name))
    version = found["held"].revision if found["held"] else 0
    note = _("%(call)s，第 %(version)s 版，%(day)s", call=best(found["call"].title), version=version, day=clock.today())
    if found["is_draft"]:
        note += _("，草稿")
    name = f"{found['call'].number}-{found['body'].id}-v{version}.xlsx"
    return send_bytes(workbook(title, note, heads, rows), name, XLSX)


@bp.post("/bids/<int:bid_id>/recommending")
@signed_in
def send(bid_id: int) -> Response:
    """The bidder sends its cover sheet to its body, or takes it back."""
    actor = current_actor()
    bids.get(actor, bid_id)
    form = Form()
    if form.validate_on_submit():
        taking_back = request.form.get("act") == "take_back"
        with unit_of_work():
            if taking_back:
                services.take_back(actor, bid_id)
            else:
                services.send_bid(actor, bid_id)
        flash(_("已撤回。") if taking_back else _("封面已送推荐单位，结果会发到邮箱。"), "ok")
    return redirect(url_for("bids.show", bid_id=bid_id))
