"""Filling in a bid part by part, and submitting it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user

from marketplace.bids import forms, queries
from marketplace.bids.document import BidDocument, Declarations
from marketplace.bids.models import Bid
from marketplace.bids.policies import BID
from marketplace.bids.services import choosing, drafting, submitting
from marketplace.bids.views.blueprint import bp
from marketplace.bids.views.matrix import filled_lines, matrix
from marketplace.bids.views.saving import PARTS, autosave_refused, common, save
from marketplace.catalogue import queries as catalogue
from marketplace.infra.files.services import check as check_upload
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import clean
from marketplace.vocabulary.parameters import parameters
from marketplace.web.actor import current_actor, received_at, signed_in
from marketplace.web.numbers import whole
from marketplace.web.page import page


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
        return redirect(url_for("bids.show", bid_id=bid_id))
    handlers: dict[str, Callable[[Bid, BidDocument], Any]] = {
        "matrix": matrix, "offer": _offer, "solution": _solution, "files": _files, "declare": _declare, "check": _check,
    }  # fmt: skip
    return handlers[part](row, drafting.document(actor, row))


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

            saved = save(form, row.id, "offer", change)
            if saved is not None and not wrong:
                return saved
            if wrong and form.status == 200:
                partly = True
                form.refuse("", _("有 %(count)s 处数字要改，其余已保存。", count=len(wrong)))
                form.draft_number.data = str(queries.get(actor, row.id).draft_number)
        if request.headers.get("X-Autosave") == "1":
            return autosave_refused(form, partly=partly)
    products = catalogue.of_vendors(actor, [row.lead_id], listed_only=True)
    return page(
        "bids/part_offer.html",
        form=form,
        products=products,
        typed=typed,
        wrong=wrong,
        modes=forms.OFFER_MODES,
        parameters=parameters(),
        **common(row.id, "offer"),
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

        saved = save(form, row.id, "solution", change)
        if saved is not None:
            return saved
        if form.status == 409:
            theirs = drafting.document(current_actor(), queries.get(current_actor(), row.id)).solution
    if request.headers.get("X-Autosave") == "1":
        return autosave_refused(form)
    return page("bids/part_solution.html", form=form, theirs=theirs, **common(row.id, "solution"))


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

        saved = save(form, row.id, "declare", change)
        if saved is not None:
            return saved
    if request.headers.get("X-Autosave") == "1":
        return autosave_refused(form)
    return page("bids/part_declare.html", form=form, **common(row.id, "declare"))


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
            return redirect(url_for("bids.edit", bid_id=row.id, part="files"))
    return page("bids/part_files.html", form=form, **common(row.id, "files"))


def _check(row: Bid, document: BidDocument) -> Any:
    actor = current_actor()
    form = forms.WholeForm(draft_number=str(row.draft_number))
    bid_id = row.id
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                submitting.submit(actor, bid_id, received_at=received_at(), seen=whole(form.draft_number.data))
            flash(_("已提交。回执已发邮箱；截止前可以随时修改再交，或撤回。"), "ok")
            return redirect(url_for("bids.show", bid_id=bid_id))
    context = common(bid_id, "check")
    form.draft_number.data = str(context["bid"].draft_number)
    offers = choosing.fresh(actor, document, row.lead_id)
    return page(
        "bids/part_check.html",
        form=form,
        lines=filled_lines(context["wanted"], document, offers),
        offers=offers,
        received=clock.today(),
        parameters=parameters(),
        labels=forms.SOLUTION_LABELS,
        answers=dict(forms.ANSWERS),
        modes=dict(forms.OFFER_MODES),
        **context,
    )
