"""What challenges put on other pages: a round's challenges, and an owner's."""

from __future__ import annotations

from flask import render_template

from marketplace.challenges import queries
from marketplace.kernel.actor import Actor
from marketplace.organisations.models import Organisation
from marketplace.rounds.models import Round
from marketplace.web.panels import panel


@panel("round", order=10)
def of_round(actor: Actor, row: Round) -> str:
    """The published challenges of the round."""
    return render_template("challenges/_of_round.html", challenges=queries.of_round(actor, row.id))


@panel("organisation", order=20)
def of_owner(_actor: Actor, row: Organisation) -> str | None:
    """What the organisation has published, the newest first; the same for everybody."""
    found = queries.published_by(row.id, 10) if row.is_owner or row.is_service_body else []
    return render_template("challenges/_of_owner.html", challenges=found) if found else None
