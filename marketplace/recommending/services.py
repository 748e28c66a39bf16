"""Asking, ranking, recommending and declining; what follows from the clock and from other features' facts."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.bids import queries as bids
from marketplace.bids.events import BidsOpened, BidWithdrawn
from marketplace.bids.models import Bid
from marketplace.bids.policies import BID
from marketplace.bids.states import State as BidState
from marketplace.infra.jobs.services import by_the_clock
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import record, session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Late, NotFound
from marketplace.kernel.events import subscribe
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.organisations import queries as organisations
from marketplace.recommending import events, queries
from marketplace.recommending.models import Recommendation, RecommendingList
from marketplace.recommending.policies import LIST, RECOMMENDATION
from marketplace.recommending.states import RECOMMENDING, State
from marketplace.rounds.models import Round, Stage
from marketplace.scenarios import services as scenarios
from marketplace.scenarios.events import ScenarioHeld, ScenarioSubmitted, ScenarioWithdrawn
from marketplace.scenarios.models import Scenario

SENDABLE = (BidState.DRAFT, BidState.SUBMITTED, BidState.WITHDRAWN, BidState.OPENED)


def _bump(round_id: int, body_id: int, *, seen: int | None = None) -> None:
    query = select(RecommendingList).where(RecommendingList.round_id == round_id, RecommendingList.body_id == body_id)
    row = session().scalar(query)
    if row is None:
        session().add(RecommendingList(round_id=round_id, body_id=body_id, changed_at=clock.now()))
        session().flush()
        return
    row.revise(seen)
    row.changed_at = clock.now()


def _ask(actor: Actor, row: Recommendation) -> None:
    """Put a new or returned row before its body."""
    row.asked_at, row.decided_at, row.decided_by, row.rank = clock.now(), None, None, None
    if row.id is None:
        session().add(row)
        session().flush()
    elif row.state is not State.PENDING:
        RECOMMENDATION.require(actor, "ask_again", row)
        RECOMMENDING.fire(row, "ask_again", actor=actor)
    row.reason = ""
    _bump(row.round_id, row.body_id)
    record(events.RecommendationAsked(actor=actor, recommendation_id=row.id))


def _scenario_came(_work: object, event: ScenarioHeld) -> None:
    """A scenario was sent to a round that asks: it waits with the body of its scope."""
    scenario = session().get_one(Scenario, event.scenario_id)
    assert scenario.round_id is not None
    query = select(Recommendation).where(
        Recommendation.scenario_id == scenario.id, Recommendation.round_id == scenario.round_id
    )
    row = session().scalar(query) or Recommendation(
        scenario_id=scenario.id,
        round_id=scenario.round_id,
        lead_id=scenario.owner_id,
        organisations=[scenario.owner_id],
        challenge_owner_id=0,
    )
    row.body_id = event.body_id
    _ask(event.actor, row)


def _scenario_gone(_work: object, event: ScenarioWithdrawn) -> None:
    query = select(Recommendation).where(Recommendation.scenario_id == event.scenario_id)
    for row in session().scalars(query):
        _withdraw(event.actor, row)


def _bid_gone(_work: object, event: BidWithdrawn) -> None:
    row = session().scalar(select(Recommendation).where(Recommendation.bid_id == event.bid_id))
    if row is not None:
        _withdraw(event.actor, row)


def _withdraw(actor: Actor, row: Recommendation) -> None:
    if RECOMMENDING.allows(row, "withdraw"):
        RECOMMENDATION.require(actor, "withdraw", row)
        RECOMMENDING.fire(row, "withdraw", actor=actor)
        _bump(row.round_id, row.body_id)


def _bids_opened(_work: object, event: BidsOpened) -> None:
    """From the opening on staff see what was recommended."""
    query = select(Recommendation).join(Bid, Bid.id == Recommendation.bid_id)
    for row in session().scalars(query.where(Bid.challenge_id == event.challenge_id, Bid.opened_at.is_not(None))):
        row.shown_at = clock.now()


def _reached_staff(_work: object, event: ScenarioSubmitted) -> None:
    """What was declined and sent again after the body's days comes to staff with what the body said."""
    scenario = session().get_one(Scenario, event.scenario_id)
    query = select(Recommendation).where(
        Recommendation.scenario_id == scenario.id, Recommendation.round_id == scenario.round_id
    )
    for row in session().scalars(query):
        row.shown_at = row.shown_at or clock.now()


