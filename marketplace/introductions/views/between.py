"""The pages of the two sides: all of mine, the shared page, times to meet, the outcome."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from marketplace.introductions import forms, queries, services
from marketplace.introductions.ics import Entry, calendar_file
from marketplace.introductions.models import Introduction
from marketplace.introductions.policies import INTRODUCTION, SLOTS
from marketplace.introductions.services.meeting import FEWEST, MOST
from marketplace.introductions.services.reporting import may_land
from marketplace.introductions.states import SlotState, State
from marketplace.introductions.telling import story
from marketplace.introductions.views.blueprint import bp
from marketplace.introductions.words import MEETINGS, RESULTS, SIDES
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.download import send_bytes
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page

WORDS: dict[str, Any] = {"results": RESULTS, "meetings": MEETINGS, "sides": SIDES}


@bp.get("/introductions")
@signed_in
def mine() -> Any:
    """The introductions of my organisations, and of whom they want to hear no more."""
    actor = current_actor()
    number = asked_page()
    rows, total = queries.mine(actor, offset=Page(number, 0).offset)
    return page("introductions/mine.html", rows=rows, where=Page(number, total), blocks=queries.blocks(actor), **WORDS)


@bp.post("/introductions/blocks/<int:block_id>")
@signed_in
def unblock(block_id: int) -> Response:
    """Hear of an organisation again."""
    form = Form()
    queries.block(current_actor(), block_id)
    if form.validate_on_submit():
        with unit_of_work():
            services.unblock(current_actor(), block_id)
        flash(_("已恢复，对方又可以联系您。"), "ok")
    return redirect(url_for("introductions.mine"))


@bp.route("/introductions/<int:introduction_id>", methods=["GET", "POST"])
@signed_in
def show(introduction_id: int) -> Any:
    """The page that both sides share: what waits, contacts once accepted, times, outcomes, what happened."""
    actor = current_actor()
    row = queries.get(actor, introduction_id)
    form = forms.ActForm()
    asks_product = row.is_invitation and row.product_id is None and INTRODUCTION.allows(actor, "accept", row)
    products = queries.offerable(actor) if asks_product and row.state is State.PENDING else []
    form.offer([p for p in products if p.vendor_id == row.vendor_id])
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                said = _act(actor, introduction_id, request.form.get("act", ""), form)
            flash(said, "ok")
            return redirect(url_for("introductions.show", introduction_id=introduction_id))
        row = queries.get(actor, introduction_id)
    side = queries.side_of(actor, row)
    return page(
        "introductions/show.html",
        form=form,
        row=row,
        side=side,
        contacts=queries.contacts(actor, row),
        story=story(row, side),
        mine=row.outcome(side) if side else None,
        may_land=may_land(row),
        blocked=side is not None and queries.is_blocked(by=_own_id(row, side), against=_own_id(row, side.other)),
        **WORDS,
    )


def _own_id(row: Introduction, side: Any) -> int:
    return row.organisation(side).id


def _act(actor: Actor, introduction_id: int, act: str, form: forms.ActForm) -> str:
    """Do one of the acts of the shared page; answers what to say."""
    reason = form.reason.data or ""
    if act in ("book", "cancel"):
        slot_id = whole(request.form.get("slot"))
        if slot_id is None:
            raise Invalid("slot", _("请先选一个时间。"))
        if act == "book":
            services.book(actor, introduction_id, slot_id)
            return _("已约定，双方会收到邮件。")
        services.cancel(actor, introduction_id, slot_id, reason=reason)
        return _("已取消，双方会收到邮件。")
    if act == "accept":
        services.accept(actor, introduction_id, product_id=whole(form.product.data))
        return _("已接受。双方现在可以看到对方的联系方式。")
    if act == "decline":
        services.decline(actor, introduction_id, reason=reason, for_good=bool(form.for_good.data))
        return _("已谢绝，对方会收到邮件和理由。")
    if act == "withdraw":
        services.withdraw(actor, introduction_id)
        return _("已收回。")
    if act == "others":
        services.ask_for_others(actor, introduction_id)
        return _("已请对方另给时间。")
    if act == "block":
        services.block(actor, introduction_id)
        return _("以后不再接收这家单位的对接。")
    if act == "land":
        services.land(actor, introduction_id, reason=reason)
        return _("场景已记为落地。")
    raise NotFound()


@bp.route("/introductions/<int:introduction_id>/offer", methods=["GET", "POST"])
@signed_in
def offer(introduction_id: int) -> Any:
    """The owner offers times to meet."""
    actor = current_actor()
    row = queries.get(actor, introduction_id)
    INTRODUCTION.require(actor, "offer", row)
    form = forms.OfferForm()
    if form.validate_on_submit():
        with form.refusals():
            data = services.SlotData(
                kind=form.meeting,
                place=form.place.data,
                minutes=form.minutes.data or 0,
                starts=[f.data for f in form.starts if f.data is not None],
            )
            with unit_of_work():
                services.offer(actor, introduction_id, data)
            flash(_("时间已送到企业，选定后发信告诉您。"), "ok")
            return redirect(url_for("introductions.show", introduction_id=introduction_id))
        row = queries.get(actor, introduction_id)
    return page("introductions/offer.html", form=form, row=row, fewest=FEWEST, most=MOST)


@bp.route("/introductions/<int:introduction_id>/report", methods=["GET", "POST"])
@signed_in
def report(introduction_id: int) -> Any:
    """Say what came of it."""
    actor = current_actor()
    row = queries.get(actor, introduction_id)
    INTRODUCTION.require(actor, "report", row)
    side = queries.side_of(actor, row)
    known = row.outcome(side) if side else None
    given = {n: getattr(known, n) for n in ("amount", "starts_on", "reason")} if known else {}
    form = forms.OutcomeForm(**given, result=known.result.value) if known else forms.OutcomeForm()
    if form.validate_on_submit():
        with form.refusals():
            data = services.OutcomeData(
                result=form.outcome,
                amount=form.amount.data,
                starts_on=form.starts_on.data,
                reason=form.reason.data or "",
            )
            with unit_of_work():
                services.report(actor, introduction_id, data)
            flash(_("结果已记下。双方说法一致后才计入统计。"), "ok")
            return redirect(url_for("introductions.show", introduction_id=introduction_id))
        row = queries.get(actor, introduction_id)
    return page("introductions/report.html", form=form, row=row)


@bp.get("/introductions/<int:introduction_id>/slots/<int:slot_id>.ics")
@signed_in
def calendar(introduction_id: int, slot_id: int) -> Response:
    """An agreed time for the calendars of both sides."""
    actor = current_actor()
    row = queries.get(actor, introduction_id)
    slot = next((s for s in row.slots if s.id == slot_id), None)
    if slot is None or slot.state is not SlotState.BOOKED or not SLOTS.allows(actor, "view", slot):
        raise NotFound()
    link = url_for("introductions.show", introduction_id=row.id, _external=True)
    title, host = best(row.scenario.title), request.host.partition(":")[0]
    entry = Entry(
        uid=f"slot-{slot.id}@{host}",
        stamp=clock.now(),
        start=slot.starts_at,
        end=slot.ends_at,
        summary=_("%(what)s：%(title)s", what=MEETINGS[slot.kind], title=title),
        place=slot.place,
        about=_("%(owner)s 与 %(vendor)s", owner=best(row.owner.name), vendor=best(row.vendor.name)) + f"\n{link}",
        url=link,
    )
    return send_bytes(calendar_file(entry), f"{row.number}.ics", "text/calendar; charset=utf-8")
