"""Submitting and withdrawing, until the deadline by the server's clock."""

from __future__ import annotations

import secrets
from datetime import datetime

from marketplace.bids import events, queries
from marketplace.bids.document import gaps
from marketplace.bids.models import Bid, BidVersion
from marketplace.bids.policies import BID
from marketplace.bids.services.choosing import fresh
from marketplace.bids.services.drafting import document
from marketplace.bids.states import LIFECYCLE, State
from marketplace.challenges import queries as challenges
from marketplace.challenges.services import require_open_for_bids
from marketplace.infra.sealing import services as sealing
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Stale
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations.services import require_verified


def submit(actor: Actor, bid_id: int, *, received_at: datetime, seen: int | None = None) -> BidVersion:
    """Make the draft an immutable version and receipt it, with the offered products as they stand at this moment.

    ``received_at`` is when the request arrived, compared with the deadline under a shared lock of the challenge.
    The receipt's digest covers a random salt and the content, so that a price cannot be guessed from it.
    """
    row = queries.get(actor, bid_id)
    resubmitting = row.state is State.SUBMITTED
    BID.require(actor, "resubmit" if resubmitting else "submit", row)
    challenge = challenges.get(actor, row.challenge_id, lock="share")
    require_open_for_bids(challenge, received_at=received_at)
    require_verified(row.lead)
    row = queries.get(actor, bid_id, fresh=True)
    if seen is not None and seen != row.draft_number:
        raise Stale(_("核对之后草稿又改过。请再看一遍，然后提交。"))
    if resubmitting and not row.has_newer_draft:
        raise Conflict(_("这一稿已经提交过了，回执在邮箱里。要修改，先改草稿再提交。"))
    content = document(actor, row)
    content.offers = fresh(actor, content, row.lead_id)
    missing = [m for part in gaps(content, challenge.content).values() for m in part]
    if missing:
        raise Conflict(_("还有 %(count)s 处没有填完：%(first)s", count=len(missing), first=missing[0]))
    LIFECYCLE.fire(row, "resubmit" if resubmitting else "submit", actor=actor)
    assert actor.user_id is not None
    salt = secrets.token_hex(16)
    plain = content.model_dump()
    row.version = len(row.versions) + 1
    version = BidVersion(
        bid_id=row.id,
        number=row.version,
        challenge_version=challenge.version,
        ciphertext=b"",
        digest=sealing.digest(plain, salt),
        received_at=received_at,
        submitted_by=actor.user_id,
    )
    version.ciphertext = sealing.seal(row.seal_scope, version.seal_label, {"salt": salt, "content": plain})
    row.versions.append(version)
    session().flush()
    row.submitted_at = max(clock.now(), row.drafted_at)
    record(events.BidSubmitted(actor=actor, bid_id=row.id, version=version.number))
    return version


def withdraw(actor: Actor, bid_id: int, *, received_at: datetime) -> Bid:
    """Take every submitted version back before the deadline; the draft stays and may be submitted again."""
    row = queries.get(actor, bid_id)
    BID.require(actor, "withdraw", row)
    challenge = challenges.get(actor, row.challenge_id, lock="share")
    require_open_for_bids(challenge, received_at=received_at)
    row = queries.get(actor, bid_id, fresh=True)
    LIFECYCLE.fire(row, "withdraw", actor=actor)
    for version in row.versions:
        version.withdrawn_at = version.withdrawn_at or clock.now()
    record(events.BidWithdrawn(actor=actor, bid_id=row.id))
    return row
