"""What evaluation puts on other pages: a bidder's own result, the owner's shortlist, the officer's next step."""

from __future__ import annotations

from flask import render_template

from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.evaluation import queries
from marketplace.kernel.actor import Actor
from marketplace.web.panels import panel


@panel("bid", order=10)
def result(actor: Actor, row: Bid) -> str | None:
    """How a bid fared, as far as the viewer may know."""
    stage, decision = queries.stage_of(actor, row.id), queries.decision_of(actor, row.id)
    if stage is None and decision is None:
        return None
    return render_template("evaluation/_result.html", stage=stage, decision=decision)


@panel("challenge", order=30)
def decisions(actor: Actor, row: Challenge) -> str | None:
    """The released decisions with their reasons, for owner and staff."""
    if not actor.is_staff and row.owner_id not in actor.organisations():
        return None
    found = [d for d in queries.decisions(actor, row.id) if d.is_released]
    return render_template("evaluation/_decisions.html", decisions=found) if found else None


@panel("challenge.manage", order=20)
def steps(actor: Actor, row: Challenge) -> str | None:
    """The way to eligibility and shortlist."""
    return render_template("evaluation/_manage.html", challenge=row) if row.opened_at else None
