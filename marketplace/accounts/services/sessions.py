"""Sessions, the history of sign-ins, and the browsers that a person is known by."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.orm import joinedload

from marketplace.accounts import events, queries
from marketplace.accounts.models import KnownDevice, Method, Outcome, SignIn, User, UserSession
from marketplace.accounts.policies import SESSION
from marketplace.accounts.states import LIFECYCLE, State
from marketplace.infra.jobs.services import by_the_clock
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session, unit_of_work
from marketplace.kernel.errors import NotFound

IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=7)
HISTORY = timedelta(days=366)
"""How long attempts to sign in are kept; the law asks for six months at least (网络安全法 art. 21)."""
REMEMBERED = timedelta(days=400)
"""How long a browser is known without a sign-in, as long as browsers keep a cookie (RFC 6265bis)."""


@dataclass(frozen=True)
class Place:
    """Where a request comes from: network address, the browser's own words, and the browser's long-lived token."""

    address: str = ""
    device: str = ""
    token: str = ""


NOWHERE = Place()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def note_attempt(
    user_id: int, outcome: Outcome, place: Place, *, method: Method = Method.NONE, new_device: bool = False
) -> SignIn:
    """Keep one attempt to sign in."""
    row = SignIn(
        user_id=user_id,
        at=clock.real_now(),
        outcome=outcome,
        method=method,
        new_device=new_device,
        address=place.address[:60],
        device=place.device[:300],
    )
    session().add(row)
    session().flush()
    return row


def _is_new(user_id: int, place: Place) -> bool:
    """Whether the person signs in with a browser not seen before, having used another; from now on it is known."""
    if not place.token:
        return False
    # Hashed with the person's number: rows of two people who share a browser show nothing in common.
    hashed = _hash(f"{user_id}:{place.token}")
    now = clock.real_now()
    devices = queries.devices_of(user_id)
    known = next((d for d in devices if d.token_hash == hashed), None)
    if known is not None:
        known.last_at, known.device = now, place.device[:300]
        return False
    session().add(KnownDevice(user_id=user_id, token_hash=hashed, device=place.device[:300], first_at=now, last_at=now))
    return bool(devices)


def open_session(
    user: User, *, address: str = "", device: str = "", token: str = "", method: Method = Method.NONE
) -> str:
    """A new session of ``user``; answers the token that the cookie carries.

    ``token`` is the browser's long-lived one: a browser not seen before is told by mail, the very first is not.
    An account that its owner had put out of use is in use again.
    """
    actor = Actor(user_id=user.id)
    if user.state is State.DEACTIVATED:
        LIFECYCLE.fire(user, "reactivate", actor=actor)
        user.state_at = clock.now()
        record(events.AccountReactivated(actor=actor, user_id=user.id))
    place = Place(address, device, token)
    new = _is_new(user.id, place)
    attempt = note_attempt(user.id, Outcome.SIGNED_IN, place, method=method, new_device=new)
    own = secrets.token_urlsafe(32)
    now = clock.real_now()
    session().add(
        UserSession(
            user_id=user.id,
            token_hash=_hash(own),
            created_at=now,
            seen_at=now,
            proved_at=now,
            address=address[:60],
            device=device[:300],
        )
    )
    record(events.SignedIn(actor=actor, user_id=user.id))
    if new:
        record(events.NewDevice(actor=actor, user_id=user.id, sign_in_id=attempt.id))
    return own


# Asked with every request: put together once.
_LIVE = (
    select(UserSession)
    .where(UserSession.token_hash == bindparam("token"), UserSession.ended_at.is_(None))
    .options(joinedload(UserSession.user, innerjoin=True))
)


def session_of(token: str) -> UserSession | None:
    """The live session that a cookie's token stands for."""
    row = session().scalar(_LIVE, {"token": _hash(token)})
    now = clock.real_now()
    if row is None or row.seen_at < now - IDLE or row.created_at < now - LIFETIME:
        return None
    return row


def touch(session_id: int) -> None:
    """Note that a session was used."""
    row = session().get(UserSession, session_id)
    if row is not None:
        row.seen_at = clock.real_now()


def end_session(actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions."""
    row = session().get(UserSession, session_id)
    if row is None or not SESSION.allows(actor, "end", row):
        raise NotFound()
    row.ended_at = clock.real_now()
    record(events.SessionsEnded(actor=actor, user_id=row.user_id))


def end_other_sessions(actor: Actor, own_id: int) -> None:
    """End all of the actor's sessions but the one in hand."""
    assert actor.user_id is not None
    end_sessions_of(actor.user_id, UserSession.id != own_id)
    record(events.SessionsEnded(actor=actor, user_id=actor.user_id))


def end_all_sessions(actor: Actor) -> None:
    """End all of the actor's sessions, this one too."""
    assert actor.user_id is not None
    end_sessions_of(actor.user_id)
    record(events.SessionsEnded(actor=actor, user_id=actor.user_id))


def end_sessions_of(user_id: int, *conditions: ColumnElement[bool]) -> None:
    """End a person's sessions, inside a larger act that says why."""
    session().execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None), *conditions)
        .values(ended_at=clock.real_now())
    )


@by_the_clock
def forget_old_sign_ins() -> int:
    """Erase attempts, ended sessions and devices that have been kept long enough."""
    now = clock.real_now()
    old = (
        (SignIn, SignIn.at < now - HISTORY),
        (UserSession, UserSession.created_at < now - HISTORY),
        (KnownDevice, KnownDevice.last_at < now - REMEMBERED),
    )
    work = session()
    found = [(model, condition) for model, condition in old if work.scalar(select(model.id).where(condition).limit(1))]
    work.rollback()
    if not found:
        return 0
    with unit_of_work() as writing:
        for model, condition in found:
            writing.execute(delete(model).where(condition))
    return len(found)
