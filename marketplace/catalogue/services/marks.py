"""Marks of public lists, which staff alone give. Nothing counts them: a score for a mark would need a recorded review."""

from __future__ import annotations

from marketplace.catalogue import events, queries
from marketplace.catalogue.models import Mark, Product, ProductMark
from marketplace.catalogue.policies import PRODUCT
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import InvalidMany, NotFound
from marketplace.kernel.i18n import gettext as _

FIRST_YEAR = 2000


def give_mark(actor: Actor, product_id: int, kind: Mark, *, number: str, year: int) -> ProductMark:
    """Enter that a public list names the product, or correct the number and year."""
    row = queries.get(actor, product_id)
    PRODUCT.require(actor, "mark", row)
    wrong: dict[str, str] = {}
    if not number:
        wrong["number"] = _("请填目录里的编号或文号。")
    if not FIRST_YEAR <= year <= clock.today().year:
        wrong["year"] = _("请填公布的年份，例如 2026。")
    if wrong:
        raise InvalidMany(wrong)
    mark = next((m for m in row.marks if m.kind is kind), None)
    if mark is None:
        mark = ProductMark(product_id=row.id, kind=kind)
        row.marks.append(mark)
    mark.number, mark.year, mark.set_by, mark.set_at = number, year, actor.user_id or 0, clock.now()
    session().flush()
    record(events.ProductMarked(actor=actor, product_id=row.id, kind=kind.value, number=number, year=year))
    return mark


def take_mark(actor: Actor, product_id: int, kind: Mark) -> Product:
    """Take a mark away."""
    row = queries.get(actor, product_id)
    PRODUCT.require(actor, "mark", row)
    mark = next((m for m in row.marks if m.kind is kind), None)
    if mark is None:
        raise NotFound()
    row.marks.remove(mark)
    record(events.ProductUnmarked(actor=actor, product_id=row.id, kind=kind.value))
    return row
