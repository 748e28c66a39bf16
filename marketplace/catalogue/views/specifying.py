"""The sheets of typed values: a product's own, and those that a variant replaces."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for

from marketplace.catalogue import forms, queries, services
from marketplace.catalogue.models import Evidence, Product, ProductVariant, Specification, VariantKind
from marketplace.catalogue.views.blueprint import bp
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.i18n import language
from marketplace.kernel.text import Text, clean
from marketplace.vocabulary import entry as entries
from marketplace.vocabulary.parameters import groups, parameters
from marketplace.web.actor import current_actor, signed_in
from marketplace.web.forms import Form
from marketplace.web.numbers import whole
from marketplace.web.page import page

_EXTRA = ("condition_zh", "condition_en", "evidence", "evidence_date", "expires")


@bp.route("/products/<int:product_id>/specifications", methods=["GET", "POST"])
@signed_in
def specifications(product_id: int) -> Any:
    """Typed values with units, conditions and evidence."""
    row = queries.editable(current_actor(), product_id)
    form = Form()
    rows, revision = _rows(row.specifications), row.revision
    if form.validate_on_submit():
        rows, added = _sent()
        if not added:
            revision = whole(request.form.get("revision")) or revision
            with form.refusals():
                data = _checked(rows)
                with unit_of_work():
                    services.set_specifications(
                        current_actor(), product_id, data, seen=whole(request.form.get("revision"))
                    )
                flash(_("规格已保存。"), "ok")
                return redirect(url_for("catalogue.show", product_id=product_id))
    return _sheet("catalogue/specifications.html", form, product_id, rows, revision=revision)


@bp.route("/products/<int:product_id>/variants/new", methods=["GET", "POST"])
@signed_in
def new_variant(product_id: int) -> Any:
    """Enter a variant or an accessory."""
    return _variant(queries.editable(current_actor(), product_id), None)


@bp.route("/products/<int:product_id>/variants/<int:variant_id>", methods=["GET", "POST"])
@signed_in
def variant(product_id: int, variant_id: int) -> Any:
    """Change a variant or an accessory."""
    row = queries.editable(current_actor(), product_id)
    return _variant(row, queries.part_of(row, "variants", variant_id))


def _variant(row: Product, old: ProductVariant | None) -> Any:
    product_id, variant_id, own = row.id, old.id if old else None, old.name if old else None
    data: dict[str, Any] = {"revision": str(row.revision)}
    if old is not None:
        price = old.extra_price
        data |= {"kind": old.kind.value, "name_zh": old.name.zh, "name_en": old.name.en, "extra_price": price}
    form = forms.VariantForm(data=data)
    rows = _rows(old.specifications if old else ())
    base = {s.parameter: s for s in row.specifications}
    if request.method == "POST":
        rows, added = _sent()
        if not added and form.validate_on_submit():
            with form.refusals():
                wanted = services.VariantData(
                    kind=VariantKind(form.kind.data),
                    name=form.text("name", own),
                    extra_price=form.extra_price.data,
                    specifications=tuple(_checked(rows)),
                )
                with unit_of_work():
                    services.save_variant(
                        current_actor(), product_id, variant_id, wanted, seen=whole(form.revision.data)
                    )
                flash(_("已保存。"), "ok")
                return redirect(url_for("catalogue.show", product_id=product_id, _anchor="variants"))
    return _sheet("catalogue/variant.html", form, product_id, rows, variant_id=variant_id, base=base)


@bp.post("/products/<int:product_id>/variants/<int:variant_id>/remove")
@signed_in
def remove_variant(product_id: int, variant_id: int) -> Any:
    """Take a variant off the product."""
    queries.editable(current_actor(), product_id)
    if Form().validate_on_submit():
        with unit_of_work():
            services.remove_variant(current_actor(), product_id, variant_id)
        flash(_("已删除。"), "ok")
    return redirect(url_for("catalogue.show", product_id=product_id, _anchor="variants"))


def _sheet(template: str, form: Form, product_id: int, rows: list[entries.Entry], **more: Any) -> Any:
    return page(
        template,
        form=form,
        product=queries.get(current_actor(), product_id),
        rows=rows,
        groups=groups(),
        parameters=parameters(),
        evidence=forms.EVIDENCE,
        **more,
    )


def _sent() -> tuple[list[entries.Entry], bool]:
    """The rows as sent, and whether all that was asked for is one more row."""
    rows = entries.read(request.form, _EXTRA, lists=request.form.to_dict(flat=False))
    added = parameters().get(request.form.get("add", ""))
    if added is None or any(r.parameter is added for r in rows):
        return rows, False
    return [*rows, entries.Entry(added, unit=added.unit, is_new=True, extra={"evidence": "claimed"})], True


def _rows(specifications: Any) -> list[entries.Entry]:
    return [e for s in specifications if (e := _row(s)) is not None]


def _row(entry: Specification) -> entries.Entry | None:
    dates = {n: on.isoformat() if (on := getattr(entry, n)) else "" for n in ("evidence_date", "expires")}
    return entries.shown_again(
        entry.parameter,
        entry.value,
        condition_zh=entry.condition.zh,
        condition_en=entry.condition.en,
        evidence=entry.evidence.value,
        **dates,
    )


def _date(entry: entries.Entry, name: str, wrong: str) -> date | None:
    if not entry.extra[name]:
        return None
    try:
        return date.fromisoformat(entry.extra[name])
    except ValueError:
        entry.error = entry.error or wrong
        return None


def _checked(rows: list[entries.Entry]) -> list[services.SpecificationData]:
    data = []
    for entry in rows:
        on = _date(entry, "evidence_date", _("证据日期请填成 2026-03-01 这样。"))
        expires = _date(entry, "expires", _("有效期请填成 2028-03-01 这样。"))
        entry.error = entry.error or services.wrong_dates(on, expires)
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
                    expires=expires,
                )
            )
    wrong = [e for e in rows if e.error]
    if wrong:
        names = _("、").join(e.parameter.label.best(language()) for e in wrong)
        raise Invalid("rows", _("还有 %(count)s 处要改：%(names)s。", count=len(wrong), names=names))
    return data
