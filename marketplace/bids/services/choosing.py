"""Choosing what is offered: products, and with each the variant that replaces it and the accessories mounted on it.

Until the submission an offer is what the product's page says now; from then on it is what was sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from marketplace.bids.document import BidDocument, Offer, OfferedValue, OfferedVariant
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product, ProductVariant, Specification, VariantKind
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.vocabulary.parameters import parameters


def clash(chosen: Sequence[ProductVariant]) -> str:
    """Why these cannot be offered together, for a person; empty when they can.

    One variant replaces the product, accessories are added to it. Where two of them state the same parameter, nobody has
    said what holds with both: what works together is entered as a variant of its own, and the match weighs that.
    """
    if sum(v.kind is VariantKind.VARIANT for v in chosen) > 1:
        return _("一款产品只能选一个型号。要报两个型号，请另外登记一款产品。")
    stated: dict[str, ProductVariant] = {}
    for variant in chosen:
        for one in variant.specifications:
            other = stated.setdefault(one.parameter, variant)
            if other is not variant and one.parameter in parameters():
                return _(
                    "“%(first)s”和“%(second)s”都改“%(parameter)s”，装在一起是多少，产品页没有写。请只选一个，或先在产品页把这一组合登记成一个型号。",
                    first=best(other.name),
                    second=best(variant.name),
                    parameter=best(parameters()[one.parameter].label),
                )
    return ""


def in_order(product: Product, chosen: Iterable[int]) -> list[ProductVariant]:
    """Those of the product's variants, the one that replaces it first."""
    wanted = set(chosen)
    found = [v for v in product.variants if v.id in wanted]
    return sorted(found, key=lambda v: (v.kind is not VariantKind.VARIANT, v.id))


def _value(one: Specification) -> OfferedValue:
    return OfferedValue(
        value=one.value_json,
        evidence=one.evidence.value,
        condition=one.condition.as_json(),
        evidence_date=one.evidence_date.isoformat() if one.evidence_date else "",
        expires=one.expires.isoformat() if one.expires else "",
        variant=one.variant_id,
    )


def offer_of(product: Product, old: Offer | None = None, chosen: Iterable[int] = ()) -> Offer:
    """A product as it is offered with those of its variants: what it then is, as its page stands now."""
    variants = in_order(product, chosen)
    stated = {s.parameter: s for s in product.specifications}
    for variant in variants:
        stated |= {s.parameter: s for s in variant.specifications}
    return Offer(
        product_id=product.id,
        name_zh=product.name.zh,
        name_en=product.name.en,
        model=product.model,
        quantity=old.quantity if old else None,
        mode=old.mode if old else "purchase",
        unit_price=old.unit_price if old else None,
        variants=[
            OfferedVariant(id=v.id, kind=v.kind.value, name_zh=v.name.zh, name_en=v.name.en, extra_price=v.extra_price)
            for v in variants
        ],
        specifications={parameter: _value(one) for parameter, one in stated.items()},
    )


def _own(actor: Actor, lead_id: int) -> dict[int, Product]:
    return {p.id: p for p in catalogue.of_vendors(actor, [lead_id], listed_only=True)}


def fresh(actor: Actor, content: BidDocument, lead_id: int) -> list[Offer]:
    """The draft's offers as the products stand now; one that is no longer public, or lost a chosen variant, as it stood."""
    own = _own(actor, lead_id)
    return [_fresh(own.get(o.product_id), o) for o in content.offers]


def _fresh(product: Product | None, old: Offer) -> Offer:
    chosen = {v.id for v in old.variants}
    if product is None or not chosen <= {v.id for v in product.variants} or clash(in_order(product, chosen)):
        return old
    return offer_of(product, old, chosen)


def choose_products(
    actor: Actor,
    content: BidDocument,
    lead_id: int,
    product_ids: Sequence[int],
    variants: Mapping[int, Sequence[int]] | None = None,
) -> None:
    """Offer those of the vendor's own listed products, keeping prices already typed.

    ``variants``: which of its variants go with each product, by ids; none keeps those chosen before. ``Invalid`` for what
    is not the vendor's or the product's, and for variants that exclude each other.
    """
    own, old = _own(actor, lead_id), {o.product_id: o for o in content.offers}
    if any(i not in own and i not in old for i in product_ids):
        raise Invalid("products", _("只能选本单位已公开的产品。"))
    found = []
    for product_id in dict.fromkeys(product_ids):
        before = old.get(product_id)
        if product_id not in own:
            found.append(old[product_id])
            continue
        product = own[product_id]
        kept = [v.id for v in before.variants] if before else []
        chosen = variants.get(product_id, ()) if variants is not None else kept
        known = {v.id for v in product.variants}
        if variants is not None and not set(chosen) <= known:
            raise Invalid("products", _("“%(name)s”没有这个型号或配件了。请刷新页面再选。", name=best(product.name)))
        if problem := clash(in_order(product, chosen)):
            raise Invalid("products", problem)
        found.append(offer_of(product, before, chosen))
    content.offers = found
