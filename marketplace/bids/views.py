"""Filling in a bid part by part, submitting it, and its opening."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as HttpResponse

from marketplace.accounts import proof
from marketplace.bids import forms, queries
from marketplace.bids.document import BidDocument, Declarations, Offer, Response, completeness, gaps
from marketplace.bids.models import Bid
from marketplace.bids.offered import Said, said
from marketplace.bids.policies import BID
from marketplace.bids.services import choosing, drafting, opening, prefilling, submitting
from marketplace.catalogue import queries as catalogue
from marketplace.challenges import queries as challenges
from marketplace.challenges.content import ChallengeContent, RequirementContent
from marketplace.challenges.services import OPENING_DELAY
from marketplace.challenges.states import State as ChallengeState
from marketplace.fit.compare import compare
from marketplace.infra.files.services import check as check_upload
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.kernel.text import clean
from marketplace.matching import queries as matching
from marketplace.organisations import queries as organisations
from marketplace.vocabulary.parameters import BadValue, Parameter, Value, parameters, parse
from marketplace.web.actor import current_actor, received_at, signed_in, staff
from marketplace.web.download import send_bytes
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.panels import panels

bp = Blueprint("bids", __name__)

PARTS = {
    "matrix": _l("逐条响应"),
    "offer": _l("产品与报价"),
    "solution": _l("方案"),
    "files": _l("附件"),
    "declare": _l("声明"),
    "check": _l("核对提交"),
}


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
        return redirect(url_for(".edit", bid_id=existing[lead_id].id, part="matrix"))
    if form.validate_on_submit():
        if lead_id is None:
            form.refuse("", _("请选择以哪家单位揭榜。"))
        else:
            with form.refusals():
                with unit_of_work():
                    bid_id = drafting.start(actor, challenge_id, lead_id).id
                if lead_id not in existing:
                    _prefill(bid_id, asked=False)
                else:
                    flash(_("本单位已经有一份申报书，已为您打开。一家单位对一项榜题只交一份。"), "due")
                return redirect(url_for(".edit", bid_id=bid_id, part="matrix"))
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


@bp.route("/bids/<int:bid_id>/edit/<part>", methods=["GET", "POST"])
@signed_in
def edit(bid_id: int, part: str) -> Any:
    """One part of the draft, saved as one types; a stale form shows both versions and keeps what was typed."""
    actor = current_actor()
    if part not in PARTS:
        raise NotFound()
    row = queries.get(actor, bid_id)
    BID.require(actor, "edit", row)
    if row.state not in drafting.WRITABLE:
        return redirect(url_for(".show", bid_id=bid_id))
    handlers: dict[str, Callable[[Bid, BidDocument], Any]] = {
        "matrix": _matrix, "offer": _offer, "solution": _solution, "files": _files, "declare": _declare, "check": _check,
    }  # fmt: skip
    return handlers[part](row, drafting.document(actor, row))


def _common(bid_id: int, part: str) -> dict[str, Any]:
    actor = current_actor()
    row = queries.get(actor, bid_id)
    document = drafting.document(actor, row)
    content = row.challenge.content
    names = list(PARTS)
    position = names.index(part)
    return {
        "bid": row,
        "challenge": row.challenge,
        "wanted": content,
        "document": document,
        "part": part,
        "parts": PARTS,
        "gaps": gaps(document, content),
        "percent": completeness(document, content),
        "before": names[position - 1] if position else None,
        "after": names[position + 1] if position + 1 < len(names) else None,
        "changed_since": document.challenge_version < row.challenge.material_version,
    }


def _save(form: Any, bid_id: int, part: str, change: Callable[[BidDocument], None]) -> Any:
    """Save one part; answers a redirect, JSON for the autosaving script, or nothing when it was refused."""
    with form.refusals():
        with unit_of_work():
            number = drafting.change(current_actor(), bid_id, change, seen=whole(form.draft_number.data)).draft_number
        if request.headers.get("X-Autosave") == "1":
            time = clock.beijing(clock.now()).strftime("%H:%M")
            return jsonify(saved=_("已保存，%(time)s", time=time), revision=number, problems=[], message="")
        if request.form.get("stay"):
            return redirect(url_for(".edit", bid_id=bid_id, part=part))
        names = list(PARTS)
        return redirect(url_for(".edit", bid_id=bid_id, part=names[min(names.index(part) + 1, len(names) - 1)]))
    if form.status == 409:
        form.draft_number.data = str(queries.get(current_actor(), bid_id).draft_number)
    return None


def _autosave_refused(form: Any, *, partly: bool = False) -> Any:
    """What is wrong; ``partly`` when the rest was saved nevertheless, so that the page goes on from the new number."""
    problems = [{"id": i, "message": m} for i, _label, m in form.problems]
    answer = jsonify(
        saved="", problems=problems, message=form.refusal, partly=partly, revision=whole(form.draft_number.data)
    )
    answer.status_code = form.status
    return answer


class _Line:
    """One line of the matrix: what is asked, what was typed, what is wrong with it."""

    def __init__(self, wanted: RequirementContent, response: Response, of_products: Sequence[Said] = ()) -> None:
        self.wanted, self.response, self.error, self.said = wanted, response, "", of_products
        self.parameter: Parameter = parameters()[wanted.parameter]
        self.answer = Response.model_validate(response).answer

    @property
    def value(self) -> Value | None:
        """The promised value."""
        return Value.from_json(self.response.value) if self.response.value else None

    @property
    def fit(self) -> Any:
        """How the promised value answers the requirement."""
        return compare(self.parameter, self.wanted.op, self.wanted.typed, self.value)

    def read(self) -> None:
        """Take what the page sent."""
        prefix = f"r-{self.wanted.key}-"
        sent = {n: clean(request.form.get(prefix + n, "")) for n in ("answer", "value", "unit", "note")}
        chosen = request.form.getlist(prefix + "value")
        typed = ", ".join(clean(c) for c in chosen)[:200] if len(chosen) > 1 else sent["value"][:200]
        known = {key for key, _label in forms.ANSWERS}
        self.response = Response.model_construct(
            answer=sent["answer"] if sent["answer"] in known else "",
            value=None,
            typed=typed,
            unit=sent["unit"][:20],
            note=sent["note"][:2000],
        )
        self.answer = self.response.answer
        if typed:
            try:
                counted = self.wanted.typed.counted
                self.response.value = parse(self.parameter, typed, sent["unit"][:20], counted).as_json()
            except BadValue as problem:
                self.error = str(problem)


def _filled(content: ChallengeContent, document: BidDocument, offers: Sequence[Offer]) -> list[_Line]:
    """The lines of a draft's matrix, each with what the products say that it offers."""
    of_products = said(content, offers, clock.today())
    return [
        _Line(w, document.responses.get(w.key, Response()), of_products[w.key])
        for w in content.requirements
        if w.parameter in parameters()
    ]


