"""The scenarios that a person began, in organisations that the person belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from marketplace.infra.personal import holds
from marketplace.kernel.db import session
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l
from marketplace.organisations.queries import memberships_of
from marketplace.scenarios.models import Scenario


def _scenarios(user_id: int) -> Iterable[dict[str, Any]]:
    own = sorted(memberships_of(user_id))
    query = select(Scenario).where(Scenario.created_by == user_id, Scenario.owner_id.in_(own)).order_by(Scenario.id)
    for row in session().scalars(query):
        yield {"number": row.number, "title": best(row.title), "state": row.state.value}


holds("scenarios", _l("您起草的场景"), {"number": _l("编号"), "title": _l("标题"), "state": _l("状态")}, _scenarios)
