"""Checking eligibility, staging and releasing decisions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select

from marketplace.bids import queries as bids
from marketplace.bids.models import Bid
from marketplace.bids.services.opening import disqualify
from marketplace.bids.states import State as BidState
from marketplace.challenges import queries as challenges
from marketplace.challenges import services as challenge_services
from marketplace.challenges.models import Challenge
from marketplace.challenges.states import State as ChallengeState
from marketplace.evaluation import events, queries
from marketplace.evaluation.models import BidStage, Decision, Outcome
from marketplace.evaluation.policies import BID_STAGE, DECISION_POLICY
from marketplace.evaluation.states import DECISION, STAGE, StageState
from marketplace.fit.compare import Fit, compare
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import record, session
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany
from marketplace.kernel.events import subscribe
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text
from marketplace.organisations.states import State as OrganisationState
from marketplace.publicity import services as publicity
from marketplace.publicity.events import NoticeRevoked
from marketplace.recommending import queries as recommending
from marketplace.rounds.models import Stage as RoundStage
from marketplace.vocabulary.parameters import Value, parameters

ELIGIBILITY = "eligibility"


def begin(actor: Actor, challenge_id: int) -> None:
    """Start the eligibility check: a pending row for each opened bid with the rules a machine can answer."""
    _not_own(actor, challenges.get(actor, challenge_id, lock="update"))
    row = challenge_services.advance(actor, challenge_id, "begin_eligibility")
    call = row.round
    asks = call is not None and call.asks(RoundStage.BIDS)
    if call and asks and call.may_recommend and call.recommend_until:
        raise Conflict(_("推荐截止（%(day)s）之后才能开始资格审查。", day=clock.beijing(call.recommend_until).date()))
    for bid in bids.opened(actor, challenge_id):
        entry = BidStage(
            bid_id=bid.id,
            challenge_id=challenge_id,
            lead_id=bid.lead_id,
            stage=ELIGIBILITY,
            checks=_checks(bid, row),
        )
        session().add(entry)
        session().flush()
        if asks and recommending.needed(bid):
            _require_recommendation(actor, entry)


def _require_recommendation(actor: Actor, entry: BidStage) -> None:
    """In a round that asks for it, what its body has not recommended fails the formal check; staff may decide otherwise."""
    ok = recommending.is_recommended(entry.bid)
    entry.checks = [*entry.checks, {"rule": "recommended", "ok": ok, "parameters": []}]
    if not ok:
        BID_STAGE.require(actor, "fail", entry)
        entry.reason = _("推荐截止前没有取得推荐单位的推荐。")
        entry.decided_by, entry.decided_at = actor.user_id, clock.now()
        STAGE.fire(entry, "fail", actor=actor, reason=entry.reason)


def _not_own(actor: Actor, row: Challenge) -> None:
    if row.owner_id in actor.organisations():
        raise Forbidden(_("不能审本单位榜题的申报。请另一位同事来办。"))
    require_no_own_bid(actor, row.id)


def require_no_own_bid(actor: Actor, challenge_id: int) -> None:
    """Nothing, or ``Forbidden``: whoever belongs to a bidder neither judges nor reads the others (decision 7)."""
    if bids.is_recused(actor, challenge_id):
        raise Forbidden(_("本单位申报了这项榜题，不能审它的申报。请另一位同事来办。"))


def _checks(bid: Bid, row: Challenge) -> list[dict[str, Any]]:
    """What can be checked without judgement: each rule with its answer; staff decide."""
    content = bid.content
    answers = {r.requirement_key: r for r in content.responses} if content else {}
    short = []
    for wanted in row.content.requirements:
        response = answers.get(wanted.key)
        value = Value.from_json(response.value_json) if response and response.value_json else None
        fits = compare(parameters()[wanted.parameter], wanted.op, wanted.typed, value).fit
        if wanted.level == "must" and (fits is Fit.SHORT or (response and response.answer == "deviates")):
            short.append(wanted.parameter)
    declared = content.declarations if content else {}
    return [
        {"rule": "verified", "ok": bid.lead.state is OrganisationState.VERIFIED, "parameters": []},
        {"rule": "declared", "ok": bool(declared.get("unclassified") and declared.get("truthful")), "parameters": []},
        {"rule": "unaffiliated", "ok": bool(declared.get("unaffiliated")), "parameters": []},
        {
            "rule": "version",
            "ok": bid.counting is not None and bid.counting.challenge_version >= row.material_version,
            "parameters": [],
        },
        {"rule": "musts", "ok": not short, "parameters": short},
    ]


def decide(actor: Actor, stage_id: int, *, passed: bool, reason: str) -> BidStage:
    """Say whether a bid is eligible; a failure names every reason. May be changed until the stage is closed."""
    row = queries.stage(actor, stage_id)
    BID_STAGE.require(actor, "pass_" if passed else "fail", row)
    challenge = challenges.get(actor, row.challenge_id, lock="update")
    _not_own(actor, challenge)
    if challenge.state is not ChallengeState.ELIGIBILITY:
        raise Conflict(_("资格审查已经结束，结论不能再改。"))
    if not passed and not reason:
        raise Invalid("reason", _("请写明不通过的理由，一次写全，会发给申报单位。"))
    if passed and not reason and any(c["rule"] == "recommended" and not c["ok"] for c in row.checks):
        raise Invalid("reason", _("没有推荐单位的推荐。要通过，请写明理由，留存备查。"))
    act = "pass_" if passed else "fail"
    if STAGE.allows(row, act):
        STAGE.fire(row, act, actor=actor, reason=reason)
    row.reason, row.decided_by, row.decided_at = reason, actor.user_id, clock.now()
    return row


def keep_reasons(actor: Actor, challenge_id: int, said: Mapping[int, str]) -> None:
    """Keep what was written about bids that are not decided yet, by the id of their check: nobody is told of it."""
    _not_own(actor, challenges.get(actor, challenge_id, lock="update"))
    for row in queries.stages(actor, challenge_id):
        if row.state is StageState.PENDING and row.id in said:
            BID_STAGE.require(actor, "fail", row)
            row.reason = said[row.id]


def close(actor: Actor, challenge_id: int) -> None:
    """End the eligibility check when every bid is decided; all bidders are told at once."""
    _not_own(actor, challenges.get(actor, challenge_id, lock="update"))
    rows = queries.stages(actor, challenge_id)
    if any(r.state is StageState.PENDING for r in rows):
        raise Conflict(_("还有申报没有审完。请先逐份给出结论。"))
    someone = any(r.state is StageState.PASSED for r in rows)
    challenge_services.advance(actor, challenge_id, "begin_evaluation" if someone else "select_none")
    for row in rows:
        row.told_at = clock.now()
        if row.state is StageState.FAILED:
            disqualify(actor, row.bid, reason=row.reason)
    record(events.EligibilityClosed(actor=actor, challenge_id=challenge_id))
    if not someone:
        record(events.NobodySelected(actor=actor, challenge_id=challenge_id))


def eligible(actor: Actor, challenge_id: int) -> list[Bid]:
    """The bids that passed."""
    return [b for b in bids.opened(actor, challenge_id) if b.state is BidState.OPENED]


def stage(actor: Actor, challenge_id: int, choices: dict[int, tuple[Outcome, str]]) -> list[Decision]:
    """Keep decisions on all eligible bids without telling anybody; each needs its reason."""
    challenge = challenges.get(actor, challenge_id, lock="update")
    _not_own(actor, challenge)
    if "officer" not in actor.roles:
        raise Forbidden(_("只有项目办公室的经办可以拟定入围名单。"))
    if challenge.state is not ChallengeState.EVALUATION:
        raise Conflict(_("这项榜题不在评审阶段，不能拟定名单。"))
    wrong: dict[str, str] = {}
    found = eligible(actor, challenge_id)
    for bid in found:
        _outcome, reason = choices.get(bid.id, (Outcome.NOT_SELECTED, ""))
        if not reason:
            wrong[f"reason-{bid.id}"] = _("请写明理由，会发给申报单位。")
    if wrong:
        raise InvalidMany(wrong)
    selected = sum(choices[b.id][0] is Outcome.SELECTED for b in found)
    most = challenge.rules.shortlist_max
    if selected > most:
        raise Invalid("", _("入围最多 %(most)s 家，现在选了 %(now)s 家。", most=most, now=selected))
    assert actor.user_id is not None
    known = {d.bid_id: d for d in session().scalars(select(Decision).where(Decision.challenge_id == challenge_id))}
    rows = []
    for bid in found:
        outcome, reason = choices[bid.id]
        entry = known.get(bid.id)
        if entry is None:
            entry = Decision(bid_id=bid.id, challenge_id=challenge_id, lead_id=bid.lead_id, owner_id=challenge.owner_id)
            session().add(entry)
        DECISION_POLICY.require(actor, "stage", entry)
        entry.outcome, entry.reason, entry.staged_by, entry.staged_at = outcome, reason, actor.user_id, clock.now()
        rows.append(entry)
    session().flush()
    return rows


def seal_of(rows: Iterable[Decision]) -> str:
    """SHA-256 of what decisions say, in hexadecimal: the same only while no outcome and no reason has changed."""
    said = sorted((r.bid_id, r.outcome.value, r.reason) for r in rows)
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def release(actor: Actor, challenge_id: int, *, seen: str) -> None:
    """Release all staged decisions with their mails and the public notice, in one transaction.

    ``seen`` is the ``seal_of`` the decisions that the preview showed; if it differs now, somebody changed them meanwhile.
    """
    challenge = challenges.get(actor, challenge_id, lock="update")
    _not_own(actor, challenge)
    found = eligible(actor, challenge_id)
    query = select(Decision).where(Decision.challenge_id == challenge_id).order_by(Decision.lead_id)
    rows = list(session().scalars(query))
    if len(rows) != len(found) or not rows:
        raise Conflict(_("名单还没有拟全。请先给每份申报写上结论和理由。"))
    if seen != seal_of(rows):
        raise Conflict(_("预览之后名单改过。请再预览一次，然后发布。"))
    for row in rows:
        DECISION_POLICY.require(actor, "release", row)
    selected = [r for r in rows if r.outcome is Outcome.SELECTED]
    challenge_services.advance(actor, challenge_id, "shortlist" if selected else "select_none")
    for row in rows:
        row.released_at = clock.now()
        DECISION.fire(row, "release", actor=actor)
    record(events.ShortlistReleased(actor=actor, challenge_id=challenge_id))
    if not selected:
        return
    title = Text.of(
        f"“{challenge.title.zh or challenge.title.en}”入围公示",
        f"Shortlist: {challenge.title.en or challenge.title.zh}",
    )
    publicity.publish(
        actor, challenge_id=challenge_id, stage="shortlist", title=title, entries=[_entry(r, found) for r in selected]
    )


def _entry(row: Decision, found: list[Bid]) -> dict[str, Any]:
    bid = next(b for b in found if b.id == row.bid_id)
    offers = bid.content.offers if bid.content else []
    return {
        "organisation_id": bid.lead_id,
        "name": bid.lead.name.as_json(),
        "products": [{"zh": o.name_zh, "en": o.name_en} for o in offers],
    }


def take_back(_work: object, event: NoticeRevoked) -> None:
    """An upheld objection takes the challenge back to evaluation; the decisions are made anew."""
    row = challenges.get(event.actor, event.challenge_id, lock="update")
    if row.state is ChallengeState.SHORTLISTED:
        challenge_services.advance(event.actor, event.challenge_id, "return_to_evaluation")
        session().execute(delete(Decision).where(Decision.challenge_id == event.challenge_id))


subscribe(NoticeRevoked, take_back)