def _matrix(row: Bid, document: BidDocument) -> Any:
    form = forms.PartForm(draft_number=str(row.draft_number))
    content = row.challenge.content
    lines = _filled(content, document, choosing.fresh(current_actor(), document, row.lead_id))
    if form.validate_on_submit():
        for line in lines:
            line.read()

        def change(draft: BidDocument) -> None:
            draft.challenge_version = row.challenge.version
            for line in lines:
                draft.responses[line.wanted.key] = line.response

        filling = request.form.get("prefill")
        saved, partly = _save(form, row.id, "matrix", change), False
        wrong = [line for line in lines if line.error]
        if saved is not None and not wrong:
            if filling:
                _prefill(row.id)
                return redirect(url_for(".edit", bid_id=row.id, part="matrix"))
            return saved
        if wrong and form.status == 200:
            partly = True
            form.refuse("", _("已保存，但有 %(count)s 个承诺值看不懂，请改。", count=len(wrong)))
            form.draft_number.data = str(queries.get(current_actor(), row.id).draft_number)
        if request.headers.get("X-Autosave") == "1":
            return _autosave_refused(form, partly=partly)
    return page("bids/part_matrix.html", form=form, lines=lines, answers=forms.ANSWERS, **_common(row.id, "matrix"))


def _prefill(bid_id: int, *, asked: bool = True) -> None:
    """Fill in what the products' values answer, and say so; unless ``asked`` it says nothing where none answers."""
    actor = current_actor()
    row = queries.get(actor, bid_id)
    content = row.challenge.content
    chosen = [o.product_id for o in drafting.document(actor, row).offers]
    if not chosen:
        mine = matching.mine_against(actor, row.challenge_id)
        chosen = [o.id for match, o in mine if o.vendor_id == row.lead_id and matching.is_answer(match)][:1]
        if not chosen:
            if asked:
                message = _("没有哪款产品满足一半的要求，没有替您选。请先到“产品与报价”选好产品，再回来预填。")
                flash(message, "due")
            return
    products = [p for p in catalogue.of_vendors(actor, [row.lead_id], listed_only=True) if p.id in chosen]
    filled = prefilling.Filled()

    def change(draft: BidDocument) -> None:
        nonlocal filled
        filled = prefilling.prefill(draft, content, products)

    with unit_of_work():
        drafting.change(actor, bid_id, change)
    flash(_("已按产品规格预填 %(count)s 条，请逐条核对。", count=filled.lines), "ok" if filled.lines else "due")
    for product in filled.products:
        flash(_("还没有选产品，已选上比对最好的“%(name)s”。要换，请到“产品与报价”。", name=best(product)), "ok")
    for product, variants in filled.variants:
        message = _(
            "有的要求“%(product)s”装%(variants)s才满足，已选上。不打算提供的，请到“产品与报价”里去掉，再改响应。",
            product=best(product),
            variants=_("、").join(f"“{best(v)}”" for v in variants),
        )
        flash(message + (_("几件能不能一起装，请核对。") if len(variants) > 1 else ""), "due")