subscribe(ScenarioHeld, _scenario_came)
subscribe(ScenarioSubmitted, _reached_staff)
subscribe(ScenarioWithdrawn, _scenario_gone)
subscribe(BidWithdrawn, _bid_gone)
subscribe(BidsOpened, _bids_opened)


def send_bid(actor: Actor, bid_id: int) -> Recommendation:
    """Put a bid's cover sheet before the body of the bidder's scope; nothing of its content goes along."""
    bid = bids.get(actor, bid_id)
    BID.require(actor, "edit", bid)
    call = bid.challenge.round
    if call is None or not call.asks(Stage.BIDS) or bid.state not in SENDABLE:
        raise Conflict(_("这份申报不需要推荐。"))
    if not call.may_recommend:
        raise Late(_("推荐截止已过，不能再送。"))
    body = queries.body_for(bid)
    if body is None:
        raise Conflict(_("没有对应的推荐单位，这份申报不需要推荐。"))
    row = session().scalar(select(Recommendation).where(Recommendation.bid_id == bid.id))
    if row is not None and row.state in (State.PENDING, State.RECOMMENDED):
        raise Conflict(_("已经送过推荐单位，请等答复。"))
    row = row or Recommendation(bid_id=bid.id, lead_id=bid.lead_id, challenge_id=bid.challenge_id)
    row.round_id, row.body_id, row.challenge_owner_id = call.id, body.id, bid.challenge.owner_id
    row.organisations = sorted(bid.insiders)
    row.shown_at = clock.now() if bid.is_opened else None
    _ask(actor, row)
    return row


def take_back(actor: Actor, bid_id: int) -> None:
    """The bidder takes its cover sheet back from the body."""
    bid = bids.get(actor, bid_id)
    row = queries.of_bid(actor, bid.id)
    if row is None:
        raise NotFound()
    RECOMMENDATION.require(actor, "withdraw", row)
    if bid.is_opened:
        raise Conflict(_("已经启封，不能再撤回。"))
    RECOMMENDING.fire(row, "withdraw", actor=actor)
    _bump(row.round_id, row.body_id)


def _deciding(actor: Actor, recommendation_id: int, act: str) -> tuple[Recommendation, Round]:
    row = queries.get(actor, recommendation_id)
    RECOMMENDATION.require(actor, act, row)
    if row.lead_id in actor.organisations():
        raise Forbidden(_("不能推荐自己所在的单位。请另一位同事来办。"))
    # The round's lock makes two people of two bodies wait for each other where quotas and caps are counted.
    query = select(Round).where(Round.id == row.round_id).with_for_update(of=Round)
    call = session().scalars(query.execution_options(populate_existing=True)).one()
    session().refresh(row)
    body = organisations.by_ids([row.body_id])[row.body_id]
    if not body.is_recommending_body or not body.is_verified:
        raise Conflict(_("本单位现在不是推荐单位。请联系项目办公室。"))
    if not call.may_recommend:
        raise Late(_("推荐截止已过，不能再办。"))
    return row, call


def recommend(actor: Actor, recommendation_id: int) -> Recommendation:
    """Recommend within the quota and the caps; a scenario goes on to the programme office at once."""
    row, call = _deciding(actor, recommendation_id, "recommend")
    if not row.is_submitted:
        raise Conflict(_("这份申报还没有提交，不能推荐。请催对方在揭榜截止前提交。"))
    if row.state is State.PENDING:
        _within(row, call)
    RECOMMENDING.fire(row, "recommend", actor=actor)
    row.decided_by, row.decided_at = actor.user_id, clock.now()
    if row.scenario_id is not None:
        scenarios.pass_on(actor, row.scenario_id)
        row.shown_at = clock.now()
    _bump(row.round_id, row.body_id)
    record(events.Recommended(actor=actor, recommendation_id=row.id))
    return row


