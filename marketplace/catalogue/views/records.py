"""Pages of what stands beside the specifications: certificates, places of use, services, and the marks that staff give."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from marketplace.catalogue import forms, queries, services
from marketplace.catalogue.models import Mark
from marketplace.catalogue.policies import PRODUCT
from marketplace.catalogue.views.blueprint import bp
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.web.actor import current_actor, signed_in, staff
from marketplace.web.forms import Form
from marketplace.web.page import page

_KINDS = "/products/<int:product_id>/<any(certificates, deployments):kind>"


def _to(product_id: int, anchor: str) -> Any:
    return redirect(url_for("catalogue.show", product_id=product_id, _anchor=anchor))


def _form(kind: str, old: Any) -> Form:
    made: type[Form] = forms.CertificateForm if kind == "certificates" else forms.DeploymentForm
    if old is None:
        return made()
    texts = {"certificates": "note", "deployments": "place"}[kind]
    said = {f"{texts}_{code}": getattr(getattr(old, texts), code) for code in ("zh", "en")}
    return made(obj=old, data=said)


def _data(kind: str, form: Any, old: Text | None) -> services.CertificateData | services.DeploymentData:
    if kind == "certificates":
        return services.CertificateData(
            standard=form.standard.data or "",
            number=form.number.data or "",
            body=form.body.data or "",
            issued=form.issued.data,
            expires=form.expires.data,
            note=form.text("note", old),
        )
    return services.DeploymentData(
        place=form.text("place", old),
        district=form.district.data or "",
        since=form.since.data or "",
        units=form.units.data,
    )


def _record(product_id: int, kind: str, record_id: int | None) -> Any:
    row = queries.editable(current_actor(), product_id)
    old = queries.part_of(row, kind, record_id) if record_id is not None else None
    text = (old.note if kind == "certificates" else old.place) if old is not None else None
    form = _form(kind, old)
    if form.validate_on_submit():
        with form.refusals():
            data = _data(kind, form, text)
            with unit_of_work():
                services.save_record(current_actor(), product_id, record_id, data)
            flash(_("已保存。"), "ok")
            return _to(product_id, kind)
    product = queries.get(current_actor(), product_id)
    return page("catalogue/record.html", form=form, product=product, kind=kind, record_id=record_id)


@bp.route(f"{_KINDS}/new", methods=["GET", "POST"])
@signed_in
def new_record(product_id: int, kind: str) -> Any:
    """Enter a certificate, or a place where the product works."""
    return _record(product_id, kind, None)


@bp.route(f"{_KINDS}/<int:record_id>", methods=["GET", "POST"])
@signed_in
def record(product_id: int, kind: str, record_id: int) -> Any:
    """Change a certificate or a place."""
    return _record(product_id, kind, record_id)


@bp.post(f"{_KINDS}/<int:record_id>/remove")
@signed_in
def remove_record(product_id: int, kind: str, record_id: int) -> Any:
    """Take a certificate or a place off the product."""
    queries.editable(current_actor(), product_id)
    if Form().validate_on_submit():
        with unit_of_work():
            services.remove_record(current_actor(), product_id, kind, record_id)
        flash(_("已删除。"), "ok")
    return _to(product_id, kind)


@bp.route("/products/<int:product_id>/services", methods=["GET", "POST"])
@signed_in
def offered_services(product_id: int) -> Any:
    """Say which services come with the product."""
    row = queries.editable(current_actor(), product_id)
    form = forms.ServicesForm(data={"services": row.services})
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                services.set_services(current_actor(), product_id, form.services.data or [])
            flash(_("已保存。"), "ok")
            return _to(product_id, "services")
    return page("catalogue/services.html", form=form, product=queries.get(current_actor(), product_id))


@bp.route("/products/<int:product_id>/marks", methods=["GET", "POST"])
@staff("officer")
def marks(product_id: int) -> Any:
    """Enter that a public list names the product."""
    row = queries.get(current_actor(), product_id)
    PRODUCT.require(current_actor(), "mark", row)
    form = forms.MarkForm()
    if form.validate_on_submit():
        with form.refusals():
            with unit_of_work():
                services.give_mark(
                    current_actor(),
                    product_id,
                    Mark(form.kind.data),
                    number=form.number.data or "",
                    year=form.year.data or 0,
                )
            flash(_("已登记，产品页上从现在起显示。"), "ok")
            return _to(product_id, "marks")
    return page("catalogue/marks.html", form=form, product=queries.get(current_actor(), product_id))


@bp.post("/products/<int:product_id>/marks/<kind>/take")
@staff("officer")
def take_mark(product_id: int, kind: str) -> Any:
    """Take a mark away."""
    if kind not in {m.value for m in Mark}:
        raise NotFound()
    if Form().validate_on_submit():
        with unit_of_work():
            services.take_mark(current_actor(), product_id, Mark(kind))
        flash(_("已取消。"), "ok")
    return _to(product_id, "marks")
