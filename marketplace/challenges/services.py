"""Making, publishing, extending and ending challenges."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from marketplace.challenges import events, queries
from marketplace.challenges.content import ChallengeContent, content_of
from marketplace.challenges.models import Challenge, ChallengeFile, ChallengeVersion, Watch
from marketplace.challenges.policies import CHALLENGE
from marketplace.challenges.reach import FEW_VENDORS, reach
from marketplace.challenges.states import LIFECYCLE, State
from marketplace.infra.sealing.services import create_key
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import one_at_a_time, record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Late
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.rounds.models import Stage
from marketplace.rounds.queries import rules_of
from marketplace.scenarios import queries as scenarios
from marketplace.scenarios import services as scenario_services
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State as ScenarioState
from marketplace.vocabulary import calendar
from marketplace.vocabulary.queries import overrides

SHORTEST = timedelta(days=15)
LONGEST = timedelta(days=366)
OPENING_DELAY = timedelta(seconds=60)
MOST_REASON = 1000


def create(actor: Actor, scenario_id: int) -> Challenge:
    """Make a draft challenge from an admitted scenario; a second call answers the same draft."""
    one_at_a_time(Scenario, scenario_id)
    scenario = scenarios.get(actor, scenario_id)
    session().refresh(scenario, ["state"])
    if "officer" not in actor.roles:
        raise Forbidden(_("只有项目办公室的经办可以发榜。"))
    _not_own(actor, scenario.owner_id)
    if scenario.state is ScenarioState.MATCHING:
        raise Conflict(_("这个场景正在供需对接。先结束对接，再发榜。"))
    if scenario.state is not ScenarioState.ADMITTED:
        raise Conflict(_("场景入库后才能发榜。"))
    known = queries.of_scenario(actor, scenario_id)
    if known is not None:
        return known
    row = Challenge(scenario_id=scenario.id, owner_id=scenario.owner_id, created_at=clock.now(), consortium=True)
    row.round_id = scenario.round_id
    row.title, row.summary, row.domain, row.task = scenario.title, scenario.summary, scenario.domain, scenario.task
    row.district, row.mode = scenario.district, scenario.mode.value
    row.budget_min, row.budget_max = scenario.budget_min, scenario.budget_max
    row.period_months, row.consortium = scenario.period_months, scenario.consortium
    session().add(row)
    session().flush()
    return row


def _not_own(actor: Actor, owner_id: int) -> None:
    """Nothing, or ``Forbidden``: nobody decides for the own organisation (decision 7)."""
    if owner_id in actor.organisations():
        raise Forbidden(_("不能办理本单位的榜题。请另一位同事来办。"))


def proposed_deadline(published: datetime, round_id: int | None = None) -> datetime:
    """The proposed deadline: the round's days or 30, longer by public holidays inside, on a working day at 16:30."""
    return calendar.bidding_deadline(published, rules_of(round_id).bidding_days, overrides())


def check_deadline(closes_at: datetime, *, published: datetime) -> datetime:
    """The deadline rolled forward to 16:30 of a working day; ``Invalid`` when it is past, too short or too far."""
    if closes_at <= published:
        raise Invalid("closes_on", _("截止日期要在今天之后。请换一个日期。"))
    rolled = calendar.deadline(clock.beijing(closes_at).date(), overrides())
    first = calendar.counted_from(published, overrides())
    if clock.beijing(rolled).date() < first + SHORTEST:
        raise Invalid("closes_on", _("揭榜期不得少于 15 天，从 %(day)s起算。请往后推。", day=first.isoformat()))
    if rolled > published + LONGEST:
        raise Invalid("closes_on", _("揭榜期不能超过一年。请往前提。"))
    return rolled


def publish(actor: Actor, challenge_id: int, *, closes_at: datetime, few_reason: str = "") -> Challenge:
    """Open the challenge to vendors until ``closes_at`` (aware; rolls forward to a working day, 16:30).

    Version 1 is copied from the scenario and stays as it is; the key that seals its bids is made now. ``few_reason``
    is asked for where fewer than three vendors meet all musts at this moment (domain.md, tailoring; decision 20).
    """
    row = queries.get(actor, challenge_id, lock="update")
    _not_own(actor, row.owner_id)
    CHALLENGE.require(actor, "publish", row)
    if not LIFECYCLE.allows(row, "publish"):
        LIFECYCLE.fire(row, "publish", actor=actor)
    now = clock.now()
    deadline = check_deadline(closes_at, published=now)
    _within_recommending(row, deadline)
    scenario = scenario_services.mark_listed(actor, row.scenario_id)
    row.published_at, row.closes_at, row.version = now, deadline, 1
    content = content_of(scenario)
    _reaches_enough(actor, row, content, few_reason)
    session().add(
        ChallengeVersion(
            challenge_id=row.id,
            number=1,
            content_json=content.model_dump(),
            closes_at=deadline,
            reason=Text(),
            created_at=now,
        )
    )
    for attachment in scenario.files:
        session().add(ChallengeFile(challenge_id=row.id, file_id=attachment.file_id, is_public=attachment.is_public))
    create_key(seal_scope(row.id))
    LIFECYCLE.fire(row, "publish", actor=actor)
    record(events.ChallengePublished(actor=actor, challenge_id=row.id))
    return row


