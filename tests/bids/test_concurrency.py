"""Several people at the same moment: real threads, real transactions, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.bids.models import Bid, BidVersion
from marketplace.bids.services import drafting, opening, submitting
from marketplace.bids.states import State
from marketplace.challenges.states import State as ChallengeState
from marketplace.infra.audit import services as audit
from marketplace.infra.search.models import IndexJob
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from tests.factories import stages
from tests.factories.at_once import at_once
from tests.factories.stages import Stages
from tests.factories.world import World

pytestmark = pytest.mark.db


def _submitting(world: World, bid_id: int, name: str) -> Callable[[], object]:
    actor, now = world.person(name), site_clock.now()
    return lambda: submitting.submit(actor, bid_id, received_at=now)


def test_many_vendors_submitting_at_the_same_moment_get_one_version_each(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenge_id = world.challenge().id
    names = [f"bidder{n}" for n in range(6)]
    bids = {name: Stages(world, clock).draft(challenge_id, name) for name in names}
    results = at_once(world, *(_submitting(world, bids[n], n) for n in names))
    assert results == ["ok"] * 6
    versions = session().execute(select(BidVersion.bid_id, BidVersion.number).order_by(BidVersion.bid_id)).tuples()
    assert list(versions) == [(b, 1) for b in sorted(bids.values())]
    assert set(session().scalars(select(Bid.state))) == {State.SUBMITTED}
    assert list(audit.broken(session())) == []
    session().rollback()
    Stages(world, clock).to_opening(challenge_id)
    assert world.open_bids(stages.challenge(challenge_id)) == 6


def test_the_same_draft_submitted_by_several_threads_becomes_one_version(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid_id = world.bid(world.challenge()).id
    act = _submitting(world, bid_id, "vendor")
    assert sorted(at_once(world, act, act, act)) == ["Conflict", "Conflict", "ok"]
    row = stages.bid(bid_id)
    assert ([v.number for v in row.versions], row.version, row.state) == ([1], 1, State.SUBMITTED)


def test_a_changed_draft_resubmitted_twiceat_once_becomes_one_more_version(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid_id = world.submitted_bid(world.challenge()).id
    clock.shift(60)
    with unit_of_work():
        drafting.change(world.vendor, bid_id, lambda d: d.solution.update(team="二十人"))
    act = _submitting(world, bid_id, "vendor")
    assert sorted(at_once(world, act, act)) == ["Conflict", "ok"]
    assert [v.number for v in stages.bid(bid_id).versions] == [1, 2]


def test_two_editors_saving_the_same_numberat_once_do_not_overwrite_each_other(world: World) -> None:
    bid_id = world.bid(world.challenge()).id
    actor, number = world.vendor, stages.bid(bid_id).draft_number

    def saving(part: str) -> Callable[[], object]:
        return lambda: drafting.change(actor, bid_id, lambda d: d.solution.update({part: "新"}), seen=number)

    assert sorted(at_once(world, saving("team"), saving("data"))) == ["Stale", "ok"]
    row = stages.bid(bid_id)
    solution = drafting.document(world.vendor, row).solution
    assert (row.draft_number, len({"team", "data"} & set(solution))) == (number + 1, 1)


@pytest.mark.parametrize("attempt", range(3))
def test_a_submission_that_races_the_opening_is_opened_whole_or_refused(
    world: World, clock: time_machine.Coordinates, attempt: int
) -> None:
    challenge_id = world.challenge().id
    early = Stages(world, clock).draft(challenge_id, "early")
    Stages(world, clock).submit(early, "early")
    names = [f"racer{n}" for n in range(3)]
    bids = {name: Stages(world, clock).draft(challenge_id, name) for name in names}
    Stages(world, clock).to_opening(challenge_id)
    officer, in_time = world.officer, site_clock.now() - timedelta(seconds=61)
    actors = {n: world.person(n) for n in names}

    def racing(name: str) -> Callable[[], object]:
        return lambda: submitting.submit(actors[name], bids[name], received_at=in_time)

    acts: list[Callable[[], object]] = [racing(n) for n in names]
    acts.insert(attempt, lambda: opening.open_all(officer, challenge_id))
    results = at_once(world, *acts)
    assert results.pop(attempt) == "ok"
    assert set(results) <= {"ok", "Conflict"}
    expected = {early} | {bids[n] for n, result in zip(names, results, strict=True) if result == "ok"}
    rows = list(session().scalars(select(Bid).order_by(Bid.id)))
    assert {r.id for r in rows if r.state is State.OPENED} == expected
    assert {r.id for r in rows if r.content is not None and r.content.total_investment == 1_440_000} == expected
    assert {r.state for r in rows if r.id not in expected} <= {State.DRAFT}
    assert [len(r.versions) for r in rows] == [int(r.id in expected) for r in rows]
    assert stages.challenge(challenge_id).state is ChallengeState.OPENED


def test_two_officers_openingat_once_open_once(world: World, clock: time_machine.Coordinates) -> None:
    row = world.submitted_bid(world.challenge())
    bid_id, challenge_id = row.id, row.challenge_id
    Stages(world, clock).to_opening(challenge_id)
    world.work()
    other = world.person("officer2", roles=("officer",))
    acts = [lambda actor=a: opening.open_all(actor, challenge_id) for a in (world.officer, other)]
    assert sorted(at_once(world, *acts)) == ["Conflict", "ok"]
    assert stages.bid(bid_id).state is State.OPENED
    assert len(list(session().scalars(select(IndexJob.id).where(IndexJob.kind == "challenge")))) == 1


def test_two_people_of_one_organisation_beginningat_once_have_one_bid(world: World) -> None:
    challenge_id, vendor_id, actor = world.challenge().id, world.vendor_id, world.vendor

    def start() -> object:
        return drafting.start(actor, challenge_id, vendor_id)

    results = at_once(world, start, start, start, start)
    assert "ok" in results
    assert set(results) <= {"ok", "Conflict"}
    assert len(list(session().scalars(select(Bid.id)))) == 1
