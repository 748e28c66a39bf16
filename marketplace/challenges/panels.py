"""What challenges put on other pages: a round's challenges."""

from __future__ import annotations

from flask import render_template

from marketplace.challenges import queries
from marketplace.kernel.actor import Actor
from marketplace.rounds.models import Round
from marketplace.web.panels import panel


@panel("round", order=10)
def of_round(actor: Actor, row: Round) -> str:
    """The published challenges of the round."""
    return render_template("challenges/_of_round.html", challenges=queries.of_round(actor, row.id))
