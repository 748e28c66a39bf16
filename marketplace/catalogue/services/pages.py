"""Entering, editing, listing and withdrawing products: what stands on their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from marketplace.catalogue import events, queries
from marketplace.catalogue.models import PriceKind, Product
from marketplace.catalogue.policies import PRODUCT
from marketplace.catalogue.states import LIFECYCLE
from marketplace.kernel import clock
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, InvalidMany, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations import queries as organisations
from marketplace.organisations.services import require_verified
from marketplace.vocabulary.terms import domains

MOST_PRICE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class ProductData:
    """What a vendor says of a product. Prices in whole 万元, the lease in yuan a month."""

    name: Text
    model: str
    domain: str
    tasks: tuple[str, ...]
    summary: Text
    description: Text
    price_kind: PriceKind
    price_min: int | None = None
    price_max: int | None = None
    lease_per_month: int | None = None
    launched: str = ""


def wrong_fields(data: ProductData) -> dict[str, str]:
    """What is wrong with a product's page, all of it, by field."""
    wrong: dict[str, str] = {}
    domain = domains().get(data.domain)
    if domain is None:
        wrong["domain"] = _("请选择领域。")
    elif not {t.key for t in domain.tasks}.issuperset(data.tasks):
        wrong["tasks"] = _("任务不属于所选领域，请重新选。")
    for name in ("price_min", "price_max", "lease_per_month"):
        amount = getattr(data, name)
        if amount is not None and not 0 < amount <= MOST_PRICE:
            wrong[name] = _("请填大于 0 的整数。")
    if data.price_kind is not PriceKind.ON_REQUEST and data.price_max is None:
        wrong["price_max"] = _("请填价格，或选“面议”。")
    if data.price_kind is PriceKind.RANGE and (data.price_min is None or data.price_min > (data.price_max or 0)):
        wrong["price_min"] = _("价格区间要从小到大，两头都填。")
    if data.launched and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", data.launched):
        wrong["launched"] = _("请填年和月，例如 2025-09。")
    return wrong


def write_page(row: Product, data: ProductData) -> None:
    """Put a product's page into a row, or ``InvalidMany``; a price keeps only the figures that its kind has."""
    if wrong := wrong_fields(data):
        raise InvalidMany(wrong)
    row.name, row.model, row.domain, row.tasks = data.name, data.model, data.domain, list(data.tasks)
    row.summary, row.description = data.summary, data.description
    row.price_kind = data.price_kind
    row.price_max = data.price_max if data.price_kind is not PriceKind.ON_REQUEST else None
    row.price_min = data.price_min if data.price_kind is PriceKind.RANGE else None
    row.lease_per_month, row.launched = data.lease_per_month, data.launched
    row.changed_at = clock.now()


def create(actor: Actor, vendor_id: int, data: ProductData) -> Product:
    """Enter a product of one of the actor's vendors, as a draft."""
    if vendor_id not in actor.organisations(EDITORS):
        raise NotFound()
    vendor = organisations.get(actor, vendor_id)
    if not vendor.is_vendor:
        raise Conflict(_("本单位没有登记为机器人企业。请先在“我的单位”里勾选。"))
    row = Product(vendor_id=vendor_id, created_at=clock.now())
    write_page(row, data)
    session().add(row)
    session().flush()
    record(events.ProductChanged(actor=actor, product_id=row.id))
    return row


def edit(actor: Actor, product_id: int, data: ProductData, *, seen: int | None = None) -> Product:
    """Change a product's page."""
    row = queries.editable(actor, product_id)
    row.revise(seen)
    write_page(row, data)
    record(events.ProductChanged(actor=actor, product_id=row.id))
    return row


def list_(actor: Actor, product_id: int) -> Product:
    """Make a product public; needs a verified vendor and at least three specifications."""
    row = queries.get(actor, product_id)
    PRODUCT.require(actor, "list_", row)
    require_verified(row.vendor)
    if len(row.specifications) < 3:
        raise Conflict(_("请至少填三项规格再公开，否则系统没法比对。"))
    LIFECYCLE.fire(row, "list_", actor=actor)
    record(events.ProductListed(actor=actor, product_id=row.id))
    return row


def withdraw(actor: Actor, product_id: int) -> Product:
    """Take a product off the public pages; bids that offered it keep their copy."""
    row = queries.get(actor, product_id)
    PRODUCT.require(actor, "withdraw", row)
    LIFECYCLE.fire(row, "withdraw", actor=actor)
    record(events.ProductWithdrawn(actor=actor, product_id=row.id))
    return row
