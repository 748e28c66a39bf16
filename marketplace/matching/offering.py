"""Rows of the database as the match sees them: a listed product as an offer, a posting as a need."""

from __future__ import annotations

from collections.abc import Sequence
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
        return _offers([], everything=True)
    found: dict[int, Offer] = {}
    for start in range(0, len(ids), AT_ONCE):
        found |= _offers([int(i) for i in ids[start : start + AT_ONCE]])
    return found


def _offers(ids: Sequence[int], *, everything: bool = False) -> dict[int, Offer]:
    pages: Any = select(
        Product.id, Product.vendor_id, Product.domain, Product.tasks, Product.name, Product.summary,
        Product.description, Product.changed_at,
    ).where(Product.state == State.LISTED)  # fmt: skip
    lines: Any = (
        select(
            Specification.id, Specification.product_id, Specification.parameter, Specification.value_json,
            Specification.condition, Specification.evidence, Specification.evidence_date,
        )
        .join(Product)
        .where(Product.state == State.LISTED)
        .order_by(Specification.id)
    )  # fmt: skip
    if not everything:
        pages, lines = pages.where(Product.id.in_(ids)), lines.where(Product.id.in_(ids))
    stated: dict[int, list[Offered]] = {}
    for row in session().execute(lines):
        one = Offered(
            parameter=row.parameter,
            value=Value.from_json(row.value_json),
            condition=row.condition,
            evidence=Evidence[row.evidence.name],
            evidence_date=row.evidence_date,
            row=str(row.id),
        )
        stated.setdefault(row.product_id, []).append(one)
    return {
        row.id: Offer(
            id=row.id,
            vendor_id=row.vendor_id,
            specifications=tuple(stated.get(row.id, ())),
            changed=clock.beijing(row.changed_at).date(),
            domain=row.domain,
            tasks=tuple(row.tasks),
            name=row.name,
            texts=(row.summary, row.description),
        )
        for row in session().execute(pages)
    }