def _within(row: Recommendation, call: Round) -> None:
    known = queries.recommended(call.id)
    if call.quota is not None and sum(r.body_id == row.body_id for r in known) >= call.quota:
        raise Conflict(_("本批次的名额是 %(count)s 项，已经用完，不能再推荐。", count=call.quota))
    if call.lead_cap is not None and sum(r.lead_id == row.lead_id for r in known) >= call.lead_cap:
        raise Conflict(
            _("%(name)s 牵头已有 %(count)s 项获推荐，到了上限。", name=best(row.lead.name), count=call.lead_cap)
        )
    if call.part_cap is not None:
        names = organisations.by_ids(row.organisations)
        for organisation_id in row.organisations:
            if sum(organisation_id in r.organisations for r in known) >= call.part_cap:
                name = best(names[organisation_id].name)
                raise Conflict(_("%(name)s 参与已有 %(count)s 项获推荐，到了上限。", name=name, count=call.part_cap))


def decline(actor: Actor, recommendation_id: int, *, reason: str) -> Recommendation:
    """Do not recommend, saying why; a scenario goes back to its owner to be mended or sent elsewhere."""
    row, _call = _deciding(actor, recommendation_id, "decline")
    if not reason:
        raise Invalid("reason", _("请写明不推荐的理由，会发给对方。"))
    row.reason = reason
    RECOMMENDING.fire(row, "decline", actor=actor)
    row.decided_by, row.decided_at = actor.user_id, clock.now()
    if row.scenario_id is not None:
        scenarios.hand_back(actor, row.scenario_id, reason=reason)
    _bump(row.round_id, row.body_id)
    record(events.RecommendationDeclined(actor=actor, recommendation_id=row.id))
    return row


def rank(actor: Actor, round_id: int, body_id: int, order: dict[int, int], *, seen: int | None = None) -> None:
    """Put a body's list in order: ``order`` maps ids to the numbers typed; equal numbers keep their present order."""
    call, _body = queries.place(actor, round_id, body_id)
    held = queries.list_of(actor, round_id, body_id)
    if held is None:
        raise Conflict(_("还没有可以排序的。"))
    LIST.require(actor, "rank", held)
    if not call.may_recommend:
        raise Late(_("推荐截止已过，不能再办。"))
    rows = [r for r in queries.listed(actor, round_id, body_id) if r.state in (State.PENDING, State.RECOMMENDED)]
    placed = {r.id: place for place, r in enumerate(rows)}
    rows.sort(key=lambda r: (order.get(r.id, 10**6), placed[r.id]))
    _bump(round_id, body_id, seen=seen)
    for number, row in enumerate(rows, 1):
        row.rank = number


@by_the_clock
def lapse_due() -> int:
    """What a body left unanswered at its deadline: scenarios go on to the programme office all the same."""
    query = select(Recommendation.id).join(Round, Round.id == Recommendation.round_id)
    query = query.where(Recommendation.state == State.PENDING, Round.recommend_until <= clock.now())
    waiting = list(session().scalars(query.order_by(Recommendation.id)))
    session().rollback()
    for recommendation_id in waiting:
        with unit_of_work():
            _lapse(recommendation_id)
    return len(waiting)


def _lapse(recommendation_id: int) -> None:
    row = session().get_one(Recommendation, recommendation_id)
    if row.state is not State.PENDING or row.round.may_recommend:
        return
    RECOMMENDATION.require(SYSTEM, "lapse", row)
    RECOMMENDING.fire(row, "lapse", actor=SYSTEM)
    row.decided_at = clock.now()
    if row.scenario_id is not None:
        scenarios.pass_on(SYSTEM, row.scenario_id)
        row.shown_at = clock.now()
    record(events.RecommendationLapsed(actor=SYSTEM, recommendation_id=row.id))
