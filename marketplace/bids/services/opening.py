"""集中启封: all bids of a challenge at once, no sooner than a minute after the deadline."""

from __future__ import annotations

from marketplace.bids import events, queries
from marketplace.bids.document import BidDocument
from marketplace.bids.models import Bid, BidVersion, OpenedBid, OpenedOffer, RequirementResponse
from marketplace.bids.policies import BID
from marketplace.bids.states import LIFECYCLE, State
from marketplace.challenges import queries as challenges
from marketplace.challenges import services as challenge_services
from marketplace.challenges.events import ChallengeCancelled
from marketplace.challenges.policies import CHALLENGE
from marketplace.challenges.services import OPENING_DELAY
from marketplace.infra.sealing import services as sealing
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Forbidden
from marketplace.kernel.events import subscribe
from marketplace.kernel.i18n import gettext as _


def open_all(actor: Actor, challenge_id: int) -> int:
    """Open every submitted bid, or record that there is none; answers how many.

    Runs under the challenge row's exclusive lock, so that no submission can slip in; each document is projected into
    rows. Refused before the deadline and in the minute after it, whatever the caller is.
    """
    row = challenges.get(actor, challenge_id, lock="update")
    if row.owner_id in actor.organisations():
        raise Forbidden(_("不能启封本单位榜题的申报。请另一位同事来办。"))
    if queries.is_recused(actor, challenge_id):
        raise Forbidden(_("本单位申报了这项榜题，不能由您启封。请另一位同事来办。"))
    CHALLENGE.require(actor, "open_bids", row)
    if row.closes_at is None or clock.now() < row.closes_at + OPENING_DELAY:
        raise Conflict(_("截止一分钟之后才能启封。"))
    found = queries.submitted(challenge_id)
    if not found:
        challenge_services.advance(actor, challenge_id, "record_no_bids")
        record(events.NoBidsFound(actor=actor, challenge_id=challenge_id))
        return 0
    challenge_services.advance(actor, challenge_id, "open_bids")
    row.opened_at = clock.now()
    for bid in found:
        version = bid.counting
        if version is None:
            continue
        bid.opened_at = row.opened_at
        LIFECYCLE.fire(bid, "open", actor=SYSTEM)
        _project(bid, version)
    record(events.BidsOpened(actor=actor, challenge_id=challenge_id))
    return len(found)


def _project(bid: Bid, version: BidVersion) -> None:
    opened = sealing.read(SYSTEM, version)
    content = BidDocument.model_validate(opened["content"])
    row = OpenedBid(
        bid_id=bid.id,
        salt=opened["salt"],
        total_investment=content.total_investment,
        financing=content.financing,
        price_notes=content.price_notes,
        solution=content.solution,
        declarations=content.declarations.model_dump(),
    )
    row.responses = [
        RequirementResponse(requirement_key=key, answer=r.answer, value_json=r.value, note=r.note)
        for key, r in content.responses.items()
    ]
    row.offers = [OpenedOffer(**o.model_dump()) for o in content.offers]
    session().add(row)
    natures = {f.id: f for f in content.files}
    for entry in bid.files:
        nature = natures.get(entry.id)
        if nature is not None:
            entry.name, entry.media_type, entry.size = nature.name, nature.media_type, nature.size


def void_all(_work: object, event: ChallengeCancelled) -> None:
    """A challenge that was cancelled ends its sealed bids unopened."""
    for bid in queries.submitted(event.challenge_id):
        LIFECYCLE.fire(bid, "make_void", actor=SYSTEM)


subscribe(ChallengeCancelled, void_all)


def disqualify(actor: Actor, bid: Bid, *, reason: str) -> None:
    """Take an opened bid out of the running, for a reason that its people are told."""
    BID.require(actor, "disqualify", bid)
    if bid.state is State.OPENED:
        LIFECYCLE.fire(bid, "disqualify", actor=actor, reason=reason)
