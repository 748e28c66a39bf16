"""Putting one's account out of use for a while, and having it deleted for good (PIPL arts. 45 to 47)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts import events
from marketplace.accounts.models import User
from marketplace.accounts.policies import USER
from marketplace.accounts.services.sessions import end_sessions_of
from marketplace.accounts.states import LIFECYCLE, State
from marketplace.infra.jobs.services import by_the_clock
from marketplace.infra.mail import services as mail
from marketplace.infra.personal import forget, tied
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import record, session, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.i18n import gettext as _

COMES_BACK = timedelta(days=30)
"""How long after putting it out of use a plain sign-in takes an account back into use; later by the mailed link only."""
GRACE = timedelta(days=7)
"""How long one may change one's mind about a deletion."""


def _own(actor: Actor, act: str) -> User:
    user = session().get(User, actor.user_id)
    if user is None or not USER.allows(actor, act, user):
        raise NotFound()
    return user


def check_may_enter(user: User, *, by_mail: bool = False) -> None:
    """Nothing, or ``Conflict`` that says why the account is closed; asked after the password was right."""
    if user.state is State.BLOCKED:
        raise Conflict(_("这个账号已被管理员停用，理由已发到您的邮箱。有疑问请联系项目办公室。"))
    long_ago = user.state_at is not None and user.state_at < clock.now() - COMES_BACK
    if user.state is State.DEACTIVATED and long_ago and not by_mail:
        raise Conflict(_("这个账号停用超过 30 天了。请点“忘记密码”，用邮件里的链接重设密码，账号随即恢复。"))


def ties_of(user: User, *, for_good: bool) -> list[str]:
    """What has to be settled before the person goes; staff give their roles back before a deletion."""
    found = tied(user.id)
    if for_good and user.roles:
        found.append(_("您在项目办公室还有角色。请先让管理员收回。"))
    return found


def _require_untied(user: User, *, for_good: bool) -> None:
    found = ties_of(user, for_good=for_good)
    if found:
        raise Conflict("\n".join(found))


def deactivate(actor: Actor) -> None:
    """Put the actor's own account out of use; signing in within 30 days takes it back into use."""
    user = _own(actor, "deactivate")
    _require_untied(user, for_good=False)
    LIFECYCLE.fire(user, "deactivate", actor=actor)
    user.state_at = clock.now()
    end_sessions_of(user.id)
    record(events.AccountDeactivated(actor=actor, user_id=user.id))


def ask_deletion(actor: Actor) -> None:
    """Have the actor's own account deleted in seven days."""
    user = _own(actor, "ask_deletion")
    _require_untied(user, for_good=True)
    LIFECYCLE.fire(user, "ask_deletion", actor=actor)
    user.state_at = clock.now()
    record(events.DeletionAsked(actor=actor, user_id=user.id))


def keep(actor: Actor) -> None:
    """Change one's mind while there is time."""
    user = _own(actor, "keep")
    LIFECYCLE.fire(user, "keep", actor=actor)
    user.state_at = clock.now()
    record(events.DeletionWithdrawn(actor=actor, user_id=user.id))


def note_export(actor: Actor) -> None:
    """Record that the actor took a copy of the own data."""
    assert actor.user_id is not None
    record(events.DataExported(actor=actor, user_id=actor.user_id))


@by_the_clock
def carry_out_deletions() -> int:
    """Delete the accounts whose week is over, each in its own transaction; answers how many were dealt with."""
    work = session()
    query = select(User.id).where(User.state == State.LEAVING, User.state_at <= clock.now() - GRACE)
    due = list(work.scalars(query.order_by(User.id)))
    work.rollback()
    for user_id in due:
        with unit_of_work() as writing:
            user = writing.get_one(User, user_id, with_for_update=True)
            if user.state is State.LEAVING:
                _delete(user)
    return len(due)


def _delete(user: User) -> None:
    if ties_of(user, for_good=True):
        LIFECYCLE.fire(user, "keep", actor=SYSTEM)
        user.state_at = clock.now()
        record(events.DeletionStopped(actor=SYSTEM, user_id=user.id))
        return
    old = user.email
    mail.forget(old)
    forget(user.id)
    user.receipt_to, user.deleted_at, user.state_at = old, clock.now(), clock.now()
    # No address, so that nobody can register with it.
    user.email, user.name = f"deleted-{user.id}", f"已注销 · deleted #{user.id}"
    # No password has this hash, so nobody signs in.
    user.password_hash, user.confirmed_at = f"!{secrets.token_hex(16)}", None
    LIFECYCLE.fire(user, "delete", actor=SYSTEM)
    record(events.AccountDeleted(actor=SYSTEM, user_id=user.id))


@by_the_clock
def forget_receipts() -> int:
    """Once the receipt of a deletion was sent, forget where to."""
    work = session()
    waiting = list(work.scalars(select(User.id).where(User.receipt_to != "")))
    work.rollback()
    done = 0
    for user_id in waiting:
        with unit_of_work() as writing:
            user = writing.get_one(User, user_id)
            if mail.all_sent(user.receipt_to):
                mail.forget(user.receipt_to)
                user.receipt_to = ""
                done += 1
    return done
