"""What accounts themselves hold of a person, and erase with the account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from marketplace.accounts import devices, words
from marketplace.accounts.models import (
    KnownDevice,
    RecoveryCode,
    SecondFactor,
    SignIn,
    User,
    UserRole,
    UserSession,
)
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.personal import forgets, holds
from marketplace.kernel.db import session
from marketplace.kernel.i18n import lazy_gettext as _l


def _account(user_id: int) -> Iterable[dict[str, Any]]:
    user = session().get_one(User, user_id)
    yield {
        "name": user.name,
        "email": user.email,
        "language": user.language,
        "created_at": user.created_at,
        "confirmed_at": user.confirmed_at,
        "roles": ", ".join(words.role(r.role.value) for r in user.roles),
        "second_factor_since": user.second_factor.confirmed_at if user.second_factor else None,
    }


def _sessions(user_id: int) -> Iterable[dict[str, Any]]:
    for row in session().scalars(select(UserSession).where(UserSession.user_id == user_id).order_by(UserSession.id)):
        yield {
            "device": devices.plain(row.device),
            "browser": row.device,
            "address": row.address,
            "created_at": row.created_at,
            "seen_at": row.seen_at,
            "ended_at": row.ended_at,
        }


def _sign_ins(user_id: int) -> Iterable[dict[str, Any]]:
    for row in session().scalars(select(SignIn).where(SignIn.user_id == user_id).order_by(SignIn.id)):
        yield {
            "at": row.at,
            "outcome": words.outcome(row.outcome),
            "method": words.method(row.method),
            "device": devices.plain(row.device),
            "address": row.address,
        }


def _devices(user_id: int) -> Iterable[dict[str, Any]]:
    for row in session().scalars(select(KnownDevice).where(KnownDevice.user_id == user_id).order_by(KnownDevice.id)):
        yield {"device": devices.plain(row.device), "first_at": row.first_at, "last_at": row.last_at}


def _mails(user_id: int) -> Iterable[dict[str, Any]]:
    email = session().scalar(select(User.email).where(User.id == user_id)) or ""
    query = select(OutboxMail.created_at, OutboxMail.subject, OutboxMail.sent_at).where(OutboxMail.recipient == email)
    for created_at, subject, sent_at in session().execute(query.order_by(OutboxMail.id)).tuples():
        yield {"at": created_at, "subject": subject, "sent_at": sent_at}


def _acts(user_id: int) -> Iterable[dict[str, Any]]:
    query = select(AuditRow.at, AuditRow.act, AuditRow.subject, AuditRow.subject_id)
    for at, act, subject, number in (
        session().execute(query.where(AuditRow.actor_id == user_id).order_by(AuditRow.id)).tuples()
    ):
        yield {"at": at, "act": act, "subject": f"{subject} #{number}" if number else subject}


@forgets
def _forget(user_id: int) -> None:
    work = session()
    for model in (UserRole, UserSession, SecondFactor, RecoveryCode, KnownDevice, SignIn):
        work.execute(delete(model).where(model.user_id == user_id))


holds(
    "account",
    _l("账号"),
    {
        "name": _l("姓名"),
        "email": _l("邮箱"),
        "language": _l("语言"),
        "created_at": _l("注册时间"),
        "confirmed_at": _l("邮箱确认时间"),
        "roles": _l("项目办公室角色"),
        "second_factor_since": _l("二次验证开启时间"),
    },
    _account,
)
holds(
    "sessions",
    _l("登录会话"),
    {
        "device": _l("设备"),
        "browser": _l("浏览器自报的名称"),
        "address": _l("网络地址"),
        "created_at": _l("登录时间"),
        "seen_at": _l("最近使用"),
        "ended_at": _l("退出时间"),
    },
    _sessions,
)
holds(
    "sign_ins",
    _l("登录记录"),
    {
        "at": _l("时间"),
        "outcome": _l("结果"),
        "method": _l("第二步"),
        "device": _l("设备"),
        "address": _l("网络地址"),
    },
    _sign_ins,
)
holds(
    "devices",
    _l("认识的浏览器"),
    {"device": _l("设备"), "first_at": _l("第一次登录"), "last_at": _l("最近登录")},
    _devices,
)
holds("mails", _l("发给您的邮件"), {"at": _l("时间"), "subject": _l("标题"), "sent_at": _l("发出时间")}, _mails)
holds("acts", _l("您办过的事"), {"at": _l("时间"), "act": _l("做了什么"), "subject": _l("对象")}, _acts)
