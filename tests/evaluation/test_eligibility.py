"""The eligibility check: by rule, with reasons, told to each bidder alone when all is decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from marketplace.bids.document import BidDocument
from marketplace.bids.states import State as BidState
from marketplace.challenges import services as challenges
from marketplace.challenges.states import State as ChallengeState
from marketplace.evaluation import queries, services
from marketplace.evaluation.models import BidStage
from marketplace.evaluation.states import StageState
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.kernel.text import Text
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.vocabulary.parameters import parameters, parse
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import World

REASON = "承诺负载与检测报告不一致"


@pytest.fixture
def story(world: World, clock: time_machine.Coordinates) -> Stages:
    """A challenge on its way."""
    return Stages(world, clock)


def _rows(world: World, challenge_id: int) -> list[BidStage]:
    session().rollback()
    return queries.stages(world.officer, challenge_id)


def _checks(world: World, challenge_id: int) -> list[dict[str, bool]]:
    return [{c["rule"]: c["ok"] for c in row.checks} for row in _rows(world, challenge_id)]


def test_beginning_makes_a_pending_row_with_every_rule_for_each_opened_bid(world: World, story: Stages) -> None:
    challenge_id, bids = story.opened("alpha", "beta")
    answer = stages.client(world, "officer").post(
        f"/zh/staff/challenges/{challenge_id}/eligibility", data={"act": "begin"}
    )
    assert answer.status_code == 302
    rows = _rows(world, challenge_id)
    assert [(r.bid_id, r.state) for r in rows] == [(b, StageState.PENDING) for b in bids.values()]
    rules = ("verified", "declared", "unaffiliated", "version", "musts")
    assert _checks(world, challenge_id) == [dict.fromkeys(rules, True)] * 2
    with pytest.raises(Conflict), unit_of_work():
        services.begin(world.officer, challenge_id)
    assert len(_rows(world, challenge_id)) == 2


def _spoil(document: BidDocument) -> None:
    by_parameter = list(document.responses.values())
    short = parse(parameters()["payload"], "39")
    for response in by_parameter:
        if response.value and response.value["typed"] == "40":
            response.value = short.as_json()
    document.declarations.unaffiliated = False
    document.declarations.affiliation = "股东之一"


def test_each_rule_that_fails_is_named_with_what_falls_short(world: World, story: Stages) -> None:
    challenge_id, _bids = story.begun("alpha", change=_spoil)
    (row,) = _rows(world, challenge_id)
    assert [(c["rule"], c["parameters"]) for c in row.checks if not c["ok"]] == [
        ("unaffiliated", []),
        ("musts", ["payload"]),
    ]
    page = stages.words(stages.client(world, "officer"), f"/zh/staff/challenges/{challenge_id}/eligibility")
    label = parameters()["payload"].label.zh
    assert "声明与场景方无关联：否" in page
    assert f"必须项有偏离或不足（{label}）" in page


def test_a_deviation_from_a_must_is_named_though_its_figure_is_met(world: World, story: Stages) -> None:
    def deviate(document: BidDocument) -> None:
        next(iter(document.responses.values())).answer = "deviates"

    challenge_id, _bids = story.begun("alpha", change=deviate)
    (row,) = _rows(world, challenge_id)
    assert [c["rule"] for c in row.checks if not c["ok"]] == ["musts"]


def test_an_extension_alone_asks_no_bidder_to_answer_a_newer_version(world: World, story: Stages) -> None:
    challenge_id = world.challenge().id
    bid_id = story.draft(challenge_id, "alpha")
    story.submit(bid_id, "alpha")
    with unit_of_work():
        later = site_clock.now() + timedelta(days=45)
        challenges.extend(world.officer, challenge_id, closes_at=later, reason=Text.of("晚"))
    story.to_opening(challenge_id)
    assert world.open_bids(stages.challenge(challenge_id)) == 1
    with unit_of_work():
        services.begin(world.officer, challenge_id)
    assert stages.bid(bid_id).versions[0].challenge_version == 1
    assert stages.challenge(challenge_id).version == 2
    assert [c["version"] for c in _checks(world, challenge_id)] == [True]


def test_a_failure_needs_its_reasons_beside_the_field_and_keeps_what_was_typed(world: World, story: Stages) -> None:
    challenge_id, _bids = story.begun("alpha")
    (row,) = _rows(world, challenge_id)
    stage_id = row.id
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.decide(world.officer, stage_id, passed=False, reason="")
    assert refused.value.field == "reason"
    browser = stages.client(world, "officer")
    address = f"/zh/staff/challenges/{challenge_id}/eligibility"
    answer = browser.post(address, data={"fail": str(stage_id), f"reason-{stage_id}": "   "})
    assert (answer.status_code, f'id="r{stage_id}-err"' in answer.text) == (422, True)
    assert [r.state for r in _rows(world, challenge_id)] == [StageState.PENDING]
    assert browser.post(address, data={"fail": str(stage_id), f"reason-{stage_id}": REASON}).status_code == 302
    assert [(r.state, r.reason) for r in _rows(world, challenge_id)] == [(StageState.FAILED, REASON)]


def test_what_was_written_about_another_bid_stays_and_nobody_is_told(world: World, story: Stages) -> None:
    challenge_id, _bids = story.begun("alpha", "beta")
    one, two = (row.id for row in _rows(world, challenge_id))
    before = stages.last_mail(world)
    browser = stages.client(world, "officer")
    sent = {"pass": str(one), f"reason-{one}": "", f"reason-{two}": "证书过期，"}
    assert browser.post(f"/zh/staff/challenges/{challenge_id}/eligibility", data=sent).status_code == 302
    assert [(r.state, r.reason) for r in _rows(world, challenge_id)] == [
        (StageState.PASSED, ""),
        (StageState.PENDING, "证书过期，"),
    ]
    assert stages.mails(world, since=before) == []


def test_a_decision_may_be_changed_until_the_check_is_closed_and_not_after(world: World, story: Stages) -> None:
    challenge_id, bids = story.begun("alpha")
    (row,) = _rows(world, challenge_id)
    stage_id = row.id
    story.decide(challenge_id, {bids["alpha"]: REASON})
    story.decide(challenge_id, {})
    assert [(r.state, r.reason) for r in _rows(world, challenge_id)] == [(StageState.PASSED, "")]
    with unit_of_work():
        services.close(world.officer, challenge_id)
    with pytest.raises(Conflict), unit_of_work():
        services.decide(world.officer, stage_id, passed=False, reason=REASON)
    assert stages.bid(bids["alpha"]).state is BidState.OPENED


def test_the_check_is_closed_only_when_every_bid_is_decided(world: World, story: Stages) -> None:
    challenge_id, _bids = story.begun("alpha", "beta")
    first = _rows(world, challenge_id)[0].id
    with unit_of_work():
        services.decide(world.officer, first, passed=True, reason="")
    with pytest.raises(Conflict) as refused, unit_of_work():
        services.close(world.officer, challenge_id)
    assert refused.value.message == "还有申报没有审完。请先逐份给出结论。"
    assert stages.challenge(challenge_id).state is ChallengeState.ELIGIBILITY
    assert [r.told_at for r in _rows(world, challenge_id)] == [None, None]


def test_before_the_check_is_closed_no_bidder_learns_its_result(world: World, story: Stages) -> None:
    challenge_id, bids = story.begun("alpha", "beta")
    before = stages.last_mail(world)
    story.decide(challenge_id, {bids["beta"]: REASON})
    assert stages.mails(world, since=before) == []
    for name, bid_id in bids.items():
        browser = stages.client(world, name)
        page = stages.words(browser, f"/zh/bids/{bid_id}")
        assert [text in page for text in (REASON, "资格审查", "未通过", "不通过")] == [False] * 4
        assert queries.stage_of(world.person(name), bid_id) is None


def test_closing_disqualifies_who_failed_and_tells_each_its_own_result_only(world: World, story: Stages) -> None:
    challenge_id, bids = story.begun("alpha", "beta")
    story.decide(challenge_id, {bids["beta"]: REASON})
    before = stages.last_mail(world)
    with unit_of_work():
        services.close(world.officer, challenge_id)
    assert [stages.bid(b).state for b in bids.values()] == [BidState.OPENED, BidState.DISQUALIFIED]
    assert stages.challenge(challenge_id).state is ChallengeState.EVALUATION
    assert sorted(stages.mails(world, since=before)) == [
        ("alpha", "通过资格审查：药品标本转运"),
        ("beta", "没有通过资格审查：药品标本转运"),
    ]
    assert "beta" not in stages.mail_bodies("alpha", since=before)
    assert "alpha" not in stages.mail_bodies("beta", since=before)
    pages = {n: stages.words(stages.client(world, n), f"/zh/bids/{b}") for n, b in bids.items()}
    assert [REASON in page for page in pages.values()] == [False, True]
    assert ["beta" in pages["alpha"], "alpha" in pages["beta"]] == [False, False]
    assert stages.client(world, "alpha").get(f"/zh/bids/{bids['beta']}").status_code == 404
    owner = stages.client(world, "owner")
    assert [w in stages.words(owner, f"/zh/challenges/{challenge_id}") for w in ("alpha", "beta", REASON)] == [
        False
    ] * 3


def test_when_nobody_is_eligible_none_is_selected_and_the_owner_is_told(world: World, story: Stages) -> None:
    challenge_id, bids = story.begun("alpha", "beta")
    story.decide(challenge_id, dict.fromkeys(bids.values(), REASON))
    before = stages.last_mail(world)
    with unit_of_work():
        services.close(world.officer, challenge_id)
    assert stages.challenge(challenge_id).state is ChallengeState.NONE_SELECTED
    assert sorted(stages.mails(world, since=before)) == [
        ("alpha", "没有通过资格审查：药品标本转运"),
        ("beta", "没有通过资格审查：药品标本转运"),
        ("owner", "未产生揭榜单位：药品标本转运"),
    ]


def test_an_officer_of_the_owners_house_neither_begins_decides_closes_nor_stages(world: World, story: Stages) -> None:
    world.person("insider", roles=("officer",))
    insider = world.join("insider", session().get_one(Organisation, world.owner_id), MemberRole.VIEWER)
    challenge_id, _bids = story.opened("alpha")
    with pytest.raises(Forbidden), unit_of_work():
        services.begin(insider, challenge_id)
    with unit_of_work():
        services.begin(world.officer, challenge_id)
    (row,) = _rows(world, challenge_id)
    stage_id = row.id
    with pytest.raises(Forbidden), unit_of_work():
        services.decide(insider, stage_id, passed=True, reason="")
    story.decide(challenge_id, {})
    with pytest.raises(Forbidden), unit_of_work():
        services.close(insider, challenge_id)
    assert stages.challenge(challenge_id).state is ChallengeState.ELIGIBILITY
    with unit_of_work():
        services.close(world.officer, challenge_id)
    with pytest.raises(Forbidden), unit_of_work():
        services.stage(insider, challenge_id, {})
    with pytest.raises(Forbidden), unit_of_work():
        services.release(insider, challenge_id, seen="")


def test_nobody_else_judges(world: World, story: Stages) -> None:
    challenge_id, _bids = story.begun("alpha")
    (row,) = _rows(world, challenge_id)
    stage_id = row.id
    for actor in (world.owner, world.person("alpha"), world.stranger):
        with pytest.raises(NotFound), unit_of_work():
            services.decide(actor, stage_id, passed=True, reason="")
    for actor in (world.auditor,):
        with pytest.raises(Forbidden), unit_of_work():
            services.decide(actor, stage_id, passed=True, reason="")
    for name, status in (("owner", 404), ("alpha", 404), ("auditor", 403), ("administrator", 403)):
        for page in ("eligibility", "shortlist", "release"):
            answer = stages.client(world, name).get(f"/zh/staff/challenges/{challenge_id}/{page}")
            assert (name, page, answer.status_code) == (name, page, status)
    assert session().scalar(select(func.count()).where(BidStage.state != StageState.PENDING)) == 0
