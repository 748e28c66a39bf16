"""Whole products at once, as a file holds them: what each would do to the vendor's rows, then all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from marketplace.catalogue import events, services
from marketplace.catalogue.models import Product, ProductVariant, Specification
from marketplace.catalogue.services import (
    SERVICES,
    CertificateData,
    DeploymentData,
    ProductData,
    SpecificationData,
    VariantData,
    is_as_measured,
)
from marketplace.catalogue.states import State
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations import queries as organisations
from marketplace.organisations.entering import REFUSED, Effect, Entered, lock
from marketplace.organisations.models import Organisation
from marketplace.organisations.policies import ORGANISATION
from marketplace.vocabulary.parameters import parameters

_NUMBER = re.compile(r"PR-\d{4}-(\d{4,9})")
_AT_ONCE = 400


@dataclass(frozen=True, kw_only=True)
class WholeProduct:
    """One product in full. ``key`` is the vendor's reference of it, or the number that this site gave.

    ``None`` for variants, certificates, places or services where a file does not speak of them: what is there stays.
    """

    key: str
    page: ProductData
    specifications: tuple[SpecificationData, ...] = ()
    variants: tuple[VariantData, ...] | None = None
    certificates: tuple[CertificateData, ...] | None = None
    deployments: tuple[DeploymentData, ...] | None = None
    services: tuple[str, ...] | None = None

    @property
    def values(self) -> tuple[SpecificationData, ...]:
        """Its own values, then those of each variant."""
        return (*self.specifications, *(s for v in self.variants or () for s in v.specifications))


UNSPOKEN = ("variants", "certificates", "deployments", "services")


def data_of(row: Product) -> WholeProduct:
    """The product as a file holds it."""
    return WholeProduct(
        key=row.reference or row.number,
        page=ProductData(
            name=_plain(row.name),
            model=row.model,
            domain=row.domain,
            tasks=tuple(row.tasks),
            summary=_plain(row.summary),
            description=_plain(row.description),
            price_kind=row.price_kind,
            price_min=row.price_min,
            price_max=row.price_max,
            lease_per_month=row.lease_per_month,
            launched=row.launched,
        ),
        specifications=_values(row.specifications),
        variants=tuple(
            VariantData(
                kind=v.kind,
                name=_plain(v.name),
                extra_price=v.extra_price,
                specifications=_values(v.specifications),
            )
            for v in row.variants
        ),
        certificates=tuple(services.certificate_data(c) for c in row.certificates),
        deployments=tuple(services.deployment_data(d) for d in row.deployments),
        services=tuple(key for key in SERVICES if key in row.services),
    )


def _values(rows: Iterable[Specification]) -> tuple[SpecificationData, ...]:
    return tuple(
        SpecificationData(
            parameter=s.parameter,
            value=s.value,
            condition=_plain(s.condition),
            evidence=s.evidence,
            evidence_date=s.evidence_date,
            expires=s.expires,
        )
        for s in rows
        if s.parameter in parameters()
    )


def _plain(text: Text) -> Text:
    return Text.of(text.zh, text.en)


def vendor(actor: Actor, vendor_id: int) -> Organisation:
    """The organisation, when the actor may enter products for it; else 404, 403 or 409."""
    row = organisations.get(actor, vendor_id)
    ORGANISATION.require(actor, "edit", row)
    if not row.is_vendor:
        raise Conflict(_("本单位没有登记为机器人企业。请先在“我的单位”里勾选。"))
    return row


def plan(actor: Actor, vendor_id: int, data: Sequence[WholeProduct]) -> list[tuple[Effect, Product | None]]:
    """What entering each of them would do, and to which row."""
    vendor(actor, vendor_id)
    known = _known(vendor_id, [d.key for d in data])
    return [(_effect(d, known.get(d.key)), known.get(d.key)) for d in data]


def _effect(data: WholeProduct, row: Product | None) -> Effect:
    if row is None:
        return Effect.NEW
    known = data_of(row)
    if unordered(known) == unordered(completed(data, known)):
        return Effect.UNCHANGED
    return Effect.CHANGED if row.state is State.DRAFT else Effect.LOCKED


def completed(data: WholeProduct, known: WholeProduct) -> WholeProduct:
    """What a file says, and where it does not speak of something what is known of it."""
    return replace(data, **{name: getattr(known, name) for name in UNSPOKEN if getattr(data, name) is None})


def unordered(data: WholeProduct) -> WholeProduct:
    """The same with everything in one order: pages show what belongs to a product in their own."""
    variants = [replace(v, specifications=_sorted(v.specifications)) for v in data.variants or ()]
    return replace(
        data,
        specifications=_sorted(data.specifications),
        variants=tuple(sorted(variants, key=lambda v: (v.name.zh, v.name.en))),
        certificates=tuple(sorted(data.certificates or (), key=repr)),
        deployments=tuple(sorted(data.deployments or (), key=repr)),
        services=data.services or (),
    )


def _sorted(data: Iterable[SpecificationData]) -> tuple[SpecificationData, ...]:
    return tuple(sorted(data, key=lambda s: s.parameter))


def measured(row: Product | None, new: SpecificationData) -> bool:
    """Whether that very value of the product itself was measured here, so that a file may say so again."""
    return row is not None and is_as_measured(row.specification(new.parameter), new)


def _known(vendor_id: int, keys: Sequence[str]) -> dict[str, Product]:
    found: dict[str, Product] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        ids = [int(match[1]) for key in some if (match := _NUMBER.fullmatch(key)) and int(match[1]) < 2**31]
        query = (
            select(Product)
            .where(Product.vendor_id == vendor_id, or_(Product.reference.in_(some), Product.id.in_(ids)))
            .options(
                selectinload(Product.specifications),
                selectinload(Product.variants).selectinload(ProductVariant.specifications),
                selectinload(Product.certificates),
                selectinload(Product.deployments),
            )
        )
        found |= {row.reference or row.number: row for row in session().scalars(query)}
    return found


def enter(actor: Actor, vendor_id: int, data: Sequence[WholeProduct]) -> Entered:
    """Make drafts of what is new and change the drafts that differ. What is public is not touched: ``Conflict``."""
    lock(vendor_id)
    created, changed, unchanged = [], [], 0
    entered: list[tuple[Product, WholeProduct]] = []
    for one, (effect, row) in zip(data, plan(actor, vendor_id, data), strict=True):
        if effect in REFUSED:
            raise Conflict(_("“%(key)s”在您预览之后变了。请重新预览，再确认一次。", key=one.key))
        if effect is Effect.UNCHANGED:
            unchanged += 1
            continue
        page = one.page
        if row is None:
            row = Product(vendor_id=vendor_id, reference=one.key, created_at=clock.now())
            created.append(row)
        else:
            row.revise(None)
            changed.append(row)
            texts = {n: getattr(row, n).revised(*_pair(getattr(page, n))) for n in ("name", "summary", "description")}
            page = replace(page, **texts)
        services.write_page(row, page)
        services.write_specifications(actor, row, one.specifications)
        row.services = list(one.services) if one.services is not None else row.services or []
        entered.append((row, one))
    session().add_all(created)
    session().flush()
    for row, one in entered:
        if one.variants is not None:
            services.write_variants(actor, row, one.variants)
        if one.certificates is not None:
            services.write_records(row, one.certificates, "certificates")
        if one.deployments is not None:
            services.write_records(row, one.deployments, "deployments")
    session().flush()
    for row in (*created, *changed):
        record(events.ProductChanged(actor=actor, product_id=row.id))
    return Entered(tuple(r.id for r in created), tuple(r.id for r in changed), unchanged)


def _pair(text: Text) -> tuple[str, str]:
    return text.zh, text.en
