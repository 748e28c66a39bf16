"""One's own profile, and what an administrator does with accounts: roles, second factors, shutting and opening."""

from __future__ import annotations

from marketplace.accounts import events
from marketplace.accounts.models import StaffRole, User, UserRole
from marketplace.accounts.policies import USER
from marketplace.accounts.services.second_factor import take_away
from marketplace.accounts.services.sessions import end_sessions_of
from marketplace.accounts.states import LIFECYCLE
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import gettext as _


def edit_profile(actor: Actor, *, name: str, language: str) -> None:
    """Change the actor's own name and language of mails."""
    user = session().get(User, actor.user_id)
    if user is None or not USER.allows(actor, "edit", user):
        raise NotFound()
    user.name, user.language = name, language


def _other(actor: Actor, user_id: int, act: str) -> User:
    """Somebody else's account on which the actor may ``act``."""
    user = session().get(User, user_id)
    if user is None or not (USER.allows(actor, "view", user) or actor.is_system):
        raise NotFound()
    USER.require(actor, act, user)
    return user


def set_role(actor: Actor, user_id: int, *, role: StaffRole, given: bool) -> None:
    """Give or take a staff role; only by an administrator, never one's own."""
    user = _other(actor, user_id, "set_roles")
    if user_id == actor.user_id:
        raise Conflict(_("不能改自己的角色。请另一位管理员来改。"))
    has = next((r for r in user.roles if r.role is role), None)
    if given == (has is not None):
        return
    if has is None:
        user.roles.append(UserRole(role=role))
    else:
        user.roles.remove(has)
    record(events.RoleChanged(actor=actor, user_id=user_id, role=role.value, given=given))


def reset_second_factor(actor: Actor, user_id: int, *, reason: str) -> None:
    """Take a second factor away from somebody who lost it; the person is mailed and signs in anew."""
    user = _other(actor, user_id, "reset_second_factor")
    if user_id == actor.user_id:
        raise Conflict(_("不能重置自己的二次验证。请另一位管理员来办。"))
    if not reason:
        raise Invalid("reason", _("请写明理由，例如“手机丢失，已当面核对身份”。"))
    if user.second_factor is None:
        raise Conflict(_("这个账号没有开启二次验证。"))
    take_away(user_id)
    end_sessions_of(user_id)
    record(events.SecondFactorReset(actor=actor, user_id=user_id, reason=reason))


def block(actor: Actor, user_id: int, *, reason: str) -> None:
    """Shut an account: its sessions end, nobody signs in, ordinary mails stop."""
    user = _other(actor, user_id, "block")
    if user_id == actor.user_id:
        raise Conflict(_("不能停用自己的账号。请另一位管理员来办。"))
    if not reason:
        raise Invalid("reason", _("请写明停用的理由，本人会在邮件里看到。"))
    LIFECYCLE.fire(user, "block", actor=actor, reason=reason)
    user.state_reason, user.state_at = reason, clock.now()
    end_sessions_of(user_id)
    record(events.AccountBlocked(actor=actor, user_id=user_id))


def unblock(actor: Actor, user_id: int) -> None:
    """Open an account that was shut."""
    user = _other(actor, user_id, "unblock")
    LIFECYCLE.fire(user, "unblock", actor=actor)
    user.state_reason, user.state_at = "", clock.now()
    record(events.AccountUnblocked(actor=actor, user_id=user_id))
