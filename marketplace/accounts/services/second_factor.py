"""The second factor: an authenticator app (TOTP, RFC 6238) with ten recovery codes for the day the phone is lost."""

from __future__ import annotations

import hmac
import secrets

import pyotp
from sqlalchemy import delete, select

from marketplace.accounts import events, queries
from marketplace.accounts.models import Method, Outcome, RecoveryCode, SecondFactor, User
from marketplace.accounts.policies import USER
from marketplace.accounts.services.passwords import ATTEMPTS, LOCK
from marketplace.accounts.services.sessions import NOWHERE, Place, note_attempt
from marketplace.infra.sealing.secrets import decrypt, encrypt, keyed_hash
from marketplace.kernel import clock
from marketplace.kernel.actor import NOBODY, Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import fold

STEP = 30
"""Seconds that a code is shown for; the one before and the one after are taken too, for clocks that differ."""
DIGITS = 6
CODES = 10
RECOVERY_DIGITS = 16
PURPOSE = "second-factor"


def _own(actor: Actor) -> User:
    user = session().get(User, actor.user_id)
    if user is None or not USER.allows(actor, "edit", user):
        raise NotFound()
    return user


def _row(user_id: int) -> SecondFactor | None:
    """Locked, so that one code sent twice at the same moment is taken once."""
    query = select(SecondFactor).where(SecondFactor.user_id == user_id).with_for_update()
    return session().scalar(query.execution_options(populate_existing=True))


def _label(user_id: int) -> str:
    return f"{PURPOSE}:{user_id}"


def secret_of(row: SecondFactor) -> str:
    """The seed that app and site share, in base32."""
    return decrypt(PURPOSE, _label(row.user_id), row.secret).decode()


def begin(actor: Actor) -> None:
    """Make the seed of a new app; it counts once a first code has confirmed it."""
    user = _own(actor)
    row = _row(user.id)
    if row is not None and row.confirmed_at is not None:
        raise Conflict(_("二次验证已经开启。要换手机，请先关闭，再重新设置。"))
    if row is None:
        row = SecondFactor(user_id=user.id, created_at=clock.real_now(), secret=b"")
        session().add(row)
    row.secret = encrypt(PURPOSE, _label(user.id), pyotp.random_base32().encode())
    row.created_at, row.last_step = clock.real_now(), 0


def confirm(actor: Actor, code: str) -> list[str]:
    """Turn the second factor on by a first code; answers the recovery codes, which nobody can show again."""
    user = _own(actor)
    row = _row(user.id)
    if row is None:
        raise Conflict(_("还没有开始设置。请先点“开始设置”。"))
    if row.confirmed_at is not None:
        raise Conflict(_("二次验证已经开启。要换手机，请先关闭，再重新设置。"))
    if not _takes(row, _typed(code)):
        raise Invalid("code", _("验证码不对。请看手机的时间是否准确，再输入应用里现在显示的 6 位数字。"))
    row.confirmed_at = clock.real_now()
    codes = _make_codes(user.id)
    record(events.SecondFactorOn(actor=actor, user_id=user.id))
    return codes


def regenerate(actor: Actor) -> list[str]:
    """Ten new recovery codes in the place of the old."""
    user = _own(actor)
    if not queries.has_second_factor(user.id):
        raise Conflict(_("二次验证没有开启。请先开启，再生成恢复码。"))
    codes = _make_codes(user.id)
    record(events.RecoveryCodesMade(actor=actor, user_id=user.id))
    return codes


def turn_off(actor: Actor) -> None:
    """Do without a second factor; refused to staff where the installation asks them for one."""
    user = _own(actor)
    if queries.must_have_second_factor(user):
        raise Conflict(_("工作人员必须使用二次验证。要换手机，请联系系统管理员重置。"))
    if not queries.has_second_factor(user.id):
        raise Conflict(_("二次验证没有开启。"))
    take_away(user.id)
    record(events.SecondFactorOff(actor=actor, user_id=user.id))


def take_away(user_id: int) -> None:
    """Remove app and codes, inside a larger act that says why."""
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    row = _row(user_id)
    if row is not None:
        session().delete(row)
    session().flush()
    session().expire_all()


def check(user_id: int, code: str, *, place: Place = NOWHERE) -> Method | None:
    """How ``code`` proves the person: by the app, by a recovery code (used up), or not at all.

    Wrong codes are counted and lock the second factor for a while; runs in a unit of work that is committed either way.
    """
    row = _row(user_id)
    if row is None or row.confirmed_at is None:
        return None
    if row.locked_until and row.locked_until > clock.real_now():
        note_attempt(user_id, Outcome.LOCKED, place)
        return None
    typed = _typed(code)
    method = Method.APP if _takes(row, typed) else Method.RECOVERY if _uses(user_id, typed) else None
    if method is not None:
        row.failed, row.locked_until = 0, None
        return method
    row.failed += 1
    note_attempt(user_id, Outcome.WRONG_CODE, place)
    record(events.CodeFailed(actor=NOBODY, user_id=user_id))
    if row.failed >= ATTEMPTS:
        row.failed, row.locked_until = 0, clock.real_now() + LOCK
        record(events.CodeLockedOut(actor=NOBODY, user_id=user_id))
    return None


def _typed(code: str) -> str:
    """The digits of what was typed: full-width ones and gaps are fine, anything else is no code."""
    if len(code) > 64:
        return ""
    digits = fold(code).replace(" ", "").replace("-", "")
    return digits if digits.isascii() and digits.isdigit() else ""


def _takes(row: SecondFactor, code: str) -> bool:
    """Whether the app shows ``code`` about now and it was not taken before (RFC 6238, 5.2)."""
    if len(code) != DIGITS:
        return False
    app = pyotp.TOTP(secret_of(row), digits=DIGITS, interval=STEP)
    now = int(clock.real_now().timestamp()) // STEP
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(app.generate_otp(step), code) and step > row.last_step:
            row.last_step = step
            return True
    return False


def _hashed(user_id: int, code: str) -> str:
    return keyed_hash("recovery-code", f"{user_id}:{code}")


def _make_codes(user_id: int) -> list[str]:
    session().execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = ["".join(secrets.choice("0123456789") for _digit in range(RECOVERY_DIGITS)) for _code in range(CODES)]
    session().add_all(RecoveryCode(user_id=user_id, code_hash=_hashed(user_id, code)) for code in codes)
    session().flush()
    return [" ".join(code[i : i + 4] for i in range(0, RECOVERY_DIGITS, 4)) for code in codes]


def _uses(user_id: int, code: str) -> bool:
    if len(code) != RECOVERY_DIGITS:
        return False
    row = session().scalar(
        select(RecoveryCode).where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _hashed(user_id, code),
            RecoveryCode.used_at.is_(None),
        )
    )
    if row is None:
        return False
    row.used_at = clock.real_now()
    session().flush()
    left = queries.recovery_codes_left(user_id)
    record(events.RecoveryCodeUsed(actor=Actor(user_id=user_id), user_id=user_id, left=left))
    return True


def address_for_app(user: User, secret: str) -> str:
    """The ``otpauth://`` address that an app reads from the picture."""
    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
    return app.provisioning_uri(name=user.email, issuer_name=_("具身智能场景揭榜"))
