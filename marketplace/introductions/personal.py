"""The introductions in which a person acted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from marketplace.infra.personal import holds
from marketplace.introductions.models import Introduction
from marketplace.kernel.db import session
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l


def _introductions(user_id: int) -> Iterable[dict[str, Any]]:
    mine = or_(Introduction.starter_id == user_id, Introduction.answerer_id == user_id)
    query = select(Introduction).where(mine).options(joinedload(Introduction.scenario)).order_by(Introduction.id)
    for row in session().scalars(query):
        started = row.starter_id == user_id
        yield {
            "at": row.created_at if started else row.answered_at,
            "scenario": best(row.scenario.title),
            "note": row.note if started else "",
            "reason": "" if started else row.reason,
            "state": row.state.value,
        }


holds(
    "introductions",
    _l("您参与的对接"),
    {
        "at": _l("时间"),
        "scenario": _l("场景"),
        "note": _l("留言"),
        "reason": _l("谢绝的理由"),
        "state": _l("状态"),
    },
    _introductions,
)
