"""Rows of the database as the match sees them: a listed product as an offer, a posting as a need."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import select

from marketplace.catalogue.models import Product, Specification
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
        return _offers(_QUESTION)
    found: dict[int, Offer] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = [int(i) for i in ids[start : start + AT_ONCE]]
        found |= _offers(_QUESTION.where(Product.id.in_(some)))
    return found


_PAGE = (
    Product.id, Product.vendor_id, Product.domain, Product.tasks, Product.name, Product.summary, Product.description,
    Product.changed_at,
)  # fmt: skip
_LINE = (
    Specification.id, Specification.parameter, Specification.value_json, Specification.condition, Specification.evidence,
    Specification.evidence_date,
)  # fmt: skip
_QUESTION: Any = (
    select(*_PAGE, *_LINE)
    .outerjoin(Specification, Specification.product_id == Product.id)
    .where(Product.state == State.LISTED)
    .order_by(Product.id, Specification.id)
)


def _offers(question: Any) -> dict[int, Offer]:
    """Products with their lines, from one question whose rows come product by product."""
    found: dict[int, Offer] = {}
    for _product_id, rows in groupby(session().execute(question), key=lambda row: row[0]):
        lines = []
        for row in rows:
            page, (line_id, parameter, value, condition, evidence, evidence_date) = row[:8], row[8:]
            if line_id is not None:
                lines.append(
                    Offered(
                        parameter=parameter,
                        value=Value.from_json(value),
                        condition=condition,
                        evidence=Evidence[evidence.name],
                        evidence_date=evidence_date,
                        row=str(line_id),
                    )
                )
        product_id, vendor_id, domain, tasks, name, summary, description, changed_at = page
        found[product_id] = Offer(
            id=product_id,
            vendor_id=vendor_id,
            specifications=tuple(lines),
            changed=clock.beijing(changed_at).date(),
            domain=domain,
            tasks=tuple(tasks),
            name=name,
            texts=(summary, description),
        )
    return found
