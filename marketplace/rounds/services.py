"""Making, changing, opening and closing rounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.rounds import events, queries
from marketplace.rounds.defaults import DEFAULTS, Rules, changed_only
from marketplace.rounds.models import Round, Stage
from marketplace.rounds.policies import ROUND
from marketplace.rounds.states import LIFECYCLE, State

LONGEST = timedelta(days=731)
MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class RoundData:
    """What a round says. Times are aware; ``figures`` maps names of ``DEFAULTS``, what is missing keeps its default."""

    title: Text
    note: Text
    call_opens_at: datetime
    call_closes_at: datetime
    figures: dict[str, int] = field(default_factory=dict)
    stage: Stage = Stage.NONE
    recommend_until: datetime | None = None
    quota: int | None = None
    lead_cap: int | None = None
    part_cap: int | None = None


def _wrong(data: RoundData) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not data.title:
        wrong["title"] = _("请给批次起一个名称。")
    if data.call_closes_at <= data.call_opens_at:
        wrong["call_closes_on"] = _("征集结束要在开始之后。")
    elif data.call_closes_at - data.call_opens_at > LONGEST:
        wrong["call_closes_on"] = _("征集期不能超过两年。")
    for name, value in data.figures.items():
        rule = DEFAULTS[name]
        if not rule.low <= value <= rule.high:
            wrong[name] = _("请填 %(low)s 到 %(high)s 之间的整数。", low=rule.low, high=rule.high)
    rules = Rules.of(data.figures)
    if rules.shortlist_min > rules.shortlist_max and "shortlist_min" not in wrong:
        wrong["shortlist_min"] = _("最少不能多于最多。")
    if data.stage is not Stage.NONE:
        if data.recommend_until is None:
            wrong["recommend_until_on"] = _("要经推荐单位推荐，请写推荐截止日。")
        elif data.stage is Stage.SCENARIOS and data.recommend_until < data.call_opens_at:
            wrong["recommend_until_on"] = _("推荐截止不能早于征集开始。")
    for name in ("quota", "lead_cap", "part_cap"):
        number = getattr(data, name)
        if number is not None and not 0 < number <= MOST:
            wrong[name] = _("请填 %(low)s 到 %(high)s 之间的整数。", low=1, high=MOST)
    return wrong


def _values(data: RoundData) -> dict[str, Any]:
    asks = data.stage is not Stage.NONE
    return {
        "title": data.title,
        "note": data.note,
        "call_opens_at": data.call_opens_at,
        "call_closes_at": data.call_closes_at,
        "changed": changed_only(data.figures),
        "stage": data.stage,
        "recommend_until": data.recommend_until if asks else None,
        "quota": data.quota if asks else None,
        "lead_cap": data.lead_cap if asks else None,
        "part_cap": data.part_cap if asks else None,
    }


def create(actor: Actor, data: RoundData) -> Round:
    """Draft a round; nobody but staff sees it before it is opened."""
    if "officer" not in actor.roles or actor.user_id is None:
        raise Forbidden(_("只有项目办公室的经办可以设批次。"))
    wrong = _wrong(data)
    if wrong:
        raise InvalidMany(wrong)
    row = Round(created_by=actor.user_id, created_at=clock.now(), **_values(data))
    session().add(row)
    session().flush()
    return row


def edit(actor: Actor, round_id: int, data: RoundData, *, reason: str = "", seen: int | None = None) -> Round:
    """Change a round. Once it is public a change needs a reason; what was before and after stands in the audit.

    Which stage passes a recommending body is fixed by the opening: people rely on it.
    """
    row = queries.get(actor, round_id, fresh=True)
    ROUND.require(actor, "edit", row)
    if row.state is State.ARCHIVED:
        raise Conflict(_("批次已归档，不能再改。"))
    wrong = _wrong(data)
    public = row.state is not State.DRAFT
    if public and data.stage is not row.stage:
        wrong["stage"] = _("批次已公开，推荐环节不能再改。")
    if public and data.recommend_until and row.recommend_until and data.recommend_until < row.recommend_until:
        wrong["recommend_until_on"] = _("批次已公开，推荐截止只能往后推。")
    if public and not reason:
        wrong["reason"] = _("批次已公开，请写明为什么改，留存备查。")
    if wrong:
        raise InvalidMany(wrong)
    row.revise(seen)
    changes: dict[str, Any] = {}
    for name, value in _values(data).items():
        before = getattr(row, name)
        if before != value:
            changes[name] = [_plain(before), _plain(value)]
            setattr(row, name, value)
    if changes:
        record(events.RoundChanged(actor=actor, round_id=row.id, changes=changes, reason=reason))
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return value.as_json()
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Stage) else value


def open_(actor: Actor, round_id: int) -> Round:
    """Make a round public; it takes scenarios from the opening of its call."""
    row = queries.get(actor, round_id, fresh=True)
    ROUND.require(actor, "open", row)
    if row.call_closes_at <= clock.now():
        raise Invalid("call_closes_on", _("征集已经过期。请先把征集结束往后推。"))
    if row.stage is not Stage.NONE and not row.may_recommend:
        raise Invalid("recommend_until_on", _("推荐截止已经过了。请先往后推。"))
    LIFECYCLE.fire(row, "open", actor=actor)
    return row


def close(actor: Actor, round_id: int) -> Round:
    """End a round's call for good; its challenges go on under its rules."""
    row = queries.get(actor, round_id, fresh=True)
    ROUND.require(actor, "close", row)
    LIFECYCLE.fire(row, "close", actor=actor)
    return row


def archive(actor: Actor, round_id: int) -> Round:
    """Put a closed round away; it stays public and can no longer be changed."""
    row = queries.get(actor, round_id, fresh=True)
    ROUND.require(actor, "archive", row)
    if row.may_recommend:
        raise Conflict(_("推荐截止之前不能归档。"))
    LIFECYCLE.fire(row, "archive", actor=actor)
    return row


def require_taking(actor: Actor, round_id: int) -> Round:
    """The round, when a scenario may be posted to it now; else ``Invalid`` that says what to do."""
    row = queries.get(actor, round_id)
    if not row.takes_scenarios:
        raise Invalid("round", _("这一批现在不收场景。请换一批，或选“不限批次”。"))
    return row
