"""What introductions put on other pages: the direct route on a scenario's, the invitation on a vendor's and a product's."""

from __future__ import annotations

from typing import Any

from flask import render_template

from marketplace.catalogue.models import Product
from marketplace.introductions import queries
from marketplace.introductions.services import obstacle
from marketplace.introductions.words import RESULTS
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.organisations.models import Organisation
from marketplace.scenarios import queries as scenarios
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.policies import SCENARIO
from marketplace.scenarios.states import State
from marketplace.web.panels import panel


@panel("scenario", order=10)
def route(actor: Actor, row: Scenario) -> str | None:
    """Opening and ending the route for the owner and staff, saying that one is interested for everybody else."""
    manages = SCENARIO.allows(actor, "open_matching", row)
    if row.state is State.ADMITTED:
        return render_template("introductions/_open.html", scenario=row) if manages and not obstacle(row) else None
    if row.state not in (State.MATCHING, State.LANDED):
        return None
    found = queries.of_scenario(actor, row.id) if actor.is_signed_in else []
    outside = row.owner_id not in actor.organisations() and not actor.is_staff
    return render_template(
        "introductions/_route.html",
        scenario=row,
        found=found,
        manages=manages,
        outside=outside,
        running=[i for i in found if i.state in queries.RUNNING],
    )


def _may_invite(actor: Actor, vendor_id: int) -> bool:
    own = actor.organisations(EDITORS)
    return bool(own) and vendor_id not in actor.organisations() and scenarios.is_matching(actor)


@panel("organisation", order=20)
def of_vendor(actor: Actor, row: Organisation) -> str | None:
    """The invitation, for owners with a scenario in direct matching."""
    if not row.is_vendor or not row.is_verified or not _may_invite(actor, row.id):
        return None
    return render_template("introductions/_invite.html", vendor=row, product=None)


@panel("product", order=60)
def of_product(actor: Actor, row: Product) -> str | None:
    """The same, with this product."""
    if not row.is_listed or not _may_invite(actor, row.vendor_id):
        return None
    return render_template("introductions/_invite.html", vendor=row.vendor, product=row)


@panel("programme", order=50)
def of_programme(_actor: Actor, _row: Any) -> str | None:
    """What came of direct matching, once something has."""
    found = queries.results()
    if not any(found.values()):
        return None
    rows = [{"label": str(RESULTS[result]), "value": count} for result, count in found.items()]
    return render_template("introductions/_results.html", rows=rows, total=sum(found.values()))
