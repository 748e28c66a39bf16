"""The objections that a person lodged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from marketplace.infra.personal import holds
from marketplace.kernel.db import session
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.publicity.models import Objection


def _objections(user_id: int) -> Iterable[dict[str, Any]]:
    for row in session().scalars(select(Objection).where(Objection.user_id == user_id).order_by(Objection.id)):
        yield {
            "at": row.created_at,
            "matter": row.matter,
            "grounds": row.grounds,
            "state": row.state.value,
            "answer": row.answer,
        }


holds(
    "objections",
    _l("您提的异议"),
    {
        "at": _l("时间"),
        "matter": _l("异议事项"),
        "grounds": _l("事实与理由"),
        "state": _l("状态"),
        "answer": _l("答复"),
    },
    _objections,
)
