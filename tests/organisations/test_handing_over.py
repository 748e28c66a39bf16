"""Handing an organisation's management over to another member."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.organisations import queries, services
from marketplace.organisations.models import MemberRole, Organisation
from tests.factories.stages import words
from tests.factories.world import PASSWORD, World

PROOF = {"proof-password": PASSWORD}


@pytest.fixture
def heir(world: World) -> Actor:
    """An editor of the vendor."""
    return world.join("heir", session().get_one(Organisation, world.vendor_id), MemberRole.EDITOR)


def _roles(world: World) -> dict[str, str | None]:
    return {name: world.person(name).memberships.get(world.vendor_id) for name in ("vendor", "heir")}


def _subjects(world: World, name: str) -> list[str]:
    world.work()
    mine = select(OutboxMail.subject).where(OutboxMail.recipient == f"{name}@people.example").order_by(OutboxMail.id)
    return list(session().scalars(mine))


def _offer(world: World, afterwards: MemberRole | None = MemberRole.VIEWER) -> None:
    with unit_of_work():
        services.offer_handover(world.vendor, world.vendor_id, to=world.users["heir"], afterwards=afterwards)


@pytest.mark.db
def test_it_goes_over_once_the_other_member_accepts_and_both_have_proved_who_they_are(
    world: World, heir: Actor, clock: time_machine.Coordinates
) -> None:
    giver, taker = world.client("vendor"), world.client("heir")
    offer = f"/zh/organisations/{world.vendor_id}/hand-over"
    answer = f"/zh/organisations/{world.vendor_id}/take-over"
    data = {"to": str(world.users["heir"]), "afterwards": "viewer"}
    clock.shift(timedelta(minutes=16))
    refused = giver.post(offer, data=data)
    assert (refused.status_code, 'value="viewer"' in refused.text) == (422, True)
    assert queries.open_handover(world.vendor, world.vendor_id) is None
    assert giver.post(offer, data={**data, **PROOF}).status_code == 302
    assert _roles(world) == {"vendor": "manager", "heir": "editor"}
    assert "vendor 想把“拂晓示例机器人”移交给您管理" in _subjects(world, "heir")
    assert "有一份移交等您答复" in words(taker, f"/zh/organisations/{world.vendor_id}")
    assert "有一份移交等您答复" not in words(giver, f"/zh/organisations/{world.vendor_id}")
    assert "vendor 留下，只能查看" in words(taker, answer)
    assert taker.post(answer, data={"act": "accept"}).status_code == 422
    assert taker.post(answer, data={"act": "accept", **PROOF}).status_code == 302
    assert _roles(world) == {"vendor": "viewer", "heir": "manager"}
    for name in ("vendor", "heir"):
        assert "“拂晓示例机器人”的管理员现在是 heir" in _subjects(world, name)
    acts = session().scalars(select(AuditRow.act).where(AuditRow.act.like("Handover%")).order_by(AuditRow.id)).all()
    assert acts == ["HandoverOffered", "HandoverAccepted"]
    assert taker.get(answer).status_code == 410


@pytest.mark.parametrize(("afterwards", "role"), [(None, None), (MemberRole.EDITOR, "editor")])
def test_the_former_manager_stays_as_agreed_or_leaves(
    world: World, heir: Actor, afterwards: MemberRole | None, role: str | None
) -> None:
    _offer(world, afterwards)
    with unit_of_work():
        services.accept_handover(world.person("heir"), world.vendor_id)
    assert _roles(world) == {"vendor": role, "heir": "manager"}


def test_it_may_be_declined_or_taken_back_and_nothing_changes(world: World, heir: Actor) -> None:
    _offer(world)
    with unit_of_work():
        services.decline_handover(world.person("heir"), world.vendor_id)
    assert "heir 谢绝了“拂晓示例机器人”的移交" in _subjects(world, "vendor")
    _offer(world)
    with unit_of_work():
        services.withdraw_handover(world.vendor, world.vendor_id)
    assert "“拂晓示例机器人”的移交已撤回" in _subjects(world, "heir")
    with pytest.raises(Conflict), unit_of_work():
        services.accept_handover(world.person("heir"), world.vendor_id)
    assert _roles(world) == {"vendor": "manager", "heir": "editor"}


def test_an_offer_lapses_after_seven_days(world: World, heir: Actor, clock: time_machine.Coordinates) -> None:
    _offer(world)
    clock.shift(timedelta(days=7, seconds=1))
    with pytest.raises(Conflict), unit_of_work():
        services.accept_handover(world.person("heir"), world.vendor_id)
    _offer(world)


def test_one_offer_at_a_time(world: World, heir: Actor) -> None:
    _offer(world)
    with pytest.raises(Conflict):
        _offer(world)


def test_it_goes_to_another_member_only(world: World, heir: Actor) -> None:
    for to in (world.users["vendor"], world.users["stranger"], 0):
        with pytest.raises(Invalid), unit_of_work():
            services.offer_handover(world.vendor, world.vendor_id, to=to, afterwards=None)
    with pytest.raises(Invalid), unit_of_work():
        services.offer_handover(world.vendor, world.vendor_id, to=world.users["heir"], afterwards=MemberRole.MANAGER)


def test_nobody_else_answers_and_no_editor_offers(world: World, heir: Actor) -> None:
    _offer(world)
    for actor in (world.rival, world.stranger, world.officer):
        with pytest.raises(Conflict), unit_of_work():
            services.accept_handover(actor, world.vendor_id)
    with pytest.raises(Forbidden), unit_of_work():
        services.accept_handover(world.vendor, world.vendor_id)
    with pytest.raises(Forbidden), unit_of_work():
        services.offer_handover(world.person("heir"), world.vendor_id, to=world.users["vendor"], afterwards=None)


def test_who_is_no_member_any_more_cannot_accept(world: World, heir: Actor) -> None:
    _offer(world)
    with unit_of_work():
        services.change_member(world.vendor, world.vendor_id, world.users["heir"], role=None)
    with pytest.raises(Conflict), unit_of_work():
        services.accept_handover(world.person("heir"), world.vendor_id)


@pytest.mark.parametrize("value", ["", "é", "x" * 100_000, "-1", "٣", "9" * 30, "None"])
def test_hostile_choices_are_refused_beside_the_field(world: World, heir: Actor, value: str) -> None:
    address = f"/zh/organisations/{world.vendor_id}/hand-over"
    giver = world.client("vendor")
    assert giver.post(address, data={"to": value, "afterwards": "viewer"}).status_code == 422
    assert giver.post(address, data={"to": str(world.users["heir"]), "afterwards": value}).status_code == 422
    _offer(world)
    taken = world.client("heir").post(f"/zh/organisations/{world.vendor_id}/take-over", data={"act": value})
    assert taken.status_code == 404
