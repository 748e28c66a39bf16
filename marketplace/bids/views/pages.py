"""Beginning a bid, where it stands, taking it back, its files, and the opening."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as HttpResponse

from marketplace.accounts import proof
from marketplace.bids import forms, queries
from marketplace.bids.document import completeness
from marketplace.bids.models import Bid
from marketplace.bids.offered import said
from marketplace.bids.services import drafting, opening, submitting
from marketplace.bids.views.blueprint import bp
from marketplace.bids.views.matrix import prefill_from_products
from marketplace.challenges import queries as challenges
from marketplace.challenges.content import ChallengeContent
from marketplace.challenges.services import OPENING_DELAY
from marketplace.challenges.states import State as ChallengeState
from marketplace.fit.compare import compare
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.vocabulary.parameters import Value, parameters
from marketplace.web.actor import current_actor, received_at, signed_in, staff
from marketplace.web.download import send_bytes
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.panels import panels


@bp.get("/my/bids")
@signed_in
def mine() -> Any:
    """The bids of my organisations with where each is."""
    actor = current_actor()
    tally = queries.tally(actor)
    where = Page(asked_page(), sum(tally.values()), 50)
    rows = queries.mine(actor, where.per_page, where.offset)
    return page("bids/mine.html", bids=rows, where=where, tally=tally)


@bp.route("/challenges/<int:challenge_id>/bid", methods=["GET", "POST"])
@signed_in
def start(challenge_id: int) -> Any:
    """Begin a bid, or go on with the one there is."""
    actor = current_actor()
    challenges.get(actor, challenge_id)
    vendors = [o for o in organisations.mine(actor) if o.is_vendor and o.id in actor.organisations(EDITORS)]
    existing = {b.lead_id: b for b in queries.own(actor, challenge_id)}
    form = Form()
    lead_id = whole(request.form.get("lead")) or (vendors[0].id if len(vendors) == 1 else None)
    if request.method == "GET" and lead_id in existing:
        return redirect(url_for("bids.edit", bid_id=existing[lead_id].id, part="matrix"))
    if form.validate_on_submit():
        if lead_id is None:
            form.refuse("", _("请选择以哪家单位揭榜。"))
        else:
            with form.refusals():
                with unit_of_work():
                    bid_id = drafting.start(actor, challenge_id, lead_id).id
                if lead_id not in existing:
                    prefill_from_products(bid_id, asked=False)
                else:
                    flash(_("本单位已经有一份申报书，已为您打开。一家单位对一项榜题只交一份。"), "due")
                return redirect(url_for("bids.edit", bid_id=bid_id, part="matrix"))
    return page(
        "bids/start.html", form=form, challenge=challenges.get(actor, challenge_id), vendors=vendors, existing=existing
    )


@bp.get("/bids/<int:bid_id>")
@signed_in
def show(bid_id: int) -> Any:
    """Where a bid stands: versions with receipts, and after the opening its content for those who may read it."""
    actor = current_actor()
    row = queries.get(actor, bid_id)
    insider = row.lead_id in actor.organisations()
    content = row.challenge.content
    document = drafting.document(actor, row) if insider else None
    return page(
        "bids/show.html",
        bid=row,
        challenge=row.challenge,
        insider=insider,
        percent=completeness(document, content) if document else None,
        opened=row.content,
        lines=_lines(row, content) if row.content else [],
        offers=[o.sealed for o in row.content.offers] if row.content else [],
        received=_received(row),
        parameters=parameters(),
        labels=forms.SOLUTION_LABELS,
        answers=dict(forms.ANSWERS),
        modes=dict(forms.OFFER_MODES),
        more=panels("bid", actor, row),
        form=Form(),
    )


def _received(row: Bid) -> date:
    """The day by which a bid is judged: when the version that counts was received, today for a draft."""
    version = row.counting
    return clock.beijing(version.received_at).date() if version else clock.today()


def _lines(row: Bid, content: ChallengeContent) -> list[dict[str, Any]]:
    answers = {r.requirement_key: r for r in row.content.responses} if row.content else {}
    of_products = said(content, [o.sealed for o in row.content.offers] if row.content else [], _received(row))
    found = []
    for wanted in content.requirements:
        parameter = parameters()[wanted.parameter]
        response = answers.get(wanted.key)
        value = Value.from_json(response.value_json) if response and response.value_json else None
        answer = compare(parameter, wanted.op, wanted.typed, value)
        line = {"wanted": wanted, "parameter": parameter, "response": response, "value": value, "fit": answer}
        found.append(line | {"said": of_products[wanted.key]})
    return found


@bp.post("/bids/<int:bid_id>/withdraw")
@signed_in
def withdraw(bid_id: int) -> HttpResponse:
    """Take the bid back before the deadline."""
    form = Form()
    queries.get(current_actor(), bid_id)
    if form.validate_on_submit():
        with unit_of_work():
            submitting.withdraw(current_actor(), bid_id, received_at=received_at())
        flash(_("已撤回。草稿还在，截止前可以再提交。"), "ok")
    return redirect(url_for("bids.show", bid_id=bid_id))


@bp.get("/bids/<int:bid_id>/files/<int:file_id>")
@signed_in
def file(bid_id: int, file_id: int) -> HttpResponse:
    """A file of a bid, unsealed for those who may read it."""
    try:
        nature, data = drafting.file(current_actor(), bid_id, file_id)
    except FileNotFoundError as error:
        raise NotFound() from error
    return send_bytes(data, nature.name, nature.media_type)


@bp.route("/staff/challenges/<int:challenge_id>/opening", methods=["GET", "POST"])
@staff("officer")
def open_(challenge_id: int) -> Any:
    """集中启封. Before it the page says when it may happen and nothing about who bid."""
    actor = current_actor()
    challenge = challenges.get(actor, challenge_id)
    form = Form()
    if form.validate_on_submit() and proof.given(form):
        with form.refusals():
            with unit_of_work():
                count = opening.open_all(actor, challenge_id)
            flash(
                _("已启封 %(count)s 份申报。", count=count) if count else _("到截止时没有收到申报，已记录为无人揭榜。"),
                "ok",
            )
            return redirect(url_for("bids.open_", challenge_id=challenge_id))
        challenge = challenges.get(actor, challenge_id)
    not_before = challenge.closes_at + OPENING_DELAY if challenge.closes_at else None
    return page(
        "bids/opening.html",
        form=form,
        challenge=challenge,
        not_before=not_before,
        ready=bool(not_before and clock.now() >= not_before and challenge.state is ChallengeState.PUBLISHED),
        bids=queries.opened(actor, challenge_id),
    )
