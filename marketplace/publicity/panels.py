"""What notices put on the challenge page."""

from __future__ import annotations

from flask import render_template

from marketplace.challenges.models import Challenge
from marketplace.kernel.actor import Actor
from marketplace.publicity import queries
from marketplace.web.panels import panel


@panel("challenge", order=40)
def notices(actor: Actor, row: Challenge) -> str | None:
    """The challenge's public notices."""
    found = queries.of_challenge(row.id) if row.is_public else []
    return render_template("publicity/_notices.html", notices=found) if found else None
