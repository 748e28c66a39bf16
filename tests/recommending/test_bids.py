"""Bids before a recommending body: the cover sheet by the bidder's own act, nothing else, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.bids.services import submitting
from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.console import queries as console
from marketplace.evaluation import services as evaluation
from marketplace.evaluation.models import BidStage
from marketplace.evaluation.states import StageState
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Late, NotFound
from marketplace.kernel.text import Text
from marketplace.organisations import services as organisations
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.recommending import queries, services
from marketplace.recommending.models import Recommendation
from marketplace.recommending.states import State
from marketplace.rounds.models import Round, Stage
from tests.factories.rounds import Rounds, recommendation
from tests.factories.stages import Stages, client, last_mail, mail_bodies, mails, words
from tests.factories.world import World

pytestmark = pytest.mark.db
SECRET = "绝不外传的方案"


@pytest.fixture
def made(world: World) -> Rounds:
    return Rounds(world)


@pytest.fixture
def body_id(made: Rounds) -> int:
    return made.body()


def test_until_the_bidder_sends_it_the_body_learns_nothing(world: World, made: Rounds, body_id: int) -> None:
    round_id = made.open(stage=Stage.BIDS)
    world.submitted_bid(made.challenge(round_id))
    assert queries.listed(world.person("body"), round_id, body_id) == []
    assert "拂晓示例机器人" not in words(client(world, "body"), f"/zh/recommending/{round_id}/{body_id}")


def test_the_body_sees_the_cover_sheet_and_nothing_of_the_content(world: World, made: Rounds, body_id: int) -> None:
    round_id = made.open(stage=Stage.BIDS)
    bid_id = world.bid(made.challenge(round_id), text=SECRET, price=7_654_321).id
    vendor = client(world, "vendor")
    assert "把封面送推荐单位" in words(vendor, f"/zh/bids/{bid_id}")
    seen = last_mail(world)
    assert vendor.post(f"/zh/bids/{bid_id}/recommending").status_code == 302
    assert [who for who, _subject in mails(world, since=seen)] == ["body", "vendor"]
    assert "拂晓" not in mail_bodies("body", since=seen)
    browser = client(world, "body")
    pages = [f"/zh/recommending/{round_id}/{body_id}{p}" for p in ("", "/letter", "/summary", "/summary.xlsx")]
    shown = [browser.get(page) for page in pages]
    assert [answer.status_code for answer in shown] == [200] * 4
    assert "拂晓示例机器人" in shown[0].text
    assert "还没有提交" in shown[0].text
    assert [a for a in shown if SECRET.encode() in a.data or b"7654321" in a.data or b"7,654,321" in a.data] == []
    assert browser.get(f"/zh/bids/{bid_id}").status_code == 404


def test_before_the_opening_nobody_but_bidder_and_body_learns_of_it(
    world: World, made: Rounds, body_id: int, clock: time_machine.Coordinates
) -> None:
    round_id = made.open(stage=Stage.BIDS)
    challenge = made.challenge(round_id)
    challenge_id = challenge.id
    bid_id = world.submitted_bid(challenge).id
    recommendation_id = made.cover(bid_id)
    made.recommend(recommendation_id)
    for actor in (world.officer, world.auditor, world.administrator, world.owner, world.rival, world.stranger):
        with pytest.raises(NotFound):
            queries.get(actor, recommendation_id)
    assert "拂晓" not in words(client(world, "officer"), f"/zh/rounds/{round_id}")
    assert "拂晓" not in words(client(world, "owner"), f"/zh/rounds/{round_id}")
    rows, _total = console.audit(world.auditor, limit=500)
    assert session().scalars(select(AuditRow.id).where(AuditRow.subject == "recommendation")).all() != []
    assert [r.act for r in rows if r.subject == "recommendation"] == []
    Stages(world, clock).to_opening(challenge.id)
    world.open_bids(session().get_one(Challenge, challenge_id))
    assert queries.get(world.officer, recommendation_id).state is State.RECOMMENDED
    assert "拂晓" in words(client(world, "officer"), f"/zh/rounds/{round_id}")
    rows, _total = console.audit(world.auditor, limit=500)
    assert [r.act for r in rows if r.subject == "recommendation"] == ["recommendation.recommend"]
    with pytest.raises(NotFound):
        queries.get(world.owner, recommendation_id)


def test_somebody_of_the_scenario_owner_who_also_works_for_the_body_sees_no_bidder(
    world: World, made: Rounds, body_id: int
) -> None:
    world.join("owner", session().get_one(Organisation, body_id), MemberRole.EDITOR)
    round_id = made.open(stage=Stage.BIDS)
    bid_id = world.submitted_bid(made.challenge(round_id)).id
    seen = last_mail(world)
    recommendation_id = made.cover(bid_id)
    with pytest.raises(NotFound):
        queries.get(world.owner, recommendation_id)
    assert "拂晓" not in words(client(world, "owner"), f"/zh/recommending/{round_id}/{body_id}")
    assert [who for who, _subject in mails(world, since=seen)] == ["body", "vendor"]
    assert "待推荐" not in words(client(world, "owner"), "/zh/inbox")


def test_a_bid_that_is_not_submitted_is_not_recommended(world: World, made: Rounds, body_id: int) -> None:
    bid_id = world.bid(made.challenge(made.open(stage=Stage.BIDS))).id
    recommendation_id = made.cover(bid_id)
    with pytest.raises(Conflict, match="还没有提交"):
        made.recommend(recommendation_id)
    with unit_of_work():
        submitting.submit(world.vendor, bid_id, received_at=site_clock.now())
    made.recommend(recommendation_id)


def test_a_withdrawn_bid_takes_its_recommendation_along_and_may_ask_again(
    world: World, made: Rounds, body_id: int
) -> None:
    bid_id = world.submitted_bid(made.challenge(made.open(stage=Stage.BIDS, quota=1))).id
    recommendation_id = made.cover(bid_id)
    made.recommend(recommendation_id)
    with unit_of_work():
        submitting.withdraw(world.vendor, bid_id, received_at=site_clock.now())
    assert recommendation(recommendation_id).state is State.WITHDRAWN
    with unit_of_work():
        submitting.submit(world.vendor, bid_id, received_at=site_clock.now())
    assert made.cover(bid_id) == recommendation_id
    made.recommend(recommendation_id)


def test_the_bidder_takes_its_cover_sheet_back(world: World, made: Rounds, body_id: int) -> None:
    round_id = made.open(stage=Stage.BIDS)
    bid_id = world.submitted_bid(made.challenge(round_id)).id
    made.cover(bid_id)
    vendor = client(world, "vendor")
    assert vendor.post(f"/zh/bids/{bid_id}/recommending").status_code == 409
    assert vendor.post(f"/zh/bids/{bid_id}/recommending", data={"act": "take_back"}).status_code == 302
    assert "拂晓" not in words(client(world, "body"), f"/zh/recommending/{round_id}/{body_id}")


def test_a_viewer_of_the_bidder_sends_nothing(world: World, made: Rounds, body_id: int) -> None:
    bid_id = world.submitted_bid(made.challenge(made.open(stage=Stage.BIDS))).id
    viewer = world.join("viewer", session().get_one(Organisation, world.vendor_id), MemberRole.VIEWER)
    with pytest.raises(Forbidden), unit_of_work():
        services.send_bid(viewer, bid_id)


def test_a_round_that_does_not_ask_takes_no_cover_sheet(world: World, made: Rounds, body_id: int) -> None:
    bid_id = world.submitted_bid(made.challenge(made.open())).id
    assert "推荐" not in words(client(world, "vendor"), f"/zh/bids/{bid_id}")
    with pytest.raises(Conflict):
        made.cover(bid_id)


def test_a_bid_cannot_close_after_the_bodies_days(world: World, made: Rounds, body_id: int) -> None:
    round_id = made.open(stage=Stage.BIDS)
    until = session().get_one(Round, round_id).recommend_until
    assert until is not None
    with pytest.raises(Invalid, match="揭榜截止不能晚于它"):
        made.challenge(round_id, closes_at=until + timedelta(days=3))
    challenge_id = made.challenge(round_id, "另一项").id
    with pytest.raises(Invalid, match="揭榜截止不能晚于它"), unit_of_work():
        challenges.extend(world.officer, challenge_id, closes_at=until + timedelta(days=3), reason=Text.of("延"))


def _checked(world: World, made: Rounds, clock: time_machine.Coordinates, challenge_id: int) -> dict[int, BidStage]:
    Stages(world, clock).to_opening(challenge_id)
    world.open_bids(session().get_one(Challenge, challenge_id))
    with pytest.raises(Conflict, match="推荐截止"), unit_of_work():
        evaluation.begin(world.officer, challenge_id)
    until = session().get_one(Challenge, challenge_id).round.recommend_until  # type: ignore[union-attr]
    clock.move_to(until)  # type: ignore[arg-type]
    world.work()
    with unit_of_work():
        evaluation.begin(world.officer, challenge_id)
    return {row.bid_id: row for row in session().scalars(select(BidStage))}


def test_what_is_not_recommended_in_time_fails_the_formal_check_with_that_reason(
    world: World, made: Rounds, body_id: int, clock: time_machine.Coordinates
) -> None:
    challenge = made.challenge(made.open(stage=Stage.BIDS))
    good, bad = world.submitted_bid(challenge).id, world.submitted_bid(challenge, "rival").id
    made.recommend(made.cover(good))
    made.cover(bad, "rival")
    stages = _checked(world, made, clock, challenge.id)
    assert stages[good].state is StageState.PENDING
    assert (stages[bad].state, stages[bad].reason) == (StageState.FAILED, "推荐截止前没有取得推荐单位的推荐。")
    assert [c["ok"] for c in stages[good].checks if c["rule"] == "recommended"] == [True]
    assert "推荐截止，没有答复" in mail_bodies("rival")
    page = words(client(world, "officer"), f"/zh/staff/challenges/{challenge.id}/eligibility")
    assert "推荐单位已推荐：否" in page


def test_staff_may_pass_it_all_the_same_with_a_reason(
    world: World, made: Rounds, body_id: int, clock: time_machine.Coordinates
) -> None:
    challenge = made.challenge(made.open(stage=Stage.BIDS))
    bad = world.submitted_bid(challenge).id
    stage = _checked(world, made, clock, challenge.id)[bad]
    with pytest.raises(Invalid, match="没有推荐单位的推荐"), unit_of_work():
        evaluation.decide(world.officer, stage.id, passed=True, reason="")
    with unit_of_work():
        row = evaluation.decide(world.officer, stage.id, passed=True, reason="推荐单位系统故障，已书面补正。")
        assert row.state is StageState.PASSED


def test_a_bidder_for_whom_nobody_answers_needs_no_recommendation(
    world: World, made: Rounds, clock: time_machine.Coordinates
) -> None:
    made.body(districts=("310151",))
    challenge = made.challenge(made.open(stage=Stage.BIDS))
    bid_id = world.submitted_bid(challenge).id
    assert "这份申报不需要推荐" in words(client(world, "vendor"), f"/zh/bids/{bid_id}")
    with pytest.raises(Conflict):
        made.cover(bid_id)
    stage = _checked(world, made, clock, challenge.id)[bid_id]
    assert stage.state is StageState.PENDING
    assert [c for c in stage.checks if c["rule"] == "recommended"] == []


def test_after_the_deadline_nothing_is_sent_any_more(
    world: World, made: Rounds, body_id: int, clock: time_machine.Coordinates
) -> None:
    challenge = made.challenge(made.open(stage=Stage.BIDS))
    bid_id = world.submitted_bid(challenge).id
    until = session().get_one(Round, challenge.round_id).recommend_until
    assert until is not None
    clock.move_to(until)
    with pytest.raises(Late):
        made.cover(bid_id)
    assert session().query(Recommendation).count() == 0


def test_staff_who_belong_to_the_body_learn_of_a_bid_with_the_opening(world: World) -> None:
    made = Rounds(world)
    body_id = made.body()
    world.person("insider", roles=("officer",))
    insider = world.join("insider", session().get_one(Organisation, body_id), MemberRole.EDITOR)
    round_id = made.open(stage=Stage.BIDS)
    bid_id = world.submitted_bid(made.challenge(round_id)).id
    before = last_mail(world)
    number = made.cover(bid_id)
    told = {who for who, _subject in mails(world, since=before)}
    assert "body" in told
    assert "insider" not in told
    assert queries.listed(insider, round_id, body_id) == []
    assert "拂晓示例机器人" not in client(world, "insider").get(f"/zh/recommending/{round_id}/{body_id}").text
    with pytest.raises(NotFound), unit_of_work():
        services.recommend(insider, number)


def test_a_body_that_bids_reads_no_rival_and_none_of_them_needs_its_word(
    world: World, clock: time_machine.Coordinates
) -> None:
    made = Rounds(world)
    body_id = made.body()
    with unit_of_work() as work:
        work.get_one(Organisation, body_id).is_vendor = True
    round_id = made.open(stage=Stage.BIDS)
    challenge_id = made.challenge(round_id).id
    bid_id = world.submitted_bid(session().get_one(Challenge, challenge_id)).id
    made.cover(bid_id)
    page = f"/zh/recommending/{round_id}/{body_id}"
    assert "拂晓示例机器人" in words(client(world, "body"), page)
    story = Stages(world, clock)
    vendor = body_id, world.listed(world.person("body"), body_id, name="自家车").id
    story.submit(story.draft(challenge_id, "body", vendor=vendor), "body")
    assert "拂晓示例机器人" not in words(client(world, "body"), page)
    story.to_opening(challenge_id)
    world.open_bids(session().get_one(Challenge, challenge_id))
    clock.shift(timedelta(days=60))
    with unit_of_work():
        evaluation.begin(world.officer, challenge_id)
    states = {s.bid_id: s.state for s in session().scalars(select(BidStage))}
    assert states[bid_id] is StageState.PENDING


def test_a_bidder_does_not_move_away_from_its_body(world: World) -> None:
    row = session().get_one(Organisation, world.vendor_id)
    data = organisations.Particulars(
        name=row.name, uscc=row.uscc, kinds=frozenset({"vendor"}), district="310101", about=row.about
    )
    with pytest.raises(Invalid), unit_of_work():
        organisations.edit(world.vendor, world.vendor_id, data)