def _offer(row: Bid, document: BidDocument) -> Any:
    actor = current_actor()
    form = forms.OfferForm(
        data={
            "draft_number": str(row.draft_number),
            "total_investment": document.total_investment,
            "financing": document.financing,
            "price_notes": document.price_notes,
        }
    )
    typed: dict[int, dict[str, Any]] = {
        o.product_id: {"quantity": o.quantity or "", "unit_price": o.unit_price or "", "mode": o.mode}
        | {"with": [v.id for v in o.variants]}
        for o in document.offers
    }
    wrong: dict[str, str] = {}
    partly = False
    if form.is_submitted():
        chosen = [i for v in request.form.getlist("product") if (i := whole(v))]
        typed = {
            i: {n: clean(request.form.get(f"p-{i}-{n}", ""))[:20] for n in ("quantity", "unit_price", "mode")}
            | {"with": _with(i)}
            for i in chosen
        }
        figures: dict[int, tuple[int | None, int | None]] = {}
        for i, sent in typed.items():
            quantity, ok = forms.whole_or_none(sent["quantity"], 100_000)
            price, fine = forms.yuan_or_none(sent["unit_price"])
            figures[i] = (quantity, price)
            if not ok:
                wrong[f"p-{i}-quantity"] = _("请填大于 0 的整数。")
            if not fine:
                wrong[f"p-{i}-unit_price"] = _("请填整数，单位元。也可以写上单位，例如 210万。")
        if form.validate_on_submit():

            def change(draft: BidDocument) -> None:
                variants = {i: sent["with"] for i, sent in typed.items()}
                choosing.choose_products(actor, draft, row.lead_id, list(typed), variants)
                modes = {m for m, _label in forms.OFFER_MODES}
                for offer in draft.offers:
                    offer.quantity, offer.unit_price = figures[offer.product_id]
                    mode: Any = typed[offer.product_id]["mode"]
                    offer.mode = mode if mode in modes else "purchase"
                draft.total_investment = form.total_investment.data
                draft.financing, draft.price_notes = form.financing.data or "", form.price_notes.data or ""

            saved = _save(form, row.id, "offer", change)
            if saved is not None and not wrong:
                return saved
            if wrong and form.status == 200:
                partly = True
                form.refuse("", _("有 %(count)s 处数字要改，其余已保存。", count=len(wrong)))
                form.draft_number.data = str(queries.get(actor, row.id).draft_number)
        if request.headers.get("X-Autosave") == "1":
            return _autosave_refused(form, partly=partly)
    products = catalogue.of_vendors(actor, [row.lead_id], listed_only=True)
    return page(
        "bids/part_offer.html",
        form=form,
        products=products,
        typed=typed,
        wrong=wrong,
        modes=forms.OFFER_MODES,
        parameters=parameters(),
        **_common(row.id, "offer"),
    )