def _reaches_enough(actor: Actor, row: Challenge, content: ChallengeContent, reason: str) -> None:
    """Nothing, or ``Invalid`` where hardly anybody can answer and nobody has written down why it must be so."""
    found = reach(content)
    if not found.is_narrow:
        return
    if not reason:
        raise Invalid(
            "few_reason",
            _(
                "满足全部必须项的企业只有 %(vendors)s 家，不到 %(few)s 家。请写明为什么不能放宽，或退回去放宽要求。",
                vendors=found.vendors,
                few=FEW_VENDORS,
            ),
        )
    if len(reason) > MOST_REASON:
        raise Invalid("few_reason", _("最多 %(count)s 个字。请删减一些。", count=MOST_REASON))
    record(
        events.PublishedToFew(
            actor=actor, challenge_id=row.id, products=found.products, vendors=found.vendors, reason=reason
        )
    )


def _within_recommending(row: Challenge, deadline: datetime) -> None:
    """Bodies recommend bids until a day of the round: who bids on the last day must still be recommended."""
    call = row.round
    if call and call.asks(Stage.BIDS) and call.recommend_until and deadline > call.recommend_until:
        last = clock.beijing(call.recommend_until).date().isoformat()
        raise Invalid(
            "closes_on", _("本批次的推荐截止是 %(day)s，揭榜截止不能晚于它。请往前提，或先推后推荐截止。", day=last)
        )


def seal_scope(challenge_id: int) -> str:
    """The name of the key that seals a challenge's bids."""
    return f"challenge:{challenge_id}"


def extend(actor: Actor, challenge_id: int, *, closes_at: datetime, reason: Text) -> Challenge:
    """Move the deadline to a later one, by a new version with its reason; everyone concerned is told."""
    row = queries.get(actor, challenge_id, lock="update")
    _not_own(actor, row.owner_id)
    CHALLENGE.require(actor, "extend", row)
    if row.closes_at is None or row.is_closed:
        raise Conflict(_("已经截止，不能再延期。"))
    if not reason:
        raise Invalid("reason", _("请写明为什么延期，会公开显示。"))
    deadline = calendar.deadline(clock.beijing(closes_at).date(), overrides())
    if deadline <= row.closes_at:
        raise Invalid("closes_on", _("新的截止日期要比现在的晚。"))
    if deadline > clock.now() + LONGEST:
        raise Invalid("closes_on", _("揭榜期不能超过一年。请往前提。"))
    _within_recommending(row, deadline)
    LIFECYCLE.fire(row, "extend", actor=actor, reason=reason.zh or reason.en)
    newest = row.versions[-1]
    row.version += 1
    row.closes_at = deadline
    session().add(
        ChallengeVersion(
            challenge_id=row.id,
            number=row.version,
            content_json=newest.content_json,
            closes_at=deadline,
            reason=reason,
            created_at=clock.now(),
        )
    )
    record(events.ChallengeExtended(actor=actor, challenge_id=row.id, version=row.version))
    return row


def suspend(actor: Actor, challenge_id: int, *, reason: str) -> Challenge:
    """Let bidding rest, for a reason that is public."""
    row = _move(actor, challenge_id, "suspend", reason=reason)
    record(events.ChallengeSuspended(actor=actor, challenge_id=row.id))
    return row


def resume(actor: Actor, challenge_id: int) -> Challenge:
    """Let bidding go on; a deadline that passed meanwhile must be extended at once."""
    row = _move(actor, challenge_id, "resume", reason="-")
    if row.is_closed:
        raise Conflict(_("暂停期间已经过了截止时间。请先联系管理员处理。"))
    row.state_reason = ""
    record(events.ChallengeResumed(actor=actor, challenge_id=row.id))
    return row


def cancel(actor: Actor, challenge_id: int, *, reason: str) -> Challenge:
    """End a challenge without a result, for a reason that is public."""
    row = _move(actor, challenge_id, "cancel", reason=reason)
    record(events.ChallengeCancelled(actor=actor, challenge_id=row.id))
    return row


def _move(actor: Actor, challenge_id: int, act: str, *, reason: str) -> Challenge:
    row = queries.get(actor, challenge_id, lock="update")
    _not_own(actor, row.owner_id)
    CHALLENGE.require(actor, act, row)
    if not reason:
        raise Invalid("reason", _("请写明理由，会公开显示。"))
    LIFECYCLE.fire(row, act, actor=actor, reason=reason if reason != "-" else "")
    row.state_reason = reason
    return row


def advance(actor: Actor, challenge_id: int, act: str, *, reason: str = "") -> Challenge:
    """Move a challenge along for a later stage (opening, eligibility, evaluation, shortlist), under its row's lock."""
    row = queries.get(actor, challenge_id, lock="update")
    CHALLENGE.require(actor, act, row)
    LIFECYCLE.fire(row, act, actor=actor, reason=reason)
    record(events.ChallengeMoved(actor=actor, challenge_id=row.id))
    return row


def require_open_for_bids(row: Challenge, *, received_at: datetime) -> None:
    """Nothing, or ``Late``/``Conflict``: the deadline is compared with the moment the request arrived."""
    if row.state is not State.PUBLISHED or row.closes_at is None:
        raise Conflict(_("这项榜题现在不接受揭榜。填的内容已保存为草稿。"))
    if received_at >= row.closes_at:
        raise Late(_("已过截止时间，不能再提交。填的内容已保存在草稿里，没有丢失。"))


def watch(actor: Actor, challenge_id: int) -> None:
    """Follow a challenge."""
    row = queries.get(actor, challenge_id)
    CHALLENGE.require(actor, "watch", row)
    assert actor.user_id is not None
    if not queries.is_watching(actor, challenge_id):
        session().add(Watch(challenge_id=row.id, user_id=actor.user_id))


def unwatch(actor: Actor, challenge_id: int) -> None:
    """Stop following it."""
    session().execute(delete(Watch).where(Watch.challenge_id == challenge_id, Watch.user_id == actor.user_id))
