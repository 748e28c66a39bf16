"""Keeping what a product's page said: one version when it is listed, and one for each later change that changed anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalogue.events import ProductChanged, ProductEvent, ProductListed, ProductMediaChanged
from marketplace.catalogue.models import Product, ProductVersion, Specification
from marketplace.catalogue.states import State
from marketplace.kernel.events import subscribe
from marketplace.kernel.text import Text


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _values(rows: Iterable[Specification]) -> list[dict[str, Any]]:
    return [
        {
            "key": s.parameter,
            "value": s.value_json,
            "condition": _text(s.condition),
            "evidence": s.evidence.value,
            "evidence_date": s.evidence_date.isoformat() if s.evidence_date else None,
            "expires": s.expires.isoformat() if s.expires else None,
        }
        for s in sorted(rows, key=lambda s: s.parameter)
    ]


def content_of(row: Product) -> dict[str, Any]:
    """All that the vendor says on a product's page, as plain data."""
    return {
        "name": _text(row.name),
        "model": row.model,
        "domain": row.domain,
        "tasks": list(row.tasks),
        "summary": _text(row.summary),
        "description": _text(row.description),
        "price_kind": row.price_kind.value,
        "price_min": row.price_min,
        "price_max": row.price_max,
        "lease_per_month": row.lease_per_month,
        "launched": row.launched,
        "services": list(row.services),
        "specifications": _values(row.specifications),
        "variants": [
            {
                "key": str(v.id),
                "kind": v.kind.value,
                "name": _text(v.name),
                "extra_price": v.extra_price,
                "specifications": _values(v.specifications),
            }
            for v in row.variants
        ],
        "certificates": [
            {
                "key": str(c.id),
                "standard": c.standard,
                "number": c.number,
                "body": c.body,
                "issued": c.issued.isoformat() if c.issued else None,
                "expires": c.expires.isoformat() if c.expires else None,
                "note": _text(c.note),
            }
            for c in row.certificates
        ],
        "deployments": [
            {"key": str(d.id), "place": _text(d.place), "district": d.district, "since": d.since, "units": d.units}
            for d in sorted(row.deployments, key=lambda d: d.id)
        ],
        **_media(row),
    }


def _media(row: Product) -> dict[str, Any]:
    """Pictures in their order and files, by name and digest. Left out where there are none: versions kept before there
    were any then still equal a page that did not change."""
    pictures = [
        {"key": p.file.sha256, "name": p.file.name, "description": _text(p.description)}
        for p in sorted(row.pictures, key=lambda p: p.position)
    ]
    files = [
        {"key": f.file.sha256, "name": f.file.name, "kind": f.kind.value, "title": _text(f.title)}
        for f in sorted(row.files, key=lambda f: f.id)
    ]
    return ({"pictures": pictures} if pictures else {}) | ({"files": files} if files else {})


def _keep(work: Session, event: ProductEvent) -> None:
    row = work.get_one(Product, event.product_id)
    if row.state is State.DRAFT:
        return
    content = content_of(row)
    mine = select(ProductVersion).where(ProductVersion.product_id == row.id)
    last = work.scalar(mine.order_by(ProductVersion.number.desc()).limit(1))
    if last is not None and last.content == content:
        return
    number = last.number + 1 if last is not None else 1
    work.add(
        ProductVersion(product_id=row.id, number=number, content=content, user_id=event.actor.user_id, at=event.at)
    )


subscribe(ProductChanged, _keep)
subscribe(ProductMediaChanged, _keep)
subscribe(ProductListed, _keep)
