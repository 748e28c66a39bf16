"""What recommending puts on other pages. Where no round asks for it, nothing."""

from __future__ import annotations

from flask import render_template

from marketplace.bids.models import Bid
from marketplace.challenges.models import Challenge
from marketplace.kernel.actor import Actor
from marketplace.organisations.models import Organisation
from marketplace.recommending import queries, services
from marketplace.rounds.models import Round, Stage
from marketplace.scenarios.models import Scenario
from marketplace.web.panels import panel


@panel("desk", order=10)
def mine(actor: Actor, own: list[Organisation]) -> str | None:
    """The lists that wait for a body's people."""
    found = queries.waiting(actor, own)
    return render_template("recommending/_desk.html", waiting=found) if found else None


@panel("scenario", order=10)
@panel("scenario.check", order=10)
def of_scenario(actor: Actor, row: Scenario) -> str | None:
    """What the body said of a scenario."""
    if row.round is None or not row.round.asks(Stage.SCENARIOS):
        return None
    found = queries.of_scenario(actor, row.id)
    return render_template("recommending/_said.html", row=found) if found else None


@panel("bid", order=5)
def of_bid(actor: Actor, row: Bid) -> str | None:
    """Where a bid's recommendation stands; the bidder sends its cover sheet from here."""
    call = row.challenge.round
    if call is None or not call.asks(Stage.BIDS):
        return None
    insider = row.lead_id in actor.organisations()
    found = queries.of_bid(actor, row.id)
    body = queries.body_for(row)
    return render_template(
        "recommending/_bid.html",
        bid=row,
        row=found,
        body=body,
        call=call,
        insider=insider,
        may_send=insider and body is not None and call.may_recommend and row.state in services.SENDABLE,
    )


@panel("challenge.next", order=60)
def of_challenge(_actor: Actor, row: Challenge) -> str | None:
    """That bids of this round have to be recommended."""
    if row.round is None or not row.round.asks(Stage.BIDS) or not row.accepts_bids:
        return None
    return render_template("recommending/_challenge.html", call=row.round)


@panel("round", order=30)
def of_round(actor: Actor, row: Round) -> str | None:
    """What bodies recommended, for staff."""
    if row.asks(Stage.NONE) or not actor.roles & {"officer", "auditor"}:
        return None
    return render_template("recommending/_round.html", rows=queries.of_round(actor, row.id), call=row)
