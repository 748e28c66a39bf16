"""Reads of challenges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalogue import queries as catalogue
from marketplace.challenges.models import Challenge, ChallengeFile, Watch
from marketplace.challenges.policies import CHALLENGE
from marketplace.challenges.states import State
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import count_by, session
from marketplace.kernel.errors import NotFound
from marketplace.notifications import queries as notifications
from marketplace.organisations import queries as organisations


@lru_cache
def _whole() -> tuple[Any, ...]:
    """What a challenge is loaded with; made when it is first asked for, since it configures every table of the site."""
    return joinedload(Challenge.owner), joinedload(Challenge.round), selectinload(Challenge.versions)


def get(actor: Actor, challenge_id: int, *, lock: str = "") -> Challenge:
    """The challenge, when the actor may see it; ``lock="update"`` or ``"share"`` until the end of the transaction."""
    query = select(Challenge).where(Challenge.id == challenge_id, CHALLENGE.where(actor))
    if lock:
        query = query.with_for_update(read=lock == "share", of=Challenge).execution_options(populate_existing=True)
    else:
        query = query.options(*_whole())
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def visible(actor: Actor, ids: Sequence[int]) -> list[Challenge]:
    """Those of the challenges that the actor may see, in the order of ``ids``."""
    if not ids:
        return []
    query = select(Challenge).where(Challenge.id.in_(ids), CHALLENGE.where(actor)).options(joinedload(Challenge.owner))
    rows = {row.id: row for row in session().scalars(query)}
    return [rows[i] for i in ids if i in rows]


def closing_soon(limit: int) -> list[Challenge]:
    """Open challenges, the nearest deadline first."""
    query = select(Challenge).where(Challenge.state == State.PUBLISHED, Challenge.closes_at > clock.now())
    return list(
        session().scalars(
            query.options(joinedload(Challenge.owner)).order_by(Challenge.closes_at, Challenge.id).limit(limit)
        )
    )


def newest(limit: int) -> list[Challenge]:
    """Published challenges, the newest first."""
    query = select(Challenge).where(Challenge.published_at.is_not(None)).options(joinedload(Challenge.owner))
    return list(session().scalars(query.order_by(Challenge.published_at.desc(), Challenge.id.desc()).limit(limit)))


def of_round(actor: Actor, round_id: int, limit: int = 200) -> list[Challenge]:
    """The published challenges of a round, the newest first."""
    query = select(Challenge).where(
        Challenge.round_id == round_id, Challenge.published_at.is_not(None), CHALLENGE.where(actor)
    )
    query = query.options(joinedload(Challenge.owner)).order_by(Challenge.published_at.desc(), Challenge.id.desc())
    return list(session().scalars(query.limit(limit)))


def open_by_domain() -> dict[str, int]:
    """How many challenges are open in each domain."""
    return count_by(Challenge.domain, (Challenge.state == State.PUBLISHED) & (Challenge.closes_at > clock.now()))


def in_states(actor: Actor, states: Iterable[State], limit: int = 200) -> list[Challenge]:
    """Challenges in those states that the actor may see, by deadline."""
    query = select(Challenge).where(Challenge.state.in_(list(states)), CHALLENGE.where(actor))
    query = query.options(joinedload(Challenge.owner)).order_by(Challenge.closes_at, Challenge.id)
    return list(session().scalars(query.limit(limit)))


def of_owner(actor: Actor, limit: int = 100) -> list[Challenge]:
    """The challenges of the actor's own organisations."""
    query = (
        select(Challenge)
        .where(Challenge.owner_id.in_(sorted(actor.organisations())))
        .options(joinedload(Challenge.owner))
    )
    return list(session().scalars(query.order_by(Challenge.id.desc()).limit(limit)))


def published_by(owner_id: int, limit: int) -> list[Challenge]:
    """What everybody sees of an organisation's challenges, the newest first."""
    query = select(Challenge).where(Challenge.owner_id == owner_id, Challenge.is_public)
    query = query.options(joinedload(Challenge.owner)).order_by(Challenge.published_at.desc(), Challenge.id.desc())
    return list(session().scalars(query.limit(limit)))


def of_scenario(actor: Actor, scenario_id: int) -> Challenge | None:
    """The live challenge made from a scenario."""
    query = select(Challenge).where(
        Challenge.scenario_id == scenario_id, Challenge.state != State.CANCELLED, CHALLENGE.where(actor)
    )
    return session().scalar(query.order_by(Challenge.id.desc()).limit(1))


def files(actor: Actor, challenge: Challenge) -> list[ChallengeFile]:
    """The attachments that the actor may have."""
    query = (
        select(ChallengeFile).where(ChallengeFile.challenge_id == challenge.id).options(joinedload(ChallengeFile.file))
    )
    rows = session().scalars(query.order_by(ChallengeFile.id))
    all_of_them = CHALLENGE.allows(actor, "see_confidential", challenge)
    return [row for row in rows if row.is_public or all_of_them]


@dataclass(frozen=True, slots=True)
class Few:
    """What the record keeps of a publication to few vendors: when, how many there were, and why."""

    at: datetime
    products: int
    vendors: int
    reason: str


def published_to_few(actor: Actor, row: Challenge) -> Few | None:
    """Why a challenge that hardly any vendor could answer was published so: for its owner and staff, not for vendors."""
    if not row.is_public or not CHALLENGE.allows(actor, "see_confidential", row):
        return None
    query = select(AuditRow).where(AuditRow.subject == "PublishedToFew", AuditRow.subject_id == row.id)
    kept = session().scalar(query.order_by(AuditRow.id).limit(1))
    if kept is None:
        return None
    return Few(kept.at, kept.data["products"], kept.data["vendors"], kept.data["reason"])


def is_watching(actor: Actor, challenge_id: int) -> bool:
    """Whether the actor follows the challenge."""
    query = select(Watch.id).where(Watch.challenge_id == challenge_id, Watch.user_id == actor.user_id)
    return actor.user_id is not None and session().scalar(query) is not None


def watched(actor: Actor, limit: int = 50) -> list[Challenge]:
    """The challenges that the actor follows, the nearest deadline first."""
    query = select(Challenge).join(Watch).where(Watch.user_id == actor.user_id, CHALLENGE.where(actor))
    query = query.options(joinedload(Challenge.owner)).order_by(Challenge.closes_at, Challenge.id)
    return list(session().scalars(query.limit(limit)))


def watchers(payload: dict[str, Any]) -> list[int]:
    """Ids of the people who follow the challenge."""
    query = select(Watch.user_id).where(Watch.challenge_id == payload["challenge_id"])
    return list(session().scalars(query.order_by(Watch.user_id)))


def owner_members(payload: dict[str, Any]) -> list[int]:
    """Ids of the owner's people."""
    return organisations.member_ids([session().get_one(Challenge, payload["challenge_id"]).owner_id])


def followers(payload: dict[str, Any]) -> list[int]:
    """People who follow the domain of a new challenge; vendors with a product in it are told what fits instead."""
    row = session().get_one(Challenge, payload["challenge_id"])
    told = set(organisations.member_ids([row.owner_id, *catalogue.vendors_in_domain(row.domain)]))
    return notifications.without_the_deaf(i for i in notifications.followers_of(row.domain) if i not in told)
