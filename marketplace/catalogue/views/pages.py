"""A product's page, what its vendor says on it, and making it public."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from marketplace.catalogue import forms, queries, services
from marketplace.catalogue.models import PriceKind, Product
from marketplace.catalogue.views.blueprint import bp
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.vocabulary.parameters import groups, parameters
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page
from marketplace.web.pagination import Page, asked_page
from marketplace.web.panels import panels


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
    row = queries.for_its_page(current_actor(), product_id)
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
    return page(
        "catalogue/show.html",
        product=row,
        grouped=grouped,
        headline=headline[:3],
        more=more,
        form=Form(),
        parameters=parameters(),
        doubts=queries.open_doubts(row.id),
        doubtful=services.may_doubt(current_actor(), row),
        offered=dict(forms.SERVICES),
        marks=dict(forms.MARKS),
        labels=dict(forms.FILE_KINDS),
    )


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
            return redirect(url_for("catalogue.specifications", product_id=product_id))
    return page("catalogue/edit.html", form=form, product=None, vendors=own, vendor_id=vendor_id)


@bp.route("/products/<int:product_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(product_id: int) -> Any:
    """Change a product's page."""
    actor = current_actor()
    row = queries.editable(actor, product_id)
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
            return redirect(url_for("catalogue.show", product_id=product_id))
    return page("catalogue/edit.html", form=form, product=queries.get(actor, product_id), vendors=[], vendor_id=None)


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
    return redirect(url_for("catalogue.show", product_id=product_id))
