"""Variants and accessories: what a product is like with another arm, another tank, a kit for the cold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.catalogue import events, queries
from marketplace.catalogue.models import Product, ProductVariant, VariantKind
from marketplace.catalogue.services.pages import MOST_PRICE
from marketplace.catalogue.services.specifications import SpecificationData, write_specifications
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Invalid, InvalidMany
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text

MOST_VARIANTS = 20


@dataclass(frozen=True, kw_only=True)
class VariantData:
    """One variant with the values that it replaces. ``extra_price`` in whole 万元."""

    kind: VariantKind
    name: Text
    extra_price: int | None = None
    specifications: tuple[SpecificationData, ...] = ()


def save_variant(
    actor: Actor, product_id: int, variant_id: int | None, data: VariantData, *, seen: int | None = None
) -> ProductVariant:
    """Enter a variant (``variant_id`` none) or replace what one says; at least one value must be its own."""
    row = queries.editable(actor, product_id)
    variant = queries.part_of(row, "variants", variant_id) if variant_id is not None else None
    _check(row, variant, data)
    row.revise(seen)
    if variant is None:
        if len(row.variants) >= MOST_VARIANTS:
            raise Conflict(_("最多 %(count)s 个型号与配件。请先删掉不再提供的。", count=MOST_VARIANTS))
        variant = ProductVariant(product_id=row.id)
        row.variants.append(variant)
    variant.kind, variant.name, variant.extra_price = data.kind, data.name, data.extra_price
    session().flush()
    write_specifications(actor, variant, data.specifications)
    row.changed_at = clock.now()
    record(events.ProductChanged(actor=actor, product_id=row.id))
    return variant


def write_variants(actor: Actor, row: Product, data: Sequence[VariantData]) -> None:
    """Put all variants of a product into its rows, which must have ids: one with a name that is known stays the same row,
    what is not among them is taken off. ``Invalid`` as for one of them."""
    if len(data) > MOST_VARIANTS:
        raise Conflict(_("最多 %(count)s 个型号与配件。请先删掉不再提供的。", count=MOST_VARIANTS))
    known = {name: v for v in row.variants for name in (v.name.en, v.name.zh) if name}
    kept: list[ProductVariant | None] = []
    for one in data:
        same = known.get(one.name.zh) or known.get(one.name.en)
        kept.append(same if same not in kept else None)
    for old in list(row.variants):
        if old not in kept:
            row.variants.remove(old)
    for variant, one in zip(kept, data, strict=True):
        _check(row, variant, one)
        if variant is None:
            variant = ProductVariant(product_id=row.id, name=one.name)
            row.variants.append(variant)
        variant.kind, variant.extra_price = one.kind, one.extra_price
        variant.name = variant.name.revised(one.name.zh, one.name.en)
        session().flush()
        write_specifications(actor, variant, one.specifications)


def _check(row: Product, variant: ProductVariant | None, data: VariantData) -> None:
    wrong: dict[str, str] = {}
    if not data.name:
        wrong["name"] = _("请填名称，例如“25 kg 夹爪”。")
    others = {name for v in row.variants if v is not variant for name in (v.name.zh, v.name.en)}
    if {data.name.zh, data.name.en} & others - {""}:
        wrong["name"] = _("这款产品已经有同名的型号或配件。请换一个名称。")
    if data.extra_price is not None and not 0 <= data.extra_price <= MOST_PRICE:
        wrong["extra_price"] = _("请填 0 到 %(most)s 的整数（万元）。", most=MOST_PRICE)
    if wrong:
        raise InvalidMany(wrong)
    if not data.specifications:
        raise Invalid("rows", _("请至少填一项和产品本身不同的规格。"))


def remove_variant(actor: Actor, product_id: int, variant_id: int) -> Product:
    """Take a variant and its values off the product."""
    row = queries.editable(actor, product_id)
    row.variants.remove(queries.part_of(row, "variants", variant_id))
    row.revise(None)
    row.changed_at = clock.now()
    record(events.ProductChanged(actor=actor, product_id=row.id))
    return row
