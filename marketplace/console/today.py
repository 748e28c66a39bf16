"""What needs a person today, of everything that their desk has loaded already; no further question to the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from marketplace.bids.models import Bid
from marketplace.bids.states import State as BidState
from marketplace.challenges.models import Challenge
from marketplace.introductions.models import Introduction
from marketplace.kernel import clock
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations.models import Organisation
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State as ScenarioState

SOON = timedelta(days=7)
"""How near the end of something must be to stand among today's matters."""


@dataclass(frozen=True)
class Matter:
    """One thing to do: about what, what to do, where, and until when if there is a time limit."""

    title: Text
    act: str
    url: str
    due: datetime | None = None
    number: str = ""
    is_meeting: bool = False
    """Whether ``due`` is when people meet, not a time limit."""


def matters(
    organisations: Sequence[Organisation],
    scenarios: Sequence[Scenario],
    owned: Sequence[Challenge],
    bids: Sequence[Bid],
    watched: Sequence[Challenge],
    introductions: Sequence[tuple[Introduction, str]] = (),
) -> list[Matter]:
    """What waits for this person, the nearest time limit first, then what has none."""
    found = [
        *_of_organisations(organisations),
        *_of_scenarios(scenarios),
        *_of_bids(bids),
        *_of_introductions(introductions),
    ]
    known = {b.challenge_id for b in bids}
    found += [
        Matter(c.title, _("关注的榜题快截止了，决定揭不揭"), url_for("challenges.show", challenge_id=c.id), c.closes_at)
        for c in watched
        if c.accepts_bids and _is_soon(c.closes_at) and c.id not in known
    ]
    found += [
        Matter(c.title, _("看入围公示"), url_for("challenges.show", challenge_id=c.id))
        for c in owned
        if c.public_state == "notice"
    ]
    return sorted(found, key=lambda m: (m.due is None, m.due or clock.now()))


def _is_soon(moment: datetime | None) -> bool:
    return moment is not None and moment - clock.now() < SOON


def _of_organisations(rows: Sequence[Organisation]) -> list[Matter]:
    acts = {"draft": _("上传执照并提交核验，核验前可以写草稿"), "returned": _("按退回的理由修改，再提交核验")}
    return [
        Matter(o.name, acts[o.state.value], url_for("organisations.show", organisation_id=o.id))
        for o in rows
        if o.state.value in acts
    ]


def _of_scenarios(rows: Sequence[Scenario]) -> list[Matter]:
    acts = {ScenarioState.RETURNED: _("退回修改，请看理由"), ScenarioState.DRAFT: _("草稿没有提交，继续填写")}
    return [
        Matter(s.title, acts[s.state], url_for("scenarios.show", scenario_id=s.id)) for s in rows if s.state in acts
    ]


def _of_bids(rows: Sequence[Bid]) -> list[Matter]:
    return [
        Matter(
            b.challenge.title,
            _("申报书没有提交，截止前填完") if b.state is BidState.DRAFT else _("申报书已撤回，截止前可以再提交"),
            url_for("bids.show", bid_id=b.id),
            b.challenge.closes_at,
        )
        for b in rows
        if b.state in (BidState.DRAFT, BidState.WITHDRAWN) and b.challenge.accepts_bids
    ]


def _of_introductions(rows: Sequence[tuple[Introduction, str]]) -> list[Matter]:
    acts = {
        "answer": _("有一件对接等您答复"),
        "book": _("对方给了几个时间，选一个"),
        "offer": _("对接已接受，给对方几个时间"),
        "meet": _("约好的时间快到了"),
        "report": _("谈得怎样，报一下结果"),
    }
    return [
        Matter(
            i.scenario.title,
            acts[what],
            url_for("introductions.show", introduction_id=i.id),
            i.next_slot.starts_at if what == "meet" and i.next_slot else None,
            number=i.number,  # there may be several about one scenario
            is_meeting=what == "meet",
        )
        for i, what in rows
    ]
