"""The doubts that a person raised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from marketplace.catalogue.models import SpecificationDoubt
from marketplace.infra.personal import holds
from marketplace.kernel.db import session
from marketplace.kernel.i18n import lazy_gettext as _l


def _doubts(user_id: int) -> Iterable[dict[str, Any]]:
    mine = select(SpecificationDoubt).where(SpecificationDoubt.user_id == user_id)
    for row in session().scalars(mine.order_by(SpecificationDoubt.id)):
        yield {
            "at": row.created_at,
            "product": row.product.number,
            "parameter": row.parameter,
            "reason": row.reason,
            "state": row.state.value,
            "answer": row.answer,
            "finding": row.finding,
        }


holds(
    "doubts",
    _l("您对产品数值的质疑"),
    {
        "at": _l("时间"),
        "product": _l("产品"),
        "parameter": _l("参数"),
        "reason": _l("理由"),
        "state": _l("状态"),
        "answer": _l("答复"),
        "finding": _l("办结意见"),
    },
    _doubts,
)
