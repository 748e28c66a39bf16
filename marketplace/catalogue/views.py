"""Pages of the catalogue."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from marketplace.catalogue import forms, queries, services
from marketplace.catalogue.models import Evidence, PriceKind, Product
from marketplace.catalogue.policies import PRODUCT
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.kernel.text import Text, clean
from marketplace.organisations import queries as organisations
from marketplace.vocabulary import entry as entries
from marketplace.vocabulary.parameters import groups, parameters
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.panels import panels

bp = Blueprint("catalogue", __name__)


@bp.get("/my/products")
@signed_in
def mine() -> Any:
    """The products of my organisations, in every state."""
    actor = current_actor()
    own = [o for o in organisations.mine(actor) if o.is_vendor]
    tally = queries.tally(actor)
    where = Page(asked_page(), sum(tally.values()), 50)
    rows = queries.mine(actor, where.per_page, where.offset)
    return page("catalogue/mine.html", products=rows, vendors=own, where=where, tally=tally)


@bp.get("/products/<int:product_id>")
def show(product_id: int) -> Any:
    """A product's page: specifications by group with their evidence."""
    row = queries.get(current_actor(), product_id)
    by_parameter = {s.parameter: s for s in row.specifications}
    grouped = [
        (label, found)
        for key, label in groups().items()
        if (
            found := [
                (p, by_parameter[p.key]) for p in parameters().values() if p.group == key and p.key in by_parameter
            ]
        )
    ]
    headline = [(p, by_parameter[p.key]) for p in parameters().values() if p.key in by_parameter and p.kind == "number"]
    more = panels("product", current_actor(), row)
    return page("catalogue/show.html", product=row, grouped=grouped, headline=headline[:3], more=more, form=Form())


def _data(form: forms.ProductForm, old: Product | None = None) -> services.ProductData:
    return services.ProductData(
        name=form.text("name", old.name if old else None),
        model=form.model.data or "",
        domain=form.domain.data,
        tasks=tuple(form.tasks.data or ()),
        summary=form.text("summary", old.summary if old else None),
        description=form.text("description", old.description if old else None),
        price_kind=PriceKind(form.price_kind.data),
        price_min=form.price_min.data,
        price_max=form.price_max.data,
        lease_per_month=form.lease_per_month.data,
        launched=form.launched.data or "",
    )


@bp.route("/products/new", methods=["GET", "POST"])
@signed_in
def new() -> Any:
    """Enter a product."""
    actor = current_actor()
    own = [o for o in organisations.mine(actor) if o.is_vendor and o.id in actor.organisations(EDITORS)]
    form = forms.ProductForm()
    vendor_id = whole(request.values.get("vendor")) or (own[0].id if own else None)
    if own and form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                product_id = services.create(actor, vendor_id or 0, _data(form)).id
            flash(_("已存为草稿。接下来填规格。"), "ok")
            return redirect(url_for(".specifications", product_id=product_id))
    return page("catalogue/edit.html", form=form, product=None, vendors=own, vendor_id=vendor_id)


@bp.route("/products/<int:product_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(product_id: int) -> Any:
    """Change a product's page."""
    actor = current_actor()
    row = queries.get(actor, product_id)
    PRODUCT.require(actor, "edit", row)
    texts = {f"{n}_{c}": getattr(getattr(row, n), c) for n in ("name", "summary", "description") for c in ("zh", "en")}
    plain = ("model", "domain", "tasks", "price_min", "price_max", "lease_per_month", "launched")
    data = {n: getattr(row, n) for n in plain} | {"price_kind": row.price_kind.value, "revision": str(row.revision)}
    form = forms.ProductForm(data=data | texts)
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                old = queries.get(actor, product_id)
                services.edit(actor, product_id, _data(form, old), seen=whole(form.revision.data))
            flash(_("已保存。"), "ok")
            return redirect(url_for(".show", product_id=product_id))
    return page("catalogue/edit.html", form=form, product=queries.get(actor, product_id), vendors=[], vendor_id=None)


@bp.route("/products/<int:product_id>/specifications", methods=["GET", "POST"])
@signed_in
def specifications(product_id: int) -> Any:
    """Typed values with units, conditions and evidence."""
    actor = current_actor()
    row = queries.get(actor, product_id)
    PRODUCT.require(actor, "edit", row)
    form = Form()
    rows = [e for s in row.specifications if (e := _row(s)) is not None]
    revision = row.revision
    if form.validate_on_submit():
        rows = entries.read(
            request.form,
            ("condition_zh", "condition_en", "evidence", "evidence_date"),
            lists=request.form.to_dict(flat=False),
        )
        added = parameters().get(request.form.get("add", ""))
        if added and all(r.parameter is not added for r in rows):
            rows.append(entries.Entry(added, unit=added.unit, extra={"evidence": "claimed"}))
        else:
            revision = whole(request.form.get("revision")) or revision
            with form.refusals():
                data = _checked(rows)
                with unit_of_work():
                    services.set_specifications(actor, product_id, data, seen=whole(request.form.get("revision")))
                flash(_("规格已保存。"), "ok")
                return redirect(url_for(".show", product_id=product_id))
    return page(
        "catalogue/specifications.html",
        form=form,
        product=queries.get(actor, product_id),
        rows=rows,
        revision=revision,
        groups=groups(),
        parameters=parameters(),
        evidence=forms.EVIDENCE,
    )


def _row(entry: Any) -> entries.Entry | None:
    on = entry.evidence_date.isoformat() if entry.evidence_date else ""
    extra = {"evidence": entry.evidence.value, "evidence_date": on}
    return entries.shown_again(
        entry.parameter, entry.value, condition_zh=entry.condition.zh, condition_en=entry.condition.en, **extra
    )


def _checked(rows: list[entries.Entry]) -> list[services.SpecificationData]:
    data = []
    for entry in rows:
        on = None
        if entry.extra["evidence_date"]:
            try:
                on = date.fromisoformat(entry.extra["evidence_date"])
            except ValueError:
                entry.error = entry.error or _("证据日期请填成 2026-03-01 这样。")
        known = {e.value for e in Evidence}
        evidence = Evidence(entry.extra["evidence"]) if entry.extra["evidence"] in known else Evidence.CLAIMED
        condition = Text.of(clean(entry.extra["condition_zh"]), clean(entry.extra["condition_en"]))
        if entry.value is not None:
            data.append(
                services.SpecificationData(
                    parameter=entry.parameter.key,
                    value=entry.value,
                    condition=condition,
                    evidence=evidence,
                    evidence_date=on,
                )
            )
    wrong = [e for e in rows if e.error]
    if wrong:
        names = _("、").join(e.parameter.label.best(language()) for e in wrong)
        raise Invalid("rows", _("还有 %(count)s 处要改：%(names)s。", count=len(wrong), names=names))
    return data


@bp.post("/products/<int:product_id>/act")
@signed_in
def act(product_id: int) -> Any:
    """Make a product public or take it back."""
    actor = current_actor()
    queries.get(actor, product_id)
    wanted = request.form.get("act")
    form = Form()
    if not form.validate_on_submit() or wanted not in ("list", "withdraw"):
        raise NotFound()
    with unit_of_work():
        if wanted == "list":
            services.list_(actor, product_id)
        else:
            services.withdraw(actor, product_id)
    flash(_("产品已公开，几秒后可以搜到。") if wanted == "list" else _("产品已下架。"), "ok")
    return redirect(url_for(".show", product_id=product_id))
