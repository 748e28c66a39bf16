"""Invitations to a challenge and to a scenario: what a vendor refuses and how many are sent holds across both."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.introductions import services
from marketplace.introductions.models import Block, Introduction
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.matching import services as matching
from marketplace.matching.models import InvitationToLook, NoInvitations
from marketplace.organisations import services as organisations
from tests.factories.at_once import at_once
from tests.factories.introductions import NOTE, Introductions
from tests.factories.stages import client, mails, words
from tests.factories.world import World

pytestmark = pytest.mark.db


@pytest.fixture
def made(world: World) -> Introductions:
    return Introductions(world)


def _to_look(world: World, challenge_id: int, product_id: int) -> None:
    with unit_of_work():
        matching.invite(world.owner, challenge_id, product_id)


def _received(world: World) -> list[str]:
    return [subject for who, subject in mails(world) if who == "vendor" and "请您看" in subject]


def test_a_vendor_who_takes_no_invitations_gets_none_in_either_way(world: World, made: Introductions) -> None:
    product_id, challenge_id, scenario_id = world.product().id, world.challenge("夜间转运").id, made.scenario()
    with unit_of_work():
        matching.choose_invitations(world.vendor, world.vendor_id, wanted=False)
    with pytest.raises(Conflict, match="不接受邀请"):
        _to_look(world, challenge_id, product_id)
    with pytest.raises(Conflict, match="不接受邀请"):
        made.invitation(scenario_id)
    assert _received(world) == []
    with unit_of_work():
        matching.choose_invitations(world.vendor, world.vendor_id, wanted=True)
    _to_look(world, challenge_id, product_id)
    made.invitation(scenario_id)
    assert len(_received(world)) == 2


def test_a_vendor_who_wants_to_hear_no_more_of_an_owner_is_not_invited_to_its_challenges(
    world: World, made: Introductions
) -> None:
    product_id, challenge_id = world.product().id, world.challenge("夜间转运").id
    number = made.invitation()
    with unit_of_work():
        services.decline(world.vendor, number, reason="不合适。", for_good=True)
    with pytest.raises(Conflict, match="不再接收"):
        _to_look(world, challenge_id, product_id)
    page = f"/zh/challenges/{challenge_id}/who-can"
    assert "这家企业不接受邀请" in words(client(world, "owner"), page)
    assert session().query(InvitationToLook).count() == 0
    with unit_of_work():
        services.unblock(world.vendor, session().scalars(select(Block.id)).one())
    assert "邀请来看" in words(client(world, "owner"), page)
    _to_look(world, challenge_id, product_id)


def test_an_owner_who_has_cut_a_vendor_off_does_not_invite_it_either(world: World, made: Introductions) -> None:
    product_id, challenge_id = world.product().id, world.challenge("夜间转运").id
    number = made.interest()
    with unit_of_work():
        services.decline(world.owner, number, reason="不合适。", for_good=True)
    with pytest.raises(Conflict, match="不再接收"):
        _to_look(world, challenge_id, product_id)


def test_invitations_of_both_ways_count_together(
    world: World, made: Introductions, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Coordinates
) -> None:
    monkeypatch.setattr(matching, "MOST_PER_DAY", 2)
    mine, theirs = world.product().id, world.product("rival").id
    first, second = world.challenge("夜间转运").id, made.scenario()
    made.interest(second, vendor="rival")  # what a vendor begins is no invitation
    _to_look(world, first, mine)
    made.invitation(second)
    with pytest.raises(Conflict, match="一天最多发 2 份"):
        _to_look(world, first, theirs)
    with pytest.raises(Conflict, match="一天最多发 2 份"):
        made.invitation(made.scenario("白天转运"))
    clock.shift(timedelta(days=1, seconds=1))
    _to_look(world, first, theirs)


def test_invitations_sent_at_once_in_both_ways_do_not_pass_the_limit(
    world: World, made: Introductions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MOST_PER_DAY", 2)
    mine, theirs = world.product().id, world.product("rival").id
    challenge_id, scenario_id, vendor_id, rival_id = (
        world.challenge("夜间转运").id, made.scenario(), world.vendor_id, world.rival_id,
    )  # fmt: skip
    owner = world.owner
    results = at_once(
        world,
        lambda: matching.invite(owner, challenge_id, mine),
        lambda: services.invite(owner, scenario_id, vendor_id=vendor_id, note=NOTE),
        lambda: matching.invite(owner, challenge_id, theirs),
        lambda: services.invite(owner, scenario_id, vendor_id=rival_id, note=NOTE),
    )
    assert sorted(results) == ["Conflict", "Conflict", "ok", "ok"]
    assert session().query(InvitationToLook).count() + session().query(Introduction).count() == 2


def test_an_invitation_and_a_refusal_sent_twice_at_once_are_one_each(world: World) -> None:
    product_id, challenge_id, owner, vendor = (
        world.product().id, world.challenge("夜间转运").id, world.owner, world.vendor,
    )  # fmt: skip
    vendor_id = world.vendor_id
    act = lambda: matching.invite(owner, challenge_id, product_id)  # noqa: E731
    assert sorted(at_once(world, act, act)) == ["Conflict", "ok"]
    refuse = lambda: matching.choose_invitations(vendor, vendor_id, wanted=False)  # noqa: E731
    assert at_once(world, refuse, refuse) == ["ok", "ok"]
    assert session().query(NoInvitations).count() == 1


def test_a_suspended_owner_invites_nobody(world: World, made: Introductions) -> None:
    product_id, challenge_id, scenario_id = world.product().id, world.challenge("夜间转运").id, made.scenario()
    with unit_of_work():
        organisations.suspend(world.officer, world.owner_id, reason="虚假需求核查中。")
    with pytest.raises(Conflict, match="核验"):
        _to_look(world, challenge_id, product_id)
    with pytest.raises(Conflict, match="核验"):
        made.invitation(scenario_id)
