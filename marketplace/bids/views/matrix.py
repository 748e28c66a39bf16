"""The compliance matrix: a line for each requirement, filled in by hand or from the products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for

from marketplace.bids import forms, queries
from marketplace.bids.document import BidDocument, Offer, Response
from marketplace.bids.models import Bid
from marketplace.bids.offered import Said, said
from marketplace.bids.services import choosing, drafting, prefilling
from marketplace.bids.views.saving import autosave_refused, common, save
from marketplace.catalogue import queries as catalogue
from marketplace.challenges.content import ChallengeContent, RequirementContent
from marketplace.fit.compare import compare
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import clean
from marketplace.matching import queries as matching
from marketplace.vocabulary.parameters import BadValue, Parameter, Value, parameters, parse
from marketplace.web.actor import current_actor
from marketplace.web.page import page


class Line:
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


def filled_lines(content: ChallengeContent, document: BidDocument, offers: Sequence[Offer]) -> list[Line]:
    """The lines of a draft's matrix, each with what the products say that it offers."""
    of_products = said(content, offers, clock.today())
    return [
        Line(w, document.responses.get(w.key, Response()), of_products[w.key])
        for w in content.requirements
        if w.parameter in parameters()
    ]


def matrix(row: Bid, document: BidDocument) -> Any:
    """The page of the matrix; a promised value that is not understood is named, the other lines are saved."""
    form = forms.PartForm(draft_number=str(row.draft_number))
    content = row.challenge.content
    lines = filled_lines(content, document, choosing.fresh(current_actor(), document, row.lead_id))
    if form.validate_on_submit():
        for line in lines:
            line.read()

        def change(draft: BidDocument) -> None:
            draft.challenge_version = row.challenge.version
            for line in lines:
                draft.responses[line.wanted.key] = line.response

        filling = request.form.get("prefill")
        saved, partly = save(form, row.id, "matrix", change), False
        wrong = [line for line in lines if line.error]
        if saved is not None and not wrong:
            if filling:
                prefill_from_products(row.id)
                return redirect(url_for("bids.edit", bid_id=row.id, part="matrix"))
            return saved
        if wrong and form.status == 200:
            partly = True
            form.refuse("", _("已保存，但有 %(count)s 个承诺值看不懂，请改。", count=len(wrong)))
            form.draft_number.data = str(queries.get(current_actor(), row.id).draft_number)
        if request.headers.get("X-Autosave") == "1":
            return autosave_refused(form, partly=partly)
    return page("bids/part_matrix.html", form=form, lines=lines, answers=forms.ANSWERS, **common(row.id, "matrix"))


def prefill_from_products(bid_id: int, *, asked: bool = True) -> None:
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
