"""The deadline by the server's clock, the opening, and that nobody learns of a bid before it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from marketplace.bids.models import Bid, BidVersion
from marketplace.bids.services import drafting, opening, submitting
from marketplace.bids.states import State
from marketplace.challenges.states import State as ChallengeState
from marketplace.demo.content import paper
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Late, NotFound
from marketplace.organisations import services as organisations
from marketplace.organisations.models import MemberRole, Organisation
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import World

pytestmark = pytest.mark.db

SECOND = timedelta(seconds=1)
LATE = "已过截止时间，不能再提交。填的内容已保存在草稿里，没有丢失。"


def _closing(challenge_id: int) -> datetime:
    closes_at = stages.challenge(challenge_id).closes_at
    assert closes_at is not None
    return closes_at


def _count(model: type[Bid] | type[BidVersion]) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(("after", "accepted"), [(-1, True), (0, False), (1, False)])
def test_what_arrives_before_the_deadline_counts_and_what_arrives_at_it_is_late(
    world: World, clock: time_machine.Coordinates, after: int, accepted: bool
) -> None:
    bid_id = world.bid(world.challenge()).id
    closing = _closing(stages.bid(bid_id).challenge_id)
    clock.move_to(closing + after * SECOND)
    if accepted:
        with unit_of_work():
            submitting.submit(world.vendor, bid_id, received_at=site_clock.now())
    else:
        with pytest.raises(Late) as late, unit_of_work():
            submitting.submit(world.vendor, bid_id, received_at=site_clock.now())
        assert late.value.message == LATE
    assert _count(BidVersion) == accepted
    assert stages.bid(bid_id).state is (State.SUBMITTED if accepted else State.DRAFT)


def test_a_request_that_arrived_in_time_counts_though_it_is_worked_on_after_the_deadline(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid_id = world.bid(world.challenge()).id
    closing = _closing(stages.bid(bid_id).challenge_id)
    clock.move_to(closing + 5 * SECOND)
    with unit_of_work():
        submitting.submit(world.vendor, bid_id, received_at=closing - SECOND)
    assert stages.bid(bid_id).versions[0].received_at == closing - SECOND


@pytest.mark.parametrize(("after", "status"), [(-1, 302), (0, 409), (1, 409)])
def test_in_the_browser_a_late_submission_says_so_and_keeps_everything_typed(
    world: World, clock: time_machine.Coordinates, after: int, status: int
) -> None:
    row = world.bid(world.challenge(), text="我们写了很久")
    bid_id, challenge_id = row.id, row.challenge_id
    clock.move_to(_closing(challenge_id) + after * SECOND)
    browser = stages.client(world, "vendor")
    typed = {"approach": "最后一分钟改的方案", "safety": "急停", "schedule": "六个月", "draft_number": "2"}
    assert browser.post(f"/zh/bids/{bid_id}/edit/solution", data=typed).status_code == 302
    answer = browser.post(f"/zh/bids/{bid_id}/edit/check", data={"draft_number": "3"})
    assert answer.status_code == status
    assert (LATE in stages.said(answer.text)) == (status == 409)
    kept = drafting.document(world.vendor, stages.bid(bid_id))
    assert (kept.solution["approach"], kept.financing) == ("最后一分钟改的方案", "我们写了很久")
    assert "最后一分钟改的方案" in stages.words(browser, f"/zh/bids/{bid_id}/edit/solution")
    assert _count(BidVersion) == (status == 302)


@pytest.mark.parametrize("after", [-3600, 0, 59])
def test_the_opening_is_refused_before_a_minute_after_the_deadline(
    world: World, clock: time_machine.Coordinates, after: int
) -> None:
    bid_id = world.submitted_bid(world.challenge()).id
    challenge_id = stages.bid(bid_id).challenge_id
    clock.move_to(_closing(challenge_id) + after * SECOND)
    with pytest.raises(Conflict) as refused:
        world.open_bids(stages.challenge(challenge_id))
    assert refused.value.message == "截止一分钟之后才能启封。"
    browser = stages.client(world, "officer")
    answer = browser.post(f"/zh/staff/challenges/{challenge_id}/opening")
    assert (answer.status_code, "截止一分钟之后才能启封。" in answer.text) == (409, True)
    assert stages.challenge(challenge_id).state is ChallengeState.PUBLISHED
    assert (stages.bid(bid_id).state, stages.bid(bid_id).content) == (State.SUBMITTED, None)


def test_a_minute_after_the_deadline_an_officer_opens_all_bids_at_once(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenge_id = world.challenge().id
    bids = [world.submitted_bid(stages.challenge(challenge_id), name).id for name in ("vendor", "rival")]
    Stages(world, clock).to_opening(challenge_id)
    browser = stages.client(world, "officer")
    assert browser.post(f"/zh/staff/challenges/{challenge_id}/opening").status_code == 302
    assert stages.challenge(challenge_id).state is ChallengeState.OPENED
    assert [(stages.bid(b).state, stages.bid(b).opened_at) for b in bids] == [(State.OPENED, site_clock.now())] * 2
    again = browser.post(f"/zh/staff/challenges/{challenge_id}/opening")
    assert again.status_code == 409


def test_nobody_but_an_officer_of_another_house_may_open(world: World, clock: time_machine.Coordinates) -> None:
    challenge_id = world.submitted_bid(world.challenge()).challenge_id
    Stages(world, clock).to_opening(challenge_id)
    for actor in (world.owner, world.vendor, world.auditor, world.administrator):
        with pytest.raises(Forbidden), unit_of_work():
            opening.open_all(actor, challenge_id)
    world.join("officer", session().get_one(Organisation, world.owner_id), MemberRole.VIEWER)
    with pytest.raises(Forbidden) as refused, unit_of_work():
        opening.open_all(world.officer, challenge_id)
    assert refused.value.message == "不能启封本单位榜题的申报。请另一位同事来办。"
    assert stages.challenge(challenge_id).state is ChallengeState.PUBLISHED


def test_an_opening_without_bids_records_it_and_tells_owner_and_watchers(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenge_id = world.challenge().id
    world.bid(stages.challenge(challenge_id), "rival")
    stages.client(world, "stranger").post(f"/zh/challenges/{challenge_id}/watch")
    before = stages.last_mail(world)
    Stages(world, clock).to_opening(challenge_id)
    assert world.open_bids(stages.challenge(challenge_id)) == 0
    row = stages.challenge(challenge_id)
    assert (row.state, row.opened_at) == (ChallengeState.NO_BIDS, None)
    assert sorted(stages.mails(world, since=before)) == [
        ("owner", "无人揭榜：药品标本转运"),
        ("stranger", "无人揭榜：药品标本转运"),
    ]


def test_after_the_opening_nothing_more_is_submitted_changed_or_withdrawn(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenge_id = world.challenge().id
    opened = world.submitted_bid(stages.challenge(challenge_id)).id
    draft = world.bid(stages.challenge(challenge_id), "rival").id
    closing = _closing(challenge_id)
    Stages(world, clock).to_opening(challenge_id)
    assert world.open_bids(stages.challenge(challenge_id)) == 1
    with pytest.raises(Conflict), unit_of_work():
        submitting.submit(world.rival, draft, received_at=closing - SECOND)
    with pytest.raises(Conflict), unit_of_work():
        submitting.submit(world.vendor, opened, received_at=closing - SECOND)
    with pytest.raises(Conflict), unit_of_work():
        submitting.withdraw(world.vendor, opened, received_at=closing - SECOND)
    with pytest.raises(Conflict), unit_of_work():
        drafting.change(world.vendor, opened, lambda d: None)
    assert (stages.bid(opened).state, stages.bid(draft).state) == (State.OPENED, State.DRAFT)
    assert _count(BidVersion) == 1


def test_a_withdrawn_bid_is_not_opened(world: World, clock: time_machine.Coordinates) -> None:
    challenge_id = world.challenge().id
    kept = world.submitted_bid(stages.challenge(challenge_id)).id
    taken = world.submitted_bid(stages.challenge(challenge_id), "rival").id
    before = stages.last_mail(world)
    assert stages.client(world, "rival").post(f"/zh/bids/{taken}/withdraw").status_code == 302
    assert stages.mails(world, since=before) == [("rival", "已撤回：“药品标本转运”的申报")]
    Stages(world, clock).to_opening(challenge_id)
    assert world.open_bids(stages.challenge(challenge_id)) == 1
    assert (stages.bid(kept).state, stages.bid(taken).state) == (State.OPENED, State.WITHDRAWN)
    assert (stages.bid(taken).content, stages.bid(taken).opened_at) == (None, None)
    assert stages.client(world, "officer").get(f"/zh/bids/{taken}").status_code == 404


def test_a_withdrawn_bid_may_be_submitted_again_and_counts_then(world: World, clock: time_machine.Coordinates) -> None:
    bid_id = world.submitted_bid(world.challenge()).id
    with unit_of_work():
        submitting.withdraw(world.vendor, bid_id, received_at=site_clock.now())
    assert stages.bid(bid_id).counting is None
    Stages(world, clock).submit(bid_id, "vendor")
    row = stages.bid(bid_id)
    assert (row.state, [v.number for v in row.versions]) == (State.SUBMITTED, [1, 2])
    assert row.counting is not None
    assert row.counting.number == 2


def test_the_last_submission_counts_and_an_unchanged_draft_is_not_submitted_twice(
    world: World, clock: time_machine.Coordinates
) -> None:
    row = world.submitted_bid(world.challenge())
    bid_id, challenge_id = row.id, row.challenge_id
    clock.shift(60)
    with pytest.raises(Conflict) as refused:
        Stages(world, clock).submit(bid_id, "vendor")
    assert refused.value.message == "这一稿已经提交过了，回执在邮箱里。要修改，先改草稿再提交。"

    def dearer(document: drafting.BidDocument) -> None:
        document.total_investment = 2_000_000

    with unit_of_work():
        drafting.change(world.vendor, bid_id, dearer)
    Stages(world, clock).submit(bid_id, "vendor")
    clock.shift(60)
    with unit_of_work():
        drafting.change(world.vendor, bid_id, lambda d: setattr(d, "total_investment", 3_000_000))
    assert [v.number for v in stages.bid(bid_id).versions] == [1, 2]
    Stages(world, clock).to_opening(challenge_id)
    world.open_bids(stages.challenge(challenge_id))
    content = stages.bid(bid_id).content
    assert content is not None
    assert content.total_investment == 2_000_000


def test_nothing_is_withdrawn_after_the_deadline(world: World, clock: time_machine.Coordinates) -> None:
    row = world.submitted_bid(world.challenge())
    bid_id, closing = row.id, _closing(row.challenge_id)
    clock.move_to(closing)
    with pytest.raises(Late), unit_of_work():
        submitting.withdraw(world.vendor, bid_id, received_at=site_clock.now())
    assert stages.client(world, "vendor").post(f"/zh/bids/{bid_id}/withdraw").status_code == 409
    assert stages.bid(bid_id).state is State.SUBMITTED


def test_a_second_bid_of_the_same_organisation_leads_to_the_first(world: World) -> None:
    row = world.bid(world.challenge())
    bid_id, challenge_id = row.id, row.challenge_id
    colleague = world.join("colleague", session().get_one(Organisation, world.vendor_id), MemberRole.EDITOR)
    with unit_of_work():
        assert drafting.start(colleague, challenge_id, world.vendor_id).id == bid_id
    browser = stages.client(world, "colleague")
    address = f"/zh/bids/{bid_id}/edit/matrix"
    assert browser.get(f"/zh/challenges/{challenge_id}/bid").location == address
    again = browser.post(f"/zh/challenges/{challenge_id}/bid", follow_redirects=True)
    assert again.request.path == address
    assert "本单位已经有一份申报书，已为您打开。一家单位对一项榜题只交一份。" in again.text
    assert _count(Bid) == 1


def test_a_viewer_reads_the_draft_but_may_neither_edit_nor_submit_it(world: World) -> None:
    bid_id = world.submitted_bid(world.challenge()).id
    viewer = world.join("viewer", session().get_one(Organisation, world.vendor_id), MemberRole.VIEWER)
    with pytest.raises(Forbidden), unit_of_work():
        drafting.change(viewer, bid_id, lambda d: None)
    with pytest.raises(Forbidden), unit_of_work():
        submitting.submit(viewer, bid_id, received_at=site_clock.now())
    with pytest.raises(Forbidden), unit_of_work():
        submitting.withdraw(viewer, bid_id, received_at=site_clock.now())
    with pytest.raises(Forbidden), unit_of_work():
        drafting.start(viewer, stages.bid(bid_id).challenge_id, world.vendor_id)
    browser = stages.client(world, "viewer")
    assert browser.get(f"/zh/bids/{bid_id}").status_code == 200
    assert browser.get(f"/zh/bids/{bid_id}/edit/matrix").status_code == 403
    assert browser.post(f"/zh/bids/{bid_id}/edit/solution", data={"approach": "我改"}).status_code == 403


def test_an_organisation_does_not_bid_on_its_own_challenge(world: World) -> None:
    challenge_id = world.challenge().id
    with unit_of_work() as work:
        work.get_one(Organisation, world.owner_id).is_vendor = True
    with pytest.raises(Conflict) as refused, unit_of_work():
        drafting.start(world.owner, challenge_id, world.owner_id)
    assert refused.value.message == "不能揭本单位自己的榜题。"
    answer = stages.client(world, "owner").post(f"/zh/challenges/{challenge_id}/bid")
    assert (answer.status_code, "不能揭本单位自己的榜题。" in answer.text) == (409, True)
    assert _count(Bid) == 0


def test_nobody_bids_for_an_organisation_that_is_not_theirs(world: World) -> None:
    challenge_id, vendor_id = world.challenge().id, world.vendor_id
    for actor in (world.rival, world.stranger, world.officer, world.owner):
        with pytest.raises(Forbidden), unit_of_work():
            drafting.start(actor, challenge_id, vendor_id)
    bid_id = world.bid(stages.challenge(challenge_id)).id
    with pytest.raises(NotFound), unit_of_work():
        submitting.submit(world.rival, bid_id, received_at=site_clock.now())


def test_an_unverified_vendor_may_draft_but_not_submit(world: World, clock: time_machine.Coordinates) -> None:
    challenge_id = world.challenge().id
    new = world.organisation("newcomer", "vendor", verified=False).id
    complete = world.bid(stages.challenge(challenge_id)).id
    with unit_of_work():
        bid_id = drafting.start(world.person("newcomer"), challenge_id, new).id
    document = drafting.document(world.vendor, stages.bid(complete))

    def like_the_other(mine: drafting.BidDocument) -> None:
        for name in type(mine).model_fields:
            setattr(mine, name, getattr(document, name))

    with unit_of_work():
        drafting.change(world.person("newcomer"), bid_id, like_the_other)
    with pytest.raises(Conflict):
        Stages(world, clock).submit(bid_id, "newcomer")
    assert stages.bid(bid_id).state is State.DRAFT
    with unit_of_work():
        organisations.attach_licence(world.person("newcomer"), new, paper("Licence"))
        organisations.submit(world.person("newcomer"), new)
    with unit_of_work():
        organisations.verify(world.officer, new)
    Stages(world, clock).submit(bid_id, "newcomer")
    assert stages.bid(bid_id).state is State.SUBMITTED


def test_each_submission_is_receipted_to_the_bidders_people_only_with_time_version_and_digest(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid_id = world.bid(world.challenge()).id
    organisation = session().get_one(Organisation, world.vendor_id)
    world.join("viewer", organisation, MemberRole.VIEWER)
    before = stages.last_mail(world)
    Stages(world, clock).submit(bid_id, "vendor")
    subject = "回执：“药品标本转运”的申报已收到，第 {} 版"
    assert sorted(stages.mails(world, since=before)) == [(n, subject.format(1)) for n in ("vendor", "viewer")]
    first = stages.bid(bid_id).versions[0].digest
    for name in ("vendor", "viewer"):
        body = stages.mail_bodies(name, since=before)
        assert [f in body for f in (first, "09:30:00", "2026\xa0年\xa03\xa0月\xa02\xa0日")] == [True] * 3
    clock.shift(90)
    with unit_of_work():
        drafting.change(world.vendor, bid_id, lambda d: d.solution.update(team="二十人"))
    before = stages.last_mail(world)
    Stages(world, clock).submit(bid_id, "vendor")
    assert sorted(stages.mails(world, since=before)) == [(n, subject.format(2)) for n in ("vendor", "viewer")]
    second = stages.bid(bid_id).versions[1].digest
    body = stages.mail_bodies("vendor", since=before)
    assert [f in body for f in (second, first, "09:31:30")] == [True, False, True]


def _pages(browsers: dict[str, stages.Browser], addresses: dict[str, list[str]]) -> dict[str, str]:
    return {f"{n} {a}": stages.words(browsers[n], a) for n, pages in addresses.items() for a in pages}


def test_before_the_opening_every_page_of_everybody_else_is_the_same_with_and_without_a_bid(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenge_id = world.challenge().id
    assert world.rival_id
    vendor = Stages(world, clock).vendor("bidder")
    public = [f"/zh/challenges/{challenge_id}", "/zh/challenges", "/zh/", "/zh/desk", "/zh/inbox", "/zh/my/bids"]
    public += [f"/zh/organisations/{vendor[0]}", f"/zh/products/{vendor[1]}"]
    office = [f"/zh/staff/challenges/{challenge_id}{p}" for p in ("", "/opening", "/eligibility", "/shortlist")]
    office += [f"/zh/staff/challenges/{challenge_id}/release", "/zh/staff/opening", "/zh/staff/opened"]
    addresses = dict.fromkeys(("owner", "rival", "stranger"), public) | {
        "officer": public + office,
        "auditor": public,
    }
    browsers = {name: stages.client(world, name) for name in addresses}
    mails = stages.last_mail(world)
    before = _pages(browsers, addresses)
    bid_id = Stages(world, clock).draft(challenge_id, "bidder", vendor=vendor)
    Stages(world, clock).submit(bid_id, "bidder")
    assert {name for name, _subject in stages.mails(world, since=mails)} == {"bidder"}
    after = _pages(browsers, addresses)
    assert [k for k in before if before[k] != after[k]] == []
    Stages(world, clock).to_opening(challenge_id)
    officer = stages.client(world, "officer")
    assert "bidder" not in stages.words(officer, f"/zh/staff/challenges/{challenge_id}/opening")


@pytest.mark.parametrize("name", ["auditor", "administrator"])
def test_before_the_opening_the_audit_page_is_the_same_with_and_without_a_bid(
    world: World, clock: time_machine.Coordinates, name: str
) -> None:
    challenge_id = world.challenge().id
    vendor = Stages(world, clock).vendor("bidder")
    browser = stages.client(world, name)
    addresses = {name: ["/zh/audit", "/zh/audit?subject=bid", "/zh/audit?subject=challenge"]}
    before = _pages({name: browser}, addresses)
    bid_id = Stages(world, clock).draft(challenge_id, "bidder", vendor=vendor)
    Stages(world, clock).submit(bid_id, "bidder")
    after = _pages({name: browser}, addresses)
    assert [k for k in before if before[k] != after[k]] == []


def test_after_the_opening_the_audit_page_shows_what_happened_to_the_bid(
    world: World, clock: time_machine.Coordinates
) -> None:
    Stages(world, clock).opened("bidder")
    page = stages.words(stages.client(world, "auditor"), "/zh/audit?subject=bid")
    assert [act in page for act in ("提交了申报", "启封了申报")] == [True, True]
