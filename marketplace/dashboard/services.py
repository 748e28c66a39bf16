"""Reporting a figure."""

from __future__ import annotations

from datetime import date

from marketplace.dashboard.events import FigureReported
from marketplace.dashboard.models import Figure
from marketplace.dashboard.policies import FIGURE
from marketplace.dashboard.targets import BEGIN, targets
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import InvalidMany
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text

MOST = 10**15


def report(actor: Actor, target: str, *, value: int, as_of: date, source: Text) -> Figure:
    """Say where a target stood on the day ``as_of``. ``value`` in the target's unit, money in whole yuan."""
    row = Figure(target=target, value=value, as_of=as_of, source=source, reported_by=actor.user_id or 0)
    FIGURE.require(actor, "report", row)
    wrong: dict[str, str] = {}
    if target not in targets():
        wrong["target"] = _("请选择一项目标。")
    if not 0 <= value <= MOST:
        wrong["value"] = _("请填大于或等于 0 的整数。")
    if not BEGIN <= as_of <= clock.today():
        wrong["as_of"] = _("请填方案施行日（2025-07-28）到今天之间的日期。")
    if not source:
        wrong["source"] = _("请写明数据来源，例如哪个部门的哪份统计。")
    if wrong:
        raise InvalidMany(wrong)
    row.reported_at = clock.now()
    session().add(row)
    session().flush()
    record(FigureReported(actor=actor, figure_id=row.id, target=target, value=value))
    return row
