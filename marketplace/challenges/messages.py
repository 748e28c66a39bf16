"""Mails about challenges."""

from __future__ import annotations

from typing import Any

from flask import url_for

from marketplace.challenges import events, queries
from marketplace.challenges.models import Challenge
from marketplace.infra.announcements import notify
from marketplace.kernel.db import session


def context(payload: dict[str, Any]) -> dict[str, Any]:
    """What every mail about a challenge shows."""
    row = session().get_one(Challenge, payload["challenge_id"])
    link = url_for("challenges.show", challenge_id=row.id, _external=True)
    old = row.versions[-2].closes_at if len(row.versions) > 1 else None
    return {"challenge": row, "link": link, "reason_given": row.versions[-1].reason if row.versions else "", "old": old}


notify(events.ChallengePublished, template="challenges/published_owner", to=queries.owner_members, context=context)
notify(events.ChallengePublished, template="challenges/published", to=queries.followers, context=context)
for to in (queries.owner_members, queries.watchers):
    notify(events.ChallengeExtended, template="challenges/extended", to=to, context=context)
    notify(events.ChallengeSuspended, template="challenges/suspended", to=to, context=context)
    notify(events.ChallengeResumed, template="challenges/resumed", to=to, context=context)
    notify(events.ChallengeCancelled, template="challenges/cancelled", to=to, context=context)
