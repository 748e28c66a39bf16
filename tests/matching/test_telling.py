"""Both sides hear of each other: vendors of what fits with the gaps, by mail and by invitation, owners of what woke."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, NotFound
from marketplace.kernel.events import Event
from marketplace.matching import queries, services, telling
from marketplace.matching.models import Arrival, ArrivalKind
from tests.factories.world import World

pytestmark = pytest.mark.db


def _mails(world: World, person: str) -> list[OutboxMail]:
    world.work()
    session().rollback()
    rows = session().scalars(select(OutboxMail).where(OutboxMail.recipient == f"{person}@people.example"))
    return sorted(rows, key=lambda row: row.id)


def _about(world: World, person: str, words: str) -> list[OutboxMail]:
    return [m for m in _mails(world, person) if words in m.subject]


def test_a_vendor_hears_of_a_new_challenge_once_with_what_its_best_product_lacks(world: World) -> None:
    world.product(name="拂晓 小", payload="5")
    world.product(name="拂晓 大", payload="37")
    world.challenge("夜间转运")
    (mail,) = _about(world, "vendor", "新榜题")
    assert "2 条满足 1 条" in mail.subject
    assert "拂晓 大" in mail.text
    assert "额定负载差 3 kg" in mail.text
    assert _about(world, "owner", "条满足") == []


def test_a_vendor_whose_products_meet_less_than_half_hears_so_and_no_count_stands_in_the_subject(world: World) -> None:
    world.product(name="拂晓 小", payload="5", lift_ride="no")
    world.challenge("夜间转运")
    (mail,) = _about(world, "vendor", "新榜题")
    assert "条满足" not in mail.subject
    assert "还没有一款满足一半以上的技术要求，最接近的是“拂晓 小”：2 条满足 0 条" in mail.text


def test_a_vendor_without_a_product_in_the_domain_hears_nothing(world: World) -> None:
    world.product(listed=False)
    world.challenge("夜间转运")
    assert _about(world, "vendor", "新榜题") == []


def test_an_owner_invites_a_vendor_to_look_once(world: World) -> None:
    product = world.product()
    challenge = world.challenge("夜间转运")
    with unit_of_work():
        services.invite(world.owner, challenge.id, product.id)
    (mail,) = _about(world, "vendor", "邀请您看看")
    assert "满足 2 条技术要求中的 2 条" in mail.text
    assert queries.invited(challenge.id) == {world.vendor_id}
    with pytest.raises(Conflict, match="已经邀请过"), unit_of_work():
        services.invite(world.owner, challenge.id, product.id)


def test_nobody_else_invites_and_never_before_publication_nor_after_the_deadline(
    world: World, clock: time_machine.Coordinates
) -> None:
    product, hidden = world.product(), world.product(name="未公开", listed=False)
    challenge = world.challenge("夜间转运")
    for actor in (world.officer, world.vendor):
        with pytest.raises(Forbidden), unit_of_work():
            services.invite(actor, challenge.id, product.id)
    with pytest.raises(NotFound), unit_of_work():
        services.invite(world.owner, challenge.id, hidden.id)
    scenario_id = world.admitted("还没发榜").id
    with unit_of_work():
        draft_id = challenges.create(world.officer, scenario_id).id
    with pytest.raises(Conflict, match="不接受揭榜"), unit_of_work():
        services.invite(world.owner, draft_id, product.id)
    clock.shift(timedelta(days=60))
    with pytest.raises(Conflict, match="不接受揭榜"), unit_of_work():
        services.invite(world.owner, challenge.id, product.id)


def test_a_vendor_refuses_invitations_until_it_says_otherwise(world: World) -> None:
    product = world.product()
    challenge = world.challenge("夜间转运")
    with unit_of_work():
        services.choose_invitations(world.vendor, world.vendor_id, wanted=False)
    assert not queries.takes_invitations(world.vendor_id)
    with pytest.raises(Conflict, match="不接受邀请"), unit_of_work():
        services.invite(world.owner, challenge.id, product.id)
    with pytest.raises(NotFound), unit_of_work():
        services.choose_invitations(world.rival, world.vendor_id, wanted=True)
    with unit_of_work():
        services.choose_invitations(world.vendor, world.vendor_id, wanted=True)
    with unit_of_work():
        services.invite(world.owner, challenge.id, product.id)


def test_invitations_are_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs = world.product(), world.product("rival")
    challenge, other = world.challenge("夜间转运"), world.challenge("白天转运")
    monkeypatch.setattr(services, "MOST_PER_CHALLENGE", 1)
    with unit_of_work():
        services.invite(world.owner, challenge.id, mine.id)
    with pytest.raises(Conflict, match="最多邀请 1 家"), unit_of_work():
        services.invite(world.owner, challenge.id, theirs.id)
    monkeypatch.setattr(services, "MOST_PER_DAY", 1)
    with pytest.raises(Conflict, match="一天最多发 1 份"), unit_of_work():
        services.invite(world.owner, other.id, mine.id)


def _unanswered(world: World, clock: time_machine.Coordinates) -> Challenge:
    challenge = world.challenge("没人揭的转运")
    clock.shift(timedelta(days=45))
    world.open_bids(challenge)
    return challenge


def test_an_unmet_need_wakes_once_when_a_product_appears_that_meets_it(
    world: World, clock: time_machine.Coordinates
) -> None:
    _unanswered(world, clock)
    world.product(name="差一点", payload="39")
    assert _about(world, "owner", "有产品能满足了") == []
    world.product(name="刚刚好", payload="40")
    (mail,) = _about(world, "owner", "有产品能满足了")
    assert "刚刚好" in mail.text
    world.product(name="又一款", payload="60")
    assert len(_about(world, "owner", "有产品能满足了")) == 1


def test_products_that_came_together_wake_a_need_that_none_met_before(
    world: World, clock: time_machine.Coordinates
) -> None:
    _unanswered(world, clock)
    world.product(name="刚刚好", payload="40")
    world.product(name="又一款", payload="60")
    (mail,) = _about(world, "owner", "有产品能满足了")
    assert "刚刚好" in mail.text


def test_a_need_that_a_product_met_all_the_time_is_not_woken_by_another(
    world: World, clock: time_machine.Coordinates
) -> None:
    world.product(name="早就有", payload="50")
    _unanswered(world, clock)
    world.product(name="又一款", payload="60")
    assert _about(world, "owner", "有产品能满足了") == []


def test_who_publishes_or_lists_leaves_the_market_to_the_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.work()
    product = world.product()
    challenge = world.challenge("夜间转运")
    waiting = select(Arrival.kind, Arrival.subject_id).where(Arrival.done_at.is_(None))
    mine, theirs = (ArrivalKind.PRODUCT, product.id), (ArrivalKind.CHALLENGE, challenge.id)
    assert set(session().execute(waiting).tuples()) == {mine, theirs}

    def broken(_challenge_id: int) -> None:
        raise ValueError

    with monkeypatch.context() as patch:  # what cannot be told stays, and the rest is told
        patch.setattr(telling, "_suiting", broken)
        world.work()
    assert set(session().execute(waiting).tuples()) == {theirs}
    assert len(_about(world, "vendor", "新榜题")) == 1
    assert session().execute(waiting).first() is None


def test_a_product_of_which_nothing_can_be_told_does_not_silence_another(
    world: World, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unanswered(world, clock)
    bad, good = world.product(name="读不出来", payload="1"), world.product(name="刚刚好", payload="40")
    met_by = telling._met_by

    def broken(product_id: int, offered: Mapping[int, datetime]) -> Iterable[Event]:
        if product_id == bad.id:
            raise ValueError
        return met_by(product_id, offered)

    monkeypatch.setattr(telling, "_met_by", broken)
    (mail,) = _about(world, "owner", "有产品能满足了")
    assert "刚刚好" in mail.text
    left = session().scalars(select(Arrival.subject_id).where(Arrival.done_at.is_(None)))
    assert set(left) == {bad.id} != {good.id}


def test_the_pages_say_it_to_those_who_may_know(world: World) -> None:
    product = world.product()
    challenge = world.challenge("夜间转运")
    owner, vendor, officer = world.client("owner"), world.client("vendor"), world.client("officer")
    shown = owner.get(f"/zh/challenges/{challenge.id}/who-can").text
    assert product.name.zh in shown
    assert "邀请来看" in shown
    assert "邀请来看" not in officer.get(f"/zh/challenges/{challenge.id}/who-can").text
    assert "值不值得揭" in vendor.get(f"/zh/challenges/{challenge.id}").text
    assert "值不值得揭" not in owner.get(f"/zh/challenges/{challenge.id}").text
    assert "夜间转运" in vendor.get(f"/zh/products/{product.id}/fits").text
    tried = vendor.get(f"/zh/products/{product.id}/fits?parameter=payload&value=20").text
    assert "现在满足 1 项" in tried
    assert "改了以后 0 项" in tried
    wrong = vendor.get(f"/zh/products/{product.id}/fits?parameter=payload&value=很重").text
    assert 'aria-invalid="true"' in wrong
    assert 'value="很重"' in wrong


def test_the_market_answers_a_form_before_it_is_saved(world: World) -> None:
    product = world.product()
    draft = world.draft()
    browser = world.client("owner")
    path = f"/zh/scenarios/{draft.id}"
    page = browser.get(f"{path}/edit/requirements").text
    assert "满足全部必须项的同类产品：" in page
    assert product.name.zh not in page
    form = {"rows-0-parameter": "payload", "rows-0-op": ">=", "rows-0-value": "60", "rows-0-unit": "kg",
            "rows-0-level": "must", "rows-0-weight": "1"}  # fmt: skip
    found = browser.post(f"{path}/market", data=form).text
    assert '<strong class="h3 num">0</strong>' in found
    assert "0 → 1 款" in found
    assert product.name.zh not in found
    found = browser.post(f"{path}/market", data=form | {"rows-0-level": "should"}).text
    assert '<strong class="h3 num">1</strong>' in found
    assert session().get_one(type(draft), draft.id).requirements[0].value.typed == "40"