def _with(product_id: int) -> list[int]:
    """The variant and the accessories that the page sent with a product."""
    sent = [request.form.get(f"p-{product_id}-variant", ""), *request.form.getlist(f"p-{product_id}-accessory")]
    return [i for value in sent if (i := whole(value))]


def _solution(row: Bid, document: BidDocument) -> Any:
    form = forms.SolutionForm(data={"draft_number": str(row.draft_number), **document.solution})
    theirs: dict[str, str] = {}
    if form.validate_on_submit():

        def change(draft: BidDocument) -> None:
            draft.solution = form.parts()

        saved = _save(form, row.id, "solution", change)
        if saved is not None:
            return saved
        if form.status == 409:
            theirs = drafting.document(current_actor(), queries.get(current_actor(), row.id)).solution
    if request.headers.get("X-Autosave") == "1":
        return _autosave_refused(form)
    return page("bids/part_solution.html", form=form, theirs=theirs, **_common(row.id, "solution"))


def _declare(row: Bid, document: BidDocument) -> Any:
    declared = document.declarations
    form = forms.DeclareForm(
        data={"draft_number": str(row.draft_number), **declared.model_dump()}
        | {"declared_by": declared.declared_by or current_user.name}
    )
    if form.validate_on_submit():

        def change(draft: BidDocument) -> None:
            draft.declarations = Declarations(
                unclassified=bool(form.unclassified.data),
                truthful=bool(form.truthful.data),
                unaffiliated=bool(form.unaffiliated.data),
                affiliation=form.affiliation.data or "",
                declared_by=form.declared_by.data or "",
            )

        saved = _save(form, row.id, "declare", change)
        if saved is not None:
            return saved
    if request.headers.get("X-Autosave") == "1":
        return _autosave_refused(form)
    return page("bids/part_declare.html", form=form, **_common(row.id, "declare"))


def _files(row: Bid, document: BidDocument) -> Any:
    actor = current_actor()
    form = forms.FileForm()
    if form.validate_on_submit():
        with form.refusals():
            drop = whole(request.form.get("drop"))
            if drop:
                with unit_of_work():
                    drafting.detach(actor, row.id, drop)
                flash(_("附件已删除。"), "ok")
            else:
                if not form.file.data:
                    raise Invalid("file", _("请先选择一个文件。"))
                upload = check_upload(form.file.data)
                with unit_of_work():
                    drafting.attach(actor, row.id, upload)
                flash(_("附件已加密保存。"), "ok")
            return redirect(url_for(".edit", bid_id=row.id, part="files"))
    return page("bids/part_files.html", form=form, **_common(row.id, "files"))


def _check(row: Bid, document: BidDocument) -> Any:
    actor = current_actor()
    form = forms.WholeForm(draft_number=str(row.draft_number))
    bid_id = row.id
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                submitting.submit(actor, bid_id, received_at=received_at(), seen=whole(form.draft_number.data))
            flash(_("已提交。回执已发邮箱；截止前可以随时修改再交，或撤回。"), "ok")
            return redirect(url_for(".show", bid_id=bid_id))
    context = _common(bid_id, "check")
    form.draft_number.data = str(context["bid"].draft_number)
    offers = choosing.fresh(actor, document, row.lead_id)
    return page(
        "bids/part_check.html",
        form=form,
        lines=_filled(context["wanted"], document, offers),
        offers=offers,
        received=clock.today(),
        parameters=parameters(),
        labels=forms.SOLUTION_LABELS,
        answers=dict(forms.ANSWERS),
        modes=dict(forms.OFFER_MODES),
        **context,
    )


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
    return redirect(url_for(".show", bid_id=bid_id))


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
            return redirect(url_for(".open_", challenge_id=challenge_id))
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
