"""Rows of the database as the match sees them: a listed product as an offer, a posting as a need."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select

from marketplace.catalogue.models import Product, ProductVariant, Specification
from marketplace.catalogue.states import State
from marketplace.challenges.content import ChallengeContent
from marketplace.fit.needs import Level, Need, Requirement
from marketplace.fit.offers import Evidence, Offer
from marketplace.fit.offers import Specification as Offered
from marketplace.kernel import clock
from marketplace.kernel.db import session
from marketplace.vocabulary.parameters import Value

AT_ONCE = 400
"""Products read with one question: few enough for every database's limit of values in one statement."""


def need_of(row_id: int, content: ChallengeContent) -> Need:
    """A posting as it stands, or a challenge's newest version, under the id that the caller knows it by."""
    lines = tuple(
        Requirement(key=r.key, parameter=r.parameter, op=r.op, value=r.typed, level=Level(r.level), weight=r.weight,
                    row=r.key)
        for r in content.requirements
    )  # fmt: skip
    texts = tuple(t.text for t in (content.summary, content.situation, content.workflow, content.objects))
    return Need(id=row_id, requirements=lines, domain=content.domain, task=content.task, title=content.title.text,
                texts=texts)  # fmt: skip


def offers(ids: Sequence[int] | None = None) -> dict[int, Offer]:
    """The listed products, all of them or those asked for, as plain data: far cheaper than rows with an identity."""
    if ids is None:
        return _everything()
    found: dict[int, Offer] = {}
    for start in range(0, len(ids), AT_ONCE):
        found |= _some([int(i) for i in ids[start : start + AT_ONCE]])
    return found


_PAGE = (
    Product.id, Product.vendor_id, Product.domain, Product.tasks, Product.name, Product.summary, Product.description,
    Product.changed_at,
)  # fmt: skip
_LINE = (
    Specification.id, Specification.parameter, Specification.value_json, Specification.condition, Specification.evidence,
    Specification.evidence_date, Specification.expires, ProductVariant.name,
)  # fmt: skip


def _some(ids: Sequence[int]) -> dict[int, Offer]:
    """A few products with one question, in which each line repeats its page."""
    query = (
        select(*_PAGE, *_LINE)
        .outerjoin(Specification, Specification.product_id == Product.id)
        .outerjoin(ProductVariant, ProductVariant.id == Specification.variant_id)
        .where(Product.state == State.LISTED, Product.id.in_(ids))
        .order_by(Product.id, Specification.id)
    )
    found = {}
    for product_id, group in groupby(session().execute(query), key=itemgetter(0)):
        rows = list(group)
        found[product_id] = _offer(rows[0][:8], [row[8:] for row in rows if row[8] is not None])
    return found


def _everything() -> dict[int, Offer]:
    """All of them with two questions, pages and lines."""
    lines = (
        select(Specification.product_id, *_LINE)
        .join(Product, Product.id == Specification.product_id)
        .outerjoin(ProductVariant, ProductVariant.id == Specification.variant_id)
        .where(Product.state == State.LISTED)
        .order_by(Specification.product_id, Specification.id)
    )
    stated = {
        product_id: [row[1:] for row in rows]
        for product_id, rows in groupby(session().execute(lines), key=itemgetter(0))
    }
    pages = select(*_PAGE).where(Product.state == State.LISTED).order_by(Product.id)
    return {row[0]: _offer(row, stated.get(row[0], [])) for row in session().execute(pages)}


def _offered(row: Any) -> Offered:
    line_id, parameter, value, condition, evidence, evidence_date, expires, variant = row
    return Offered(
        parameter=parameter,
        value=Value.from_json(value),
        condition=condition,
        evidence=Evidence[evidence.name],
        evidence_date=evidence_date,
        expires=expires,
        variant=variant.best("zh") if variant else "",
        row=str(line_id),
    )


def _offer(page: Any, lines: Sequence[Any]) -> Offer:
    product_id, vendor_id, domain, tasks, name, summary, description, changed_at = page
    return Offer(
        id=product_id,
        vendor_id=vendor_id,
        specifications=tuple(map(_offered, lines)),
        changed=clock.beijing(changed_at).date(),
        domain=domain,
        tasks=tuple(tasks),
        name=name,
        texts=(summary, description),
        variants=tuple({name.best("zh"): name for *_line, name in lines if name}.items()),
    )
