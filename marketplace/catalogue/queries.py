"""Reads of products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, exists, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalogue.models import (
    Certificate,
    Deployment,
    Product,
    ProductFile,
    ProductMark,
    ProductPicture,
    ProductVariant,
    ProductVersion,
    SpecificationDoubt,
)
from marketplace.catalogue.policies import DOUBTS, PRODUCT
from marketplace.catalogue.states import DoubtState, State
from marketplace.infra.files.models import StoredFile
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import count_by, known_empty, session
from marketplace.kernel.errors import NotFound


@lru_cache
def _whole() -> tuple[Any, ...]:
    """What a product is loaded with; made when it is first asked for, since it configures every table of the site."""
    return (
        joinedload(Product.vendor),
        selectinload(Product.specifications),
        selectinload(Product.variants).selectinload(ProductVariant.specifications),
    )


@lru_cache
def _shown() -> tuple[Any, ...]:
    """The same with the cover, which comes in the product's own statement."""
    return (*_whole(), joinedload(Product.cover).lazyload(ProductPicture.file))


def get(actor: Actor, product_id: int) -> Product:
    """The product with its specifications, when the actor may see it."""
    query = select(Product).where(Product.id == product_id, PRODUCT.where(actor)).options(*_whole())
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


BESIDE: dict[str, Any] = {
    "marks": ProductMark,
    "pictures": ProductPicture,
    "certificates": Certificate,
    "deployments": Deployment,
    "files": ProductFile,
}
"""The lists that a product's page shows beside its specifications; most products have few of them."""
_FILLED = union_all(
    *(
        select(literal(name)).where(exists().where(model.product_id == bindparam("product")))
        for name, model in BESIDE.items()
    )
)


def for_its_page(actor: Actor, product_id: int) -> Product:
    """The same, where one question tells which of its other lists are empty, so that only the rest are read."""
    row = get(actor, product_id)
    filled = set(session().scalars(_FILLED, {"product": product_id}))
    known_empty(row, BESIDE.keys() - filled)
    return row


def editable(actor: Actor, product_id: int) -> Product:
    """The product, when the actor may change it; ``NotFound`` for who may not see it, ``Forbidden`` for who may only see."""
    row = get(actor, product_id)
    PRODUCT.require(actor, "edit", row)
    return row


def part_of(row: Product, kind: str, part_id: int) -> Any:
    """What stands with the product under that id, or ``NotFound``; ``kind`` is one of its lists: "variants", "certificates",
    "deployments", "pictures", "files"."""
    found = next((part for part in getattr(row, kind) if part.id == part_id), None)
    if found is None:
        raise NotFound()
    return found


@lru_cache
def _records() -> tuple[Any, ...]:
    return selectinload(Product.certificates), selectinload(Product.deployments)


def visible(actor: Actor, ids: Sequence[int], *, records: bool = False) -> list[Product]:
    """Those of the products that the actor may see, in the order of ``ids``; ``records``: certificates and places too."""
    query = select(Product).where(Product.id.in_(ids), PRODUCT.where(actor)).options(*_shown())
    if records:
        query = query.options(*_records())
    rows = {row.id: row for row in session().scalars(query)}
    return [rows[i] for i in ids if i in rows]


def named(actor: Actor, ids: Sequence[int]) -> list[Product]:
    """The same without their specifications, for lists that only name them."""
    query = select(Product).where(Product.id.in_(ids), PRODUCT.where(actor)).options(joinedload(Product.vendor))
    rows = {row.id: row for row in session().scalars(query)}
    return [rows[i] for i in ids if i in rows]


def like(actor: Actor, row: Product, without: Sequence[int], limit: int) -> list[Product]:
    """Other listed products of the same domain, those that do most of the same tasks first."""
    query = (
        select(Product)
        .where(Product.domain == row.domain, Product.state == State.LISTED, PRODUCT.where(actor))
        .where(Product.id.not_in(without))
        .options(joinedload(Product.vendor))
        .order_by(Product.changed_at.desc(), Product.id)
        .limit(200)
    )
    found = list(session().scalars(query))
    return sorted(found, key=lambda other: -len(set(other.tasks) & set(row.tasks)))[:limit]


def of_vendors(
    actor: Actor, vendor_ids: Iterable[int], *, listed_only: bool = False, records: bool = False
) -> list[Product]:
    """The products of those vendors that the actor may see; ``records``: with certificates and places."""
    query = select(Product).where(Product.vendor_id.in_(sorted(vendor_ids)), PRODUCT.where(actor)).options(*_shown())
    if records:
        query = query.options(*_records())
    if listed_only:
        query = query.where(Product.state == State.LISTED)
    return list(session().scalars(query.order_by(Product.id)))


