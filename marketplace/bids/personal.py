"""The bids that a person began, in organisations that the person belongs to; their content stays sealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.bids.models import Bid
from marketplace.infra.personal import holds
from marketplace.kernel.db import session
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.organisations.queries import memberships_of


def _bids(user_id: int) -> Iterable[dict[str, Any]]:
    own = sorted(memberships_of(user_id))
    query = select(Bid).where(Bid.created_by == user_id, Bid.lead_id.in_(own)).options(joinedload(Bid.challenge))
    for row in session().scalars(query.order_by(Bid.id)):
        yield {"number": row.number, "title": best(row.challenge.title), "state": row.state.value, "at": row.created_at}


holds(
    "bids",
    _l("您起草的申报"),
    {"number": _l("编号"), "title": _l("榜题名称"), "state": _l("状态"), "at": _l("开始时间")},
    _bids,
)
