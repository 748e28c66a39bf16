"""Reads for export, and for whom somebody may import."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from marketplace.catalogue import entering as products
from marketplace.catalogue import queries as catalogue
from marketplace.exchange.columns import FORMATS
from marketplace.exchange.writing import Data, as_json, as_workbook, tables
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.kernel.errors import NotFound
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.scenarios import entering as scenarios
from marketplace.scenarios import queries as postings


def own(actor: Actor, kind: str) -> list[Organisation]:
    """The actor's organisations that may have such items and for which the actor may write."""
    found = [o for o in organisations.mine(actor) if o.id in actor.organisations(EDITORS)]
    if kind == "products":
        return [o for o in found if o.is_vendor]
    return [o for o in found if o.is_owner or o.is_service_body]


def items(actor: Actor, kind: str, row_id: int | None = None) -> list[Data]:
    """One item that the actor may see, or all of the actor's organisations."""
    if kind == "products":
        rows = (
            catalogue.visible(actor, [row_id], records=True)
            if row_id
            else catalogue.of_vendors(actor, actor.organisations(), records=True)
        )
        whole: list[tuple[Any, int, Data]] = [(row, row.vendor_id, products.data_of(row)) for row in rows]
    else:
        posted = postings.whole(actor, [row_id] if row_id else None)
        whole = [(row, row.owner_id, scenarios.data_of(row)) for row in posted]
    # The key of its own books is an organisation's own business.
    mine = actor.organisations()
    found = [data if owner in mine else replace(data, key=row.number) for row, owner, data in whole]
    if row_id and not found:
        raise NotFound()
    return found


def exported(actor: Actor, kind: str, extension: str, *, schema: str, row_id: int | None = None) -> bytes:
    """Those items as a file; the schema's address stands in the JSON."""
    format_ = FORMATS[kind]
    data = items(actor, kind, row_id)
    return as_json(format_, data, schema) if extension == "json" else as_workbook(format_, tables(format_, data))
