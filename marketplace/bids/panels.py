"""What bids put on the challenge page: the one next step for a vendor, and the opening for an officer."""

from __future__ import annotations

from typing import Any

from flask import render_template

from marketplace.bids import queries
from marketplace.bids.document import completeness
from marketplace.bids.services import drafting
from marketplace.bids.states import State
from marketplace.challenges.models import Challenge
from marketplace.kernel.actor import EDITORS, Actor
from marketplace.organisations import queries as organisations
from marketplace.web.panels import panel


@panel("challenge.next", order=10)
def next_step(actor: Actor, row: Challenge) -> str | None:
    """Bid, go on with the draft, or the receipt: for vendors' people; others are asked to sign in."""
    if not row.is_public:
        return None
    if not actor.is_signed_in:
        return render_template("bids/_next_anyone.html", challenge=row) if row.accepts_bids else None
    found = queries.own(actor, row.id)
    vendors = (
        [o for o in organisations.mine(actor) if o.is_vendor and o.id in actor.organisations(EDITORS)]
        if not found
        else []
    )
    if not found and (not vendors or not row.accepts_bids):
        return None
    shown: list[dict[str, Any]] = []
    for bid in found:
        draft = bid.state in (State.DRAFT, State.WITHDRAWN) or bid.has_newer_draft
        percent = completeness(drafting.document(actor, bid), row.content) if draft and row.accepts_bids else None
        shown.append({"bid": bid, "percent": percent, "receipt": bid.counting})
    return render_template("bids/_next.html", challenge=row, bids=shown, vendors=vendors)


@panel("challenge.manage", order=10)
def opening(actor: Actor, row: Challenge) -> str | None:
    """The way to the opening."""
    return render_template("bids/_manage.html", challenge=row) if row.is_public else None
