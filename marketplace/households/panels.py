"""What households put on other pages: the way to the desk, and the pool behind a scenario for the service body."""

from __future__ import annotations

from flask import render_template

from marketplace.households import queries
from marketplace.households.models import FEWEST
from marketplace.kernel.actor import Actor
from marketplace.organisations.models import Organisation
from marketplace.scenarios.models import Scenario
from marketplace.web.panels import panel


@panel("desk", order=20)
def mine(_actor: Actor, own: list[Organisation]) -> str | None:
    """The desks of the actor's service bodies."""
    found = [o for o in own if o.is_service_body]
    return render_template("households/_desk.html", bodies=found) if found else None


@panel("scenario", order=20)
def pool(actor: Actor, row: Scenario) -> str | None:
    """How many homes stand behind the scenario today."""
    if row.domain != "household":
        return None
    found = queries.pool_of(actor, row.id)
    if found is None:
        return None
    return render_template("households/_pool.html", pool=found[0], homes=found[1], fewest=FEWEST)
