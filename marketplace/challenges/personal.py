"""The challenges that a person follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from marketplace.challenges.models import Challenge, Watch
from marketplace.infra.personal import forgets, holds
from marketplace.kernel.db import session
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import lazy_gettext as _l


def _watched(user_id: int) -> Iterable[dict[str, Any]]:
    query = select(Challenge).join(Watch, Watch.challenge_id == Challenge.id).where(Watch.user_id == user_id)
    for row in session().scalars(query.order_by(Challenge.id)):
        yield {"number": row.number, "title": best(row.title)}


@forgets
def _forget(user_id: int) -> None:
    session().execute(delete(Watch).where(Watch.user_id == user_id))


holds("watched", _l("您关注的榜题"), {"number": _l("编号"), "title": _l("标题")}, _watched)
