"""The challenge page: following it, being told of changes once, a vendor's products against it; and how often pages ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.bids.models import Bid
from marketplace.bids.states import State as BidState
from marketplace.catalogue.models import Product, Specification
from marketplace.challenges import queries, services
from marketplace.challenges.models import Challenge, ChallengeVersion, Watch
from marketplace.challenges.states import State
from marketplace.infra.search.services import rebuild
from marketplace.kernel import clock as site_clock
from marketplace.kernel.actor import NOBODY
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.text import Text
from marketplace.organisations.models import Organisation
from marketplace.publicity import services as publicity
from marketplace.publicity.models import Notice
from marketplace.scenarios.models import Scenario
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import World


def test_a_person_follows_a_challenge_and_stops_following_it(world: World) -> None:
    challenge_id = world.challenge().id
    browser = stages.client(world, "stranger")
    address = f"/zh/challenges/{challenge_id}"
    for _twice in range(2):
        assert browser.post(f"{address}/watch").status_code == 302
    assert list(session().scalars(select(Watch.user_id))) == [world.stranger.user_id]
    assert "取消关注" in stages.words(browser, address)
    assert "药品标本转运" in stages.words(browser, "/zh/desk")
    assert browser.post(f"{address}/watch", data={"act": "stop"}).status_code == 302
    assert queries.is_watching(world.stranger, challenge_id) is False
    assert "已取消关注。" in stages.words(browser, address)
    assert "取消关注" not in stages.words(browser, address)


def test_a_draft_is_followed_by_nobody_and_nobody_follows_without_signing_in(world: World) -> None:
    scenario_id = world.admitted().id
    with unit_of_work():
        challenge_id = services.create(world.officer, scenario_id).id
    assert stages.client(world, "stranger").post(f"/zh/challenges/{challenge_id}/watch").status_code == 404
    for actor in (world.owner, world.officer):
        with pytest.raises(Forbidden), unit_of_work():
            services.watch(actor, challenge_id)
    assert stages.client(world).post(f"/zh/challenges/{challenge_id}/watch").status_code == 302
    assert list(session().scalars(select(Watch.id))) == []


def _followed(world: World, clock: time_machine.Coordinates) -> tuple[int, dict[str, int]]:
    """A challenge with a sealed bid, a draft, a bidder who also follows it, the owner following it, and a stranger."""
    challenge_id = world.challenge().id
    bids = {name: Stages(world, clock).draft(challenge_id, name) for name in ("bidder", "drafter")}
    Stages(world, clock).submit(bids["bidder"], "bidder")
    for name in ("stranger", "bidder", "owner"):
        with unit_of_work():
            services.watch(world.person(name), challenge_id)
    return challenge_id, bids


EVERYBODY = ["bidder", "drafter", "owner", "stranger"]


def test_an_extension_tells_owner_watchers_and_drafters_exactly_once_each(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenge_id, _bids = _followed(world, clock)
    before = stages.last_mail(world)
    later = clock_date(45)
    answer = stages.client(world, "officer").post(
        f"/zh/staff/challenges/{challenge_id}",
        data={"act": "extend", "closes_on": later, "reason_zh": "现场踏勘推迟", "reason_en": "Visit postponed"},
    )
    assert answer.status_code == 302, stages.said(answer.text)
    assert sorted(name for name, _subject in stages.mails(world, since=before)) == EVERYBODY
    assert "现场踏勘推迟" in stages.mail_bodies("drafter", since=before)
    page = stages.words(stages.client(world), f"/zh/challenges/{challenge_id}")
    assert ["现场踏勘推迟" in page, "第 1 号补充说明" in page] == [True, True]
    assert stages.mails(world, since=stages.last_mail(world)) == []


def clock_date(days: int) -> str:
    """The date in Beijing in so many days."""
    return site_clock.beijing(site_clock.now() + timedelta(days=days)).date().isoformat()


@pytest.mark.parametrize("act", ["suspend", "cancel"])
def test_resting_or_ending_a_challenge_needs_a_public_reason_and_tells_everybody_once(
    world: World, clock: time_machine.Coordinates, act: str
) -> None:
    challenge_id, bids = _followed(world, clock)
    before = stages.last_mail(world)
    browser = stages.client(world, "officer")
    address = f"/zh/staff/challenges/{challenge_id}"
    assert browser.post(address, data={"act": act, "why-reason": " "}).status_code == 422
    assert stages.challenge(challenge_id).state is State.PUBLISHED
    assert browser.post(address, data={"act": act, "why-reason": "场地停电"}).status_code == 302
    assert sorted(name for name, _subject in stages.mails(world, since=before)) == EVERYBODY
    assert "场地停电" in stages.words(stages.client(world), f"/zh/challenges/{challenge_id}")
    states = {name: stages.bid(bid_id).state for name, bid_id in bids.items()}
    sealed = BidState.VOID if act == "cancel" else BidState.SUBMITTED
    assert states == {"bidder": sealed, "drafter": BidState.DRAFT}
    with pytest.raises(Conflict):
        Stages(world, clock).submit(bids["drafter"], "drafter")


def test_a_cancelled_challenges_bids_are_never_opened(world: World, clock: time_machine.Coordinates) -> None:
    challenge_id, bids = _followed(world, clock)
    with unit_of_work():
        services.cancel(world.officer, challenge_id, reason="撤销")
    Stages(world, clock).to_opening(challenge_id)
    with pytest.raises(Conflict):
        world.open_bids(stages.challenge(challenge_id))
    assert (stages.bid(bids["bidder"]).content, stages.bid(bids["bidder"]).opened_at) == (None, None)
    assert stages.client(world, "officer").get(f"/zh/bids/{bids['bidder']}").status_code == 404


def test_a_suspended_challenge_is_not_opened_and_goes_on_after_it_is_resumed(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenge_id, bids = _followed(world, clock)
    with unit_of_work():
        services.suspend(world.officer, challenge_id, reason="停电")
    with pytest.raises(Invalid), unit_of_work():
        services.cancel(world.officer, challenge_id, reason="")
    with unit_of_work():
        services.resume(world.officer, challenge_id)
    row = stages.challenge(challenge_id)
    assert (row.state, row.state_reason) == (State.PUBLISHED, "")
    Stages(world, clock).submit(bids["drafter"], "drafter")
    Stages(world, clock).to_opening(challenge_id)
    assert world.open_bids(stages.challenge(challenge_id)) == 2


def test_a_vendor_sees_by_line_what_its_product_meets_and_by_how_much_it_is_short(world: World) -> None:
    challenge_id = world.challenge().id
    world.product(name="拂晓 M3", payload="30")
    address = f"/zh/challenges/{challenge_id}"
    page = stages.client(world, "vendor").get(address).text
    rows = [stages.said(r) for r in page.partition('id="h-mine"')[2].partition("</table>")[0].split("<tr")[2:]]
    assert len(rows) == 2
    payload, lift = sorted(rows, key=lambda r: "差" not in r)
    assert ["差 10 kg" in payload, "40 kg" in payload.replace(" ", " "), "30 kg" in payload] == [True] * 3
    assert ["满足" in lift, "差" in lift] == [True, False]
    for name in ("owner", "stranger", ""):
        assert 'id="h-mine"' not in stages.client(world, name).get(address).text


def test_a_draft_is_seen_by_its_owner_and_officers_only(world: World) -> None:
    scenario_id = world.admitted().id
    with unit_of_work():
        challenge_id = services.create(world.officer, scenario_id).id
    seen = {n: stages.client(world, n).get(f"/zh/challenges/{challenge_id}").status_code for n in ("", *PEOPLE)}
    assert seen == {"": 404, "stranger": 404, "vendor": 404, "owner": 200, "officer": 200, "auditor": 200}


PEOPLE = ("stranger", "vendor", "owner", "officer", "auditor")


def _many(world: World, challenge_id: int, product_id: int, count: int) -> None:
    """So many more of everything that lists show."""
    row = stages.challenge(challenge_id)
    version_id, scenario_id = row.versions[0].id, row.scenario_id
    bid_id = session().scalars(select(Bid.id).where(Bid.challenge_id == challenge_id)).one()
    owner_id = row.owner_id
    organisation = {"uscc": lambda n: f"MANY{n:014d}", "is_vendor": True}
    owners = stages.copies(Organisation, owner_id, count, **organisation)
    challenges = stages.copies(Challenge, challenge_id, count, owner_id=lambda n: owners[n])
    own = stages.copies(Challenge, challenge_id, count)
    with unit_of_work() as work:
        for other in challenges + own:
            work.add(Watch(challenge_id=other, user_id=world.person("vendor").user_id))
    for number, other in enumerate(challenges + own):
        stages.copies(ChallengeVersion, version_id, 1, challenge_id=other)
        if number < count:
            stages.copies(Bid, bid_id, 1, challenge_id=other)
            stages.copies(Notice, session().scalars(select(Notice.id).limit(1)).one(), 1, challenge_id=other)
    stages.copies(Scenario, scenario_id, count, owner_id=lambda n: owners[n])
    stages.copies(Scenario, scenario_id, count)
    products = stages.copies(Product, product_id, count, vendor_id=lambda n: owners[n])
    products += stages.copies(Product, product_id, count)
    for entry in session().scalars(select(Specification.id).where(Specification.product_id == product_id)).all():
        for other in products:
            stages.copies(Specification, entry, 1, product_id=other)


PAGES = {
    "/zh/": ("", "vendor", "officer"),
    "/zh/challenges": ("", "vendor"),
    "/zh/challenges?view=table&q=转运": ("",),
    "/zh/products": ("", "vendor"),
    "/zh/notices": ("",),
    "/zh/desk": ("vendor", "owner", "officer"),
    "/zh/my/scenarios": ("owner",),
    "/zh/my/products": ("vendor",),
    "/zh/my/bids": ("vendor",),
    "/zh/staff/admitted": ("officer",),
    "/zh/staff/notices": ("officer",),
    "/zh/staff/opening": ("officer",),
}


def _asked(world: World, browsers: dict[str, stages.Browser]) -> dict[str, int]:
    """How many statements each page needs."""
    found = {}
    for address, names in PAGES.items():
        for name in names:
            browsers[name].get(address)
            with stages.counted(world.app) as statements:
                assert browsers[name].get(address).status_code == 200
            found[f"{name} {address}"] = len([s for s in statements if s.startswith(("SELECT", "INSERT", "UPDATE"))])
    return found


def _one_of_each(world: World, clock: time_machine.Coordinates) -> tuple[int, int]:
    """One row in every list: a challenge with bid, notice and watcher, a product, a scenario."""
    challenge_id, product_id = world.challenge().id, world.product().id
    world.admitted("另一个场景")
    Stages(world, clock).draft(challenge_id, "vendor", vendor=(world.vendor_id, product_id))
    with unit_of_work():
        entries = [{"organisation_id": world.vendor_id, "name": {"zh": "甲", "en": "A"}, "products": []}]
        publicity.publish(
            world.officer, challenge_id=challenge_id, stage="shortlist", title=Text.of("公示"), entries=entries
        )
        services.watch(world.vendor, challenge_id)
    world.work()
    return challenge_id, product_id


def test_pages_ask_the_database_as_often_for_thirty_rows_as_for_one(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenge_id, product_id = _one_of_each(world, clock)
    browsers = {name: stages.client(world, name) for name in ("", "vendor", "owner", "officer")}
    one = _asked(world, browsers)
    _many(world, challenge_id, product_id, 30)
    rebuild()
    thirty = _asked(world, browsers)
    assert {k: (one[k], n) for k, n in thirty.items() if n != one[k]} == {}


def test_no_page_asks_the_database_more_than_fifteen_times(world: World, clock: time_machine.Coordinates) -> None:
    _one_of_each(world, clock)
    browsers = {name: stages.client(world, name) for name in ("", "vendor", "owner", "officer")}
    assert {k: n for k, n in _asked(world, browsers).items() if n > 15} == {}


def test_the_public_lists_answer_everybody_alike_to_nobody(world: World) -> None:
    challenge_id = world.challenge().id
    assert [c.id for c in queries.visible(NOBODY, [challenge_id, 999])] == [challenge_id]