def mine(actor: Actor, limit: int, offset: int = 0) -> list[Product]:
    """The products of the actor's organisations, those changed last first."""
    query = select(Product).where(Product.vendor_id.in_(sorted(actor.organisations()))).options(*_whole())
    return list(
        session().scalars(query.order_by(Product.changed_at.desc(), Product.id.desc()).offset(offset).limit(limit))
    )


def newest(actor: Actor, limit: int) -> list[Product]:
    """The same without vendor and specifications, for a list that only names them."""
    query = select(Product).where(Product.vendor_id.in_(sorted(actor.organisations())))
    return list(session().scalars(query.order_by(Product.changed_at.desc(), Product.id.desc()).limit(limit)))


def tally(actor: Actor) -> dict[str, int]:
    """How many products the actor's organisations have in each state, in the order of the states."""
    found = count_by(Product.state, Product.vendor_id.in_(sorted(actor.organisations())))
    return {state.value: found[state] for state in State if state in found}


def vendors_in_domain(domain: str) -> list[int]:
    """Ids of the vendors with a listed product in that domain."""
    query = select(Product.vendor_id).where(Product.domain == domain, Product.state == State.LISTED)
    return list(session().scalars(query.distinct().order_by(Product.vendor_id)))


def picture(actor: Actor, product_id: int, file_id: int) -> tuple[StoredFile, bool]:
    """The stored picture of that id, in either size, when the actor may see the product; and whether that is public."""
    query = (
        select(StoredFile, Product.state)
        .join(ProductPicture, or_(ProductPicture.file_id == StoredFile.id, ProductPicture.small_id == StoredFile.id))
        .join(Product, Product.id == ProductPicture.product_id)
        .where(StoredFile.id == file_id, Product.id == product_id, PRODUCT.where(actor))
    )
    found = session().execute(query).tuples().first()
    if found is None:
        raise NotFound()
    return found[0], found[1] is State.LISTED


def file(actor: Actor, product_id: int, file_id: int) -> ProductFile:
    """The file of the product, when the actor may see it."""
    query = (
        select(ProductFile)
        .join(Product, Product.id == ProductFile.product_id)
        .where(ProductFile.id == file_id, Product.id == product_id, PRODUCT.where(actor))
    )
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def doubt(actor: Actor, doubt_id: int, *, fresh: bool = False) -> SpecificationDoubt:
    """The doubt, when the actor may read it; ``fresh`` locks its row until the end of the transaction."""
    query = select(SpecificationDoubt).where(SpecificationDoubt.id == doubt_id, DOUBTS.where(actor))
    if fresh:
        query = query.with_for_update(of=SpecificationDoubt).execution_options(populate_existing=True)
    else:
        query = query.options(joinedload(SpecificationDoubt.product))
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def doubts_to_close(actor: Actor, limit: int = 200) -> list[SpecificationDoubt]:
    """Doubts that are not closed: those that the vendor has answered first, then the others, each the oldest first."""
    query = select(SpecificationDoubt).where(SpecificationDoubt.state != DoubtState.CLOSED, DOUBTS.where(actor))
    query = query.options(joinedload(SpecificationDoubt.product).joinedload(Product.vendor))
    unanswered = SpecificationDoubt.answered_at.is_(None)
    query = query.order_by(unanswered, SpecificationDoubt.answered_at, SpecificationDoubt.created_at)
    return list(session().scalars(query.order_by(SpecificationDoubt.id).limit(limit)))


def open_doubts(product_id: int) -> list[SpecificationDoubt]:
    """What is under question about a product; everybody may know that, not what was said."""
    query = select(SpecificationDoubt).where(
        SpecificationDoubt.product_id == product_id, SpecificationDoubt.state != DoubtState.CLOSED
    )
    return list(session().scalars(query.order_by(SpecificationDoubt.id)))


def doubter(payload: dict[str, Any]) -> list[int]:
    """Who raised the doubt."""
    return [session().get_one(SpecificationDoubt, payload["doubt_id"]).user_id]


def versions(product_id: int, limit: int) -> list[ProductVersion]:
    """The latest versions of a product's page, newest first."""
    query = select(ProductVersion).where(ProductVersion.product_id == product_id)
    return list(session().scalars(query.order_by(ProductVersion.number.desc()).limit(limit)))
