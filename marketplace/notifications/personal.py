"""What notifications hold of a person, and erase with the account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from marketplace.infra.personal import forgets, holds
from marketplace.kernel.db import session
from marketplace.kernel.i18n import language
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.notifications.models import InboxItem, Preference


def _inbox(user_id: int) -> Iterable[dict[str, Any]]:
    for row in session().scalars(select(InboxItem).where(InboxItem.user_id == user_id).order_by(InboxItem.id)):
        told = row.content[language()]
        yield {
            "at": row.created_at,
            "subject": told["subject"],
            "text": "\n".join(told["paragraphs"]),
            "read_at": row.read_at,
        }


def _preferences(user_id: int) -> Iterable[dict[str, Any]]:
    for row in session().scalars(select(Preference).where(Preference.user_id == user_id)):
        yield {"hears_of_challenges": row.hears_of_challenges, "domains": ", ".join(row.domains)}


@forgets
def _forget(user_id: int) -> None:
    session().execute(delete(InboxItem).where(InboxItem.user_id == user_id))
    session().execute(delete(Preference).where(Preference.user_id == user_id))


holds(
    "inbox",
    _l("收件箱"),
    {"at": _l("时间"), "subject": _l("标题"), "text": _l("内容"), "read_at": _l("读过的时间")},
    _inbox,
)
holds(
    "preferences",
    _l("邮件与提醒"),
    {"hears_of_challenges": _l("新榜题提醒"), "domains": _l("关注的领域")},
    _preferences,
)
