"""Nobody on the staff decides, or learns what others may not, where the own organisation posts, bids or sells (decision 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.bids import queries as bids
from marketplace.bids.models import Bid
from marketplace.bids.services.opening import open_all
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Mark
from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.evaluation import services as evaluation
from marketplace.evaluation.models import BidStage, Outcome
from marketplace.kernel import clock as site_clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, NotFound
from marketplace.kernel.text import Text
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.publicity import queries as notices
from marketplace.publicity import services as publicity
from marketplace.scenarios import services as scenarios
from tests.factories.stages import Stages
from tests.factories.world import FEW, World


def _insider(world: World, organisation_id: int, role: MemberRole = MemberRole.VIEWER) -> Actor:
    """An officer who also belongs to that organisation."""
    world.person("insider", roles=("officer",))
    return world.join("insider", session().get_one(Organisation, organisation_id), role)


def _refused(act: Callable[[], object], kind: type[Exception] = Forbidden) -> None:
    with pytest.raises(kind), unit_of_work():
        act()
    session().rollback()


@pytest.fixture
def story(world: World, clock: time_machine.Coordinates) -> Stages:
    """A challenge on its way."""
    return Stages(world, clock)


def test_an_officer_of_a_bidder_neither_judges_nor_reads_the_others(world: World, story: Stages) -> None:
    challenge_id, numbers = story.begun("anna", "bert")
    insider = _insider(world, session().get_one(Bid, numbers["anna"]).lead_id)
    stage = session().scalars(select(BidStage).where(BidStage.bid_id == numbers["bert"])).one().id
    _refused(lambda: evaluation.decide(insider, stage, passed=False, reason="不合格"))
    _refused(lambda: evaluation.close(insider, challenge_id))
    assert [b.id for b in bids.opened(insider, challenge_id)] == [numbers["anna"]]
    _refused(lambda: bids.get(insider, numbers["bert"]), NotFound)
    browser = world.client("insider")
    for name in ("eligibility", "shortlist", "release"):
        assert browser.get(f"/zh/staff/challenges/{challenge_id}/{name}").status_code == 403, name
    assert browser.get(f"/zh/bids/{numbers['bert']}").status_code == 404
    assert browser.get(f"/zh/bids/{numbers['anna']}").status_code == 200


def test_an_officer_of_a_bidder_stages_and_releases_nothing(world: World, story: Stages) -> None:
    challenge_id, numbers = story.eligible("anna", "bert")
    insider = _insider(world, session().get_one(Bid, numbers["anna"]).lead_id)
    choices = {numbers["anna"]: (Outcome.SELECTED, "好"), numbers["bert"]: (Outcome.NOT_SELECTED, "差")}
    _refused(lambda: evaluation.stage(insider, challenge_id, choices))
    _refused(lambda: evaluation.release(insider, challenge_id, seen=""))


def test_an_officer_of_a_bidder_does_not_open_the_bids(world: World, story: Stages) -> None:
    challenge_id = world.challenge().id
    lead_id = world.submitted_bid(session().get_one(Challenge, challenge_id)).lead_id
    insider = _insider(world, lead_id)
    story.to_opening(challenge_id)
    _refused(lambda: open_all(insider, challenge_id))


def test_an_officer_of_a_bidder_neither_answers_an_objection_nor_learns_who_objects(
    world: World, story: Stages
) -> None:
    _challenge_id, numbers, notice_id = story.shortlisted("anna", "bert")
    bert = world.person("bert")
    with unit_of_work():
        number = publicity.object_to(bert, notice_id, matter="资质", grounds="不实", evidence=None).id
    insider = _insider(world, session().get_one(Bid, numbers["anna"]).lead_id)
    _refused(lambda: publicity.answer(insider, number, act="refuse", text="不予受理"), NotFound)
    assert world.client("insider").get(f"/zh/staff/objections/{number}").status_code == 404
    assert notices.open_objections(insider) == []
    assert [o.id for o in notices.open_objections(world.officer)] == [number]


def test_an_officer_of_the_owner_neither_makes_nor_publishes_its_challenge(world: World) -> None:
    scenario_id = world.admitted().id
    insider = _insider(world, world.owner_id, MemberRole.EDITOR)
    _refused(lambda: challenges.create(insider, scenario_id))
    with unit_of_work():
        number = challenges.create(world.officer, scenario_id).id
    closes = site_clock.now() + timedelta(days=30)
    _refused(lambda: challenges.publish(insider, number, closes_at=closes, few_reason=FEW))


def test_an_officer_of_the_owner_neither_extends_nor_ends_its_challenge(world: World) -> None:
    row = world.challenge()
    number, later = row.id, (row.closes_at or site_clock.now()) + timedelta(days=30)
    insider = _insider(world, world.owner_id, MemberRole.EDITOR)
    _refused(lambda: challenges.extend(insider, number, closes_at=later, reason=Text.of("多给些时间")))
    _refused(lambda: challenges.suspend(insider, number, reason="等一等"))
    _refused(lambda: challenges.cancel(insider, number, reason="不办了"))


def test_an_officer_of_the_owner_does_not_look_away_from_words_that_are_held(world: World) -> None:
    scenario_id = world.admitted(situation=Text.of("含机密内容")).id
    insider = _insider(world, world.owner_id, MemberRole.EDITOR)
    _refused(lambda: scenarios.open_matching(insider, scenario_id), Conflict)


def test_an_officer_of_a_vendor_neither_marks_its_product_nor_closes_doubts_about_it(world: World) -> None:
    product_id, owner = world.product().id, world.owner
    insider = _insider(world, world.vendor_id, MemberRole.EDITOR)
    _refused(lambda: catalogue.give_mark(insider, product_id, Mark.INNOVATIVE, number="1", year=2026))
    with unit_of_work():
        doubt = catalogue.raise_doubt(owner, product_id, parameter="payload", variant_id=None, reason="太高").id
    _refused(lambda: catalogue.close_doubt(insider, doubt, text="没问题"))
