"""Inviting members, accepting, changing and removing them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.organisations import queries, services
from marketplace.organisations.models import Invitation, MemberRole, Membership, Organisation
from tests.factories.at_once import at_once
from tests.factories.world import World


def _invited(world: World, person: str = "newcomer", role: MemberRole = MemberRole.EDITOR) -> str:
    """The token of a fresh invitation to join the owner."""
    world.person(person)
    owner = world.owner
    with unit_of_work():
        row = services.invite(owner, world.owner_id, email=f"{person}@people.example", role=role, language="zh")
        return services.invitation_token(row)


def _accept(world: World, token: str, person: str = "newcomer") -> None:
    actor = world.person(person)
    with unit_of_work():
        services.accept(actor, token, email=f"{person}@people.example")


def test_the_invited_address_joins_by_the_mailed_link(world: World) -> None:
    _invited(world)
    world.work()
    mail = session().scalars(select(OutboxMail).where(OutboxMail.recipient == "newcomer@people.example")).one()
    link = re.search(r"http://site\.example(/zh/invitations/\S+)", mail.text)
    assert link is not None
    browser = world.client("newcomer")
    assert browser.get(link[1]).status_code == 200
    assert dict(world.person("newcomer").memberships) == {}
    answer = browser.post(link[1])
    assert (answer.status_code, answer.location) == (302, f"/zh/organisations/{world.owner_id}")
    assert dict(world.person("newcomer").memberships) == {world.owner_id: "editor"}
    assert browser.get(link[1]).status_code == 410


def test_an_invitation_also_reaches_somebody_without_an_account(world: World) -> None:
    owner = world.owner
    with unit_of_work():
        services.invite(owner, world.owner_id, email="Nobody@People.Example", role=MemberRole.VIEWER, language="en")
    world.work()
    mail = session().scalars(select(OutboxMail).where(OutboxMail.recipient == "nobody@people.example")).one()
    assert mail.language == "en"


def test_only_the_invited_address_may_accept(world: World) -> None:
    token = _invited(world)
    with pytest.raises(Forbidden, match="邀请发给了另一个邮箱"):
        _accept(world, token, "stranger")
    assert dict(world.person("stranger").memberships) == {}
    _accept(world, token)
    assert dict(world.person("newcomer").memberships) == {world.owner_id: "editor"}


def test_an_invitation_is_used_once(world: World) -> None:
    token = _invited(world)
    _accept(world, token)
    with pytest.raises(Conflict):
        _accept(world, token)


def test_a_forged_invitation_is_none(world: World) -> None:
    token = _invited(world)
    assert services.invitation_of(token[:-2] + "xx") is None
    assert services.invitation_of("é.é.é") is None
    assert world.client("newcomer").get("/zh/invitations/forged").status_code == 410


def test_an_invitation_expires_after_seven_days(world: World, clock: time_machine.Coordinates) -> None:
    token = _invited(world)
    clock.shift(timedelta(days=7))
    assert services.invitation_of(token) is not None
    clock.shift(timedelta(seconds=2))
    assert services.invitation_of(token) is None
    with pytest.raises(Conflict, match="超过七天"):
        _accept(world, token)


def test_an_invitation_that_was_taken_back_opens_nothing(world: World) -> None:
    token = _invited(world)
    row = session().scalars(select(Invitation)).one()
    invitation_id = row.id
    stranger = world.vendor
    with pytest.raises(NotFound), unit_of_work():
        services.withdraw_invitation(stranger, invitation_id)
    owner = world.owner
    with unit_of_work():
        assert services.withdraw_invitation(owner, invitation_id) == world.owner_id
    assert queries.open_invitations(owner, world.owner_id) == []
    with pytest.raises(Conflict):
        _accept(world, token)


def test_an_address_is_invited_once_at_a_time(world: World) -> None:
    _invited(world)
    with pytest.raises(Invalid) as refused:
        _invited(world)
    assert refused.value.field == "email"


def test_before_its_licence_is_seen_an_organisation_invites_five_people_a_day(
    world: World, clock: time_machine.Coordinates
) -> None:
    unseen = [world.organisation("somebody", "owner", verified=False, name=name).id for name in ("甲示例", "乙示例")]

    def invite(number: int, organisation_id: int) -> int:
        with unit_of_work():
            email = f"stranger{number}@people.example"
            return services.invite(
                world.person("somebody"), organisation_id, email=email, role=MemberRole.VIEWER, language="zh"
            ).id

    for number in range(5):
        invitation_id = invite(number, unseen[number % 2])
        with unit_of_work():
            services.withdraw_invitation(world.person("somebody"), invitation_id)
    for organisation_id in unseen:  # what was taken back counts, and another draft is no way round
        with pytest.raises(Conflict, match="一天最多邀请 5 人"):
            invite(6, organisation_id)
    clock.shift(timedelta(days=1, minutes=1))
    assert invite(6, unseen[0])


def test_a_verified_organisation_invites_more_than_five_people_a_day(world: World) -> None:
    for number in range(6):
        _invited(world, f"colleague{number}")
    assert len(queries.open_invitations(world.owner, world.owner_id)) == 6


@pytest.mark.parametrize("role", [MemberRole.EDITOR, MemberRole.VIEWER])
def test_only_a_manager_invites(world: World, role: MemberRole) -> None:
    organisation = session().get_one(Organisation, world.owner_id)
    helper = world.join("helper", organisation, role)
    with pytest.raises(Forbidden), unit_of_work():
        services.invite(helper, world.owner_id, email="x@people.example", role=role, language="zh")


def test_the_last_manager_stays(world: World) -> None:
    owner, user_id = world.owner, world.users["owner"]
    for role in (None, MemberRole.EDITOR):
        with pytest.raises(Conflict, match="至少要留一位管理员"), unit_of_work():
            services.change_member(owner, world.owner_id, user_id, role=role)
    _accept(world, _invited(world, role=MemberRole.MANAGER))
    with unit_of_work():
        services.change_member(owner, world.owner_id, user_id, role=None)
    assert dict(world.owner.memberships) == {}
    assert dict(world.person("newcomer").memberships) == {world.owner_id: "manager"}


def test_a_member_gets_another_role_and_somebody_else_is_no_member(world: World) -> None:
    _accept(world, _invited(world))
    owner = world.owner
    with unit_of_work():
        services.change_member(owner, world.owner_id, world.users["newcomer"], role=MemberRole.VIEWER)
    assert dict(world.person("newcomer").memberships) == {world.owner_id: "viewer"}
    with pytest.raises(NotFound), unit_of_work():
        services.change_member(owner, world.owner_id, world.users["stranger"], role=MemberRole.VIEWER)


def test_a_member_who_accepts_again_keeps_the_role(world: World) -> None:
    token = _invited(world, "owner", MemberRole.VIEWER)
    _accept(world, token, "owner")
    rows = session().scalars(select(Membership).where(Membership.organisation_id == world.owner_id)).all()
    assert [(r.user_id, r.role) for r in rows] == [(world.users["owner"], MemberRole.MANAGER)]


def _second_manager(world: World) -> None:
    _accept(world, _invited(world, role=MemberRole.MANAGER))


@pytest.mark.db
@pytest.mark.parametrize("role", [None, MemberRole.VIEWER])
def test_two_managers_who_remove_each_other_at_once_leave_one(world: World, role: MemberRole | None) -> None:
    _second_manager(world)
    organisation_id, first, second = world.owner_id, world.users["owner"], world.users["newcomer"]
    owner, newcomer = world.owner, world.person("newcomer")
    results = at_once(
        world,
        lambda: services.change_member(owner, organisation_id, second, role=role),
        lambda: services.change_member(newcomer, organisation_id, first, role=role),
    )
    assert sorted(results) == ["Forbidden", "ok"]
    assert _managers(organisation_id) in ([first], [second])


@pytest.mark.db
def test_two_managers_who_step_down_at_once_leave_one(world: World) -> None:
    _second_manager(world)
    organisation_id, first, second = world.owner_id, world.users["owner"], world.users["newcomer"]
    owner, newcomer = world.owner, world.person("newcomer")
    results = at_once(
        world,
        lambda: services.change_members(owner, organisation_id, {first: MemberRole.EDITOR}),
        lambda: services.change_member(newcomer, organisation_id, second, role=None),
    )
    assert sorted(results) == ["Conflict", "ok"]
    assert len(_managers(organisation_id)) == 1


@pytest.mark.db
def test_a_manager_who_was_just_removed_does_nothing_more(world: World) -> None:
    _second_manager(world)
    newcomer = world.person("newcomer")  # built before, as by a request that waited
    with unit_of_work():
        services.change_member(world.owner, world.owner_id, world.users["newcomer"], role=None)
    with pytest.raises(Forbidden), unit_of_work():
        services.change_member(newcomer, world.owner_id, world.users["owner"], role=MemberRole.VIEWER)
    with pytest.raises(Forbidden), unit_of_work():
        services.invite(newcomer, world.owner_id, email="x@people.example", role=MemberRole.MANAGER, language="zh")
    assert _managers(world.owner_id) == [world.users["owner"]]


@pytest.mark.db
def test_an_invitation_accepted_twice_at_once_makes_one_member(world: World) -> None:
    token, actor = _invited(world), world.person("newcomer")
    act = lambda: services.accept(actor, token, email="newcomer@people.example")  # noqa: E731
    assert sorted(at_once(world, act, act)) == ["Conflict", "ok"]
    count = select(Membership).where(Membership.user_id == world.users["newcomer"])
    assert len(list(session().scalars(count))) == 1


@pytest.mark.db
def test_a_handover_accepted_while_it_is_withdrawn_is_one_or_the_other(world: World) -> None:
    _accept(world, _invited(world))
    organisation_id, owner, newcomer = world.owner_id, world.owner, world.person("newcomer")
    with unit_of_work():
        services.offer_handover(owner, organisation_id, to=world.users["newcomer"], afterwards=MemberRole.VIEWER)
    results = at_once(
        world,
        lambda: services.accept_handover(newcomer, organisation_id),
        lambda: services.withdraw_handover(owner, organisation_id),
    )
    assert results.count("ok") == 1
    expected = "newcomer" if results[0] == "ok" else "owner"
    assert _managers(organisation_id) == [world.users[expected]]


def _managers(organisation_id: int) -> list[int]:
    query = select(Membership.user_id).where(Membership.organisation_id == organisation_id)
    return list(session().scalars(query.where(Membership.role == MemberRole.MANAGER).order_by(Membership.user_id)))


def test_an_invitation_holds_as_long_as_whoever_sent_it_manages(world: World) -> None:
    vendor_id = world.vendor_id
    second = world.join("second", session().get_one(Organisation, vendor_id), MemberRole.MANAGER)
    with unit_of_work():
        row = services.invite(
            second, vendor_id, email="stranger@people.example", role=MemberRole.MANAGER, language="zh"
        )
        token = services.invitation_token(row)
    with unit_of_work():
        services.change_member(world.vendor, vendor_id, world.users["second"], role=MemberRole.EDITOR)
    with pytest.raises(Conflict), unit_of_work():
        services.accept(world.stranger, token, email="stranger@people.example")
    with unit_of_work():
        services.change_member(world.vendor, vendor_id, world.users["second"], role=MemberRole.MANAGER)
    with unit_of_work():
        assert services.accept(world.stranger, token, email="stranger@people.example").id == vendor_id
