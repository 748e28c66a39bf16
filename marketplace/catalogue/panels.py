"""What the catalogue puts on other pages: a vendor's products."""

from __future__ import annotations

from flask import render_template

from marketplace.catalogue import queries
from marketplace.kernel.actor import Actor
from marketplace.organisations.models import Organisation
from marketplace.web.panels import panel

MOST = 8


@panel("organisation", order=30)
def of_vendor(actor: Actor, row: Organisation) -> str | None:
    """The listed products of the organisation."""
    found = queries.of_vendors(actor, [row.id], listed_only=True) if row.is_vendor else []
    if not found:
        return None
    return render_template("catalogue/_of_vendor.html", products=found[:MOST], more=max(len(found) - MOST, 0))
