"""Who may approach whom, how often, and what is sealed until both sides agree."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.challenges import services as challenges
from marketplace.households import services as households
from marketplace.infra.audit.models import AuditRow
from marketplace.introductions import queries, services
from marketplace.introductions.models import Block, Introduction, Side
from marketplace.introductions.services.approaching import MOST_A_DAY
from marketplace.introductions.states import State
from marketplace.kernel import clock as site_clock
from marketplace.kernel.actor import NOBODY
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.kernel.text import Text
from marketplace.matching.models import NoInvitations
from marketplace.organisations import services as organisations
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.scenarios import queries as scenarios
from marketplace.scenarios import services as scenario_services
from marketplace.scenarios.models import Scenario
from marketplace.scenarios.states import State as ScenarioState
from tests.factories.homes import home
from tests.factories.introductions import NOTE, Introductions
from tests.factories.world import World

pytestmark = pytest.mark.db


@pytest.fixture
def made(world: World) -> Introductions:
    return Introductions(world)


def test_a_scenario_is_public_while_it_is_matched_and_only_then(world: World, made: Introductions) -> None:
    scenario_id = made.scenario()
    assert scenarios.get(NOBODY, scenario_id).state is ScenarioState.MATCHING
    assert [s.id for s in scenarios.matching()[0]] == [scenario_id]
    with pytest.raises(Conflict), unit_of_work():
        challenges.create(world.officer, scenario_id)
    with unit_of_work():
        services.close_route(world.owner, scenario_id)
    with pytest.raises(NotFound):
        scenarios.get(world.vendor, scenario_id)
    assert scenarios.matching() == ([], {})
    with unit_of_work():
        assert challenges.create(world.officer, scenario_id).scenario_id == scenario_id


def test_what_a_challenge_was_drafted_from_takes_no_other_route(world: World) -> None:
    scenario_id = world.admitted().id
    with unit_of_work():
        challenges.create(world.officer, scenario_id)
    with pytest.raises(Conflict, match="榜题"), unit_of_work():
        services.open_route(world.owner, scenario_id)


def test_officers_may_open_it_and_strangers_neither_see_nor_open_it(world: World) -> None:
    scenario_id = world.admitted().id
    with pytest.raises(NotFound), unit_of_work():
        services.open_route(world.stranger, scenario_id)
    with pytest.raises(Forbidden), unit_of_work():
        services.open_route(world.auditor, scenario_id)
    with unit_of_work():
        services.open_route(world.officer, scenario_id)
    assert scenarios.matching()[1] == {"healthcare": 1}


def test_words_that_must_be_held_are_looked_at_by_staff_first(world: World) -> None:
    scenario_id = world.admitted(situation=Text.of("涉及军工车间。")).id
    with pytest.raises(Conflict, match="军工"), unit_of_work():
        services.open_route(world.owner, scenario_id)
    with unit_of_work():
        services.open_route(world.officer, scenario_id)
    assert session().get_one(Scenario, scenario_id).is_matching


def test_a_household_s_scenario_never_takes_this_route(world: World) -> None:
    body_id = world.organisation("helper", "service_body").id
    homes = [home(world, body_id) for _each in range(5)]
    with unit_of_work():
        pooled = households.pool(world.person("helper"), body_id, homes, title=Text.of("夜间看护")).id
    assert services.obstacle(session().get_one(Scenario, pooled)) != ""
    posted = world.admitted(domain="household", task="home_cleaning").id
    for actor in (world.owner, world.officer):
        with pytest.raises(Conflict, match="家庭"), unit_of_work():
            services.open_route(actor, posted)


def test_interest_reaches_the_owner_and_contacts_nobody_before_it_is_accepted(
    world: World, made: Introductions
) -> None:
    number = made.interest()
    assert made.told("对您的场景有意") == ["owner"]
    for actor in (world.owner, world.vendor, world.officer, world.auditor):
        assert queries.contacts(actor, queries.get(actor, number)) == []
    with pytest.raises(NotFound):
        queries.get(world.rival, number)
    with unit_of_work():
        services.accept(world.owner, number)
    for actor in (world.owner, world.vendor):
        found = queries.contacts(actor, queries.get(actor, number))
        assert [(c.side, c.name, c.email) for c in found] == [
            (Side.OWNER, "owner", "owner@people.example"),
            (Side.VENDOR, "vendor", "vendor@people.example"),
        ]
    for actor in (world.officer, world.auditor):
        assert queries.contacts(actor, queries.get(actor, number)) == []
    recorded = session().scalars(select(AuditRow).where(AuditRow.act == "ContactsExchanged")).one()
    assert recorded.subject_id == number
    assert recorded.data["vendor_person_id"] == world.users["vendor"]


def test_what_was_declined_shows_its_reason_and_no_contact(world: World, made: Introductions) -> None:
    number = made.interest()
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.decline(world.owner, number, reason="")
    assert refused.value.field == "reason"
    with unit_of_work():
        services.decline(world.owner, number, reason="负载不够。")
    row = queries.get(world.vendor, number)
    assert (row.state, row.reason) == (State.DECLINED, "负载不够。")
    assert queries.contacts(world.vendor, row) == []
    with pytest.raises(Conflict), unit_of_work():
        services.accept(world.owner, number)


@pytest.mark.parametrize(
    "note",
    ["请打 138 0013 8000", "写信到 lin@fuxiao.example", "微信：fuxiao_2026", "座机 021-55501234"],
)
def test_a_note_gives_no_contact_away(world: World, made: Introductions, note: str) -> None:
    scenario_id = made.scenario()
    with pytest.raises(Invalid) as refused:
        made.interest(scenario_id, note=note)
    assert refused.value.field == "note"
    number = made.interest(scenario_id)
    with pytest.raises(Invalid), unit_of_work():
        services.decline(world.owner, number, reason=note)


def test_the_side_that_began_may_take_it_back_and_only_the_other_answers(world: World, made: Introductions) -> None:
    number = made.interest()
    for act in (services.accept, services.withdraw):
        wrong = world.vendor if act is services.accept else world.owner
        with pytest.raises(Forbidden), unit_of_work():
            act(wrong, number)
    viewer = world.join("reader", session().get_one(Organisation, world.owner_id), MemberRole.VIEWER)
    with pytest.raises(Forbidden), unit_of_work():
        services.accept(viewer, number)
    with unit_of_work():
        services.withdraw(world.vendor, number)
    assert made.get(number).state is State.WITHDRAWN


def test_one_at_a_time_between_a_vendor_and_a_scenario(world: World, made: Introductions) -> None:
    scenario_id = made.scenario()
    number = made.interest(scenario_id)
    with pytest.raises(Conflict):
        made.interest(scenario_id)
    with pytest.raises(Conflict):
        made.invitation(scenario_id)
    with unit_of_work():
        services.decline(world.owner, number, reason="稍后再谈。")
    assert made.interest(scenario_id) != number


def test_ten_a_day_and_then_the_next_day(world: World, made: Introductions, clock: time_machine.Traveller) -> None:
    last = [made.scenario(f"场景 {n}") for n in range(MOST_A_DAY + 1)]
    for scenario_id in last[:-1]:
        made.interest(scenario_id)
    with pytest.raises(Conflict, match="10"):
        made.interest(last[-1])
    made.interest(last[-1], vendor="rival")
    clock.shift(timedelta(days=1))
    made.interest(last[-1])


def test_an_owner_invites_at_most_ten_a_day(world: World, made: Introductions) -> None:
    ids = [made.scenario(f"场景 {n}") for n in range(MOST_A_DAY + 1)]
    for scenario_id in ids[:-1]:
        made.invitation(scenario_id)
    with pytest.raises(Conflict, match="10"):
        made.invitation(ids[-1])


def test_a_vendor_accepts_an_invitation_with_a_product_of_its_own(world: World, made: Introductions) -> None:
    number = made.invitation()
    assert made.told("请您看一个场景") == ["vendor"]
    theirs, own = world.product("rival", name="别家").id, world.product(name="自家").id
    with pytest.raises(Invalid), unit_of_work():
        services.accept(world.vendor, number, product_id=theirs)
    with unit_of_work():
        services.accept(world.vendor, number, product_id=own)
    row = made.get(number)
    assert (row.state, row.product_id) == (State.ACCEPTED, own)
    assert (row.person_id(Side.OWNER), row.person_id(Side.VENDOR)) == (world.users["owner"], world.users["vendor"])


def test_an_invitation_names_a_listed_product_of_that_vendor_only(world: World, made: Introductions) -> None:
    scenario_id, other = made.scenario(), world.product("rival").id
    with pytest.raises(Invalid), unit_of_work():
        services.invite(world.owner, scenario_id, vendor_id=world.vendor_id, product_id=other, note=NOTE)
    draft = world.product(name="草稿", listed=False).id
    with pytest.raises(NotFound), unit_of_work():
        services.invite(world.owner, scenario_id, vendor_id=world.vendor_id, product_id=draft, note=NOTE)
    with pytest.raises(Forbidden), unit_of_work():
        services.invite(world.rival, scenario_id, vendor_id=world.vendor_id, note=NOTE)


def test_who_is_blocked_gets_a_plain_refusal_until_it_is_taken_back(world: World, made: Introductions) -> None:
    first = made.invitation()
    with unit_of_work():
        services.decline(world.vendor, first, reason="不做这类。", for_good=True)
    second = made.scenario("第二个")
    with pytest.raises(Conflict, match="对方不接收"):
        made.invitation(second)
    # Nor does the vendor go on as if nothing had been; a rival is not touched.
    with pytest.raises(Conflict, match="恢复"):
        made.interest(second)
    made.interest(second, vendor="rival")
    block_id = session().scalars(select(Block.id)).one()
    with pytest.raises(NotFound), unit_of_work():
        services.unblock(world.owner, block_id)
    with unit_of_work():
        services.unblock(world.vendor, block_id)
    made.invitation(second)


def test_an_owner_blocks_a_vendor_and_what_was_accepted_goes_on(world: World, made: Introductions) -> None:
    number = made.accepted()
    with unit_of_work():
        services.block(world.owner, number)
    with unit_of_work():
        services.block(world.owner, number)
    assert session().query(Block).count() == 1
    assert len(queries.contacts(world.vendor, queries.get(world.vendor, number))) == 2
    with pytest.raises(Conflict, match="对方不接收"):
        made.interest(made.scenario("第二个"))


def test_what_nobody_answered_lapses_when_matching_ends(world: World, made: Introductions) -> None:
    scenario_id = made.scenario()
    waiting, going = made.interest(scenario_id), made.accepted(scenario_id, vendor="rival")
    with unit_of_work():
        services.close_route(world.officer, scenario_id)
    assert made.get(waiting).state is State.LAPSED
    assert made.get(going).state is State.ACCEPTED
    assert made.told("已结束对接") == ["vendor"]


def test_an_unverified_vendor_or_one_with_a_foot_on_both_sides_is_refused(world: World, made: Introductions) -> None:
    scenario_id, product_id = made.scenario(), world.product().id
    both = world.join("both", session().get_one(Organisation, world.owner_id), MemberRole.EDITOR)
    both = world.join("both", session().get_one(Organisation, world.vendor_id), MemberRole.EDITOR)
    with pytest.raises(Conflict, match="双方"), unit_of_work():
        services.show_interest(both, scenario_id, product_id=product_id, note=NOTE)
    with unit_of_work():
        organisations.suspend(world.officer, world.vendor_id, reason="核查。")
    with pytest.raises(Conflict), unit_of_work():
        services.show_interest(world.vendor, scenario_id, product_id=product_id, note=NOTE)
    assert session().query(Introduction).count() == 0


def test_a_scenario_lands_by_what_both_reported_three_months_ago(
    world: World, made: Introductions, clock: time_machine.Traveller
) -> None:
    number = made.accepted()
    starts_on = date(2026, 3, 10)
    for actor in (world.owner, world.vendor):
        made.report(actor, number, starts_on=starts_on)
    with pytest.raises(Conflict), unit_of_work():
        services.land(world.officer, number, reason="合同。")
    clock.shift(timedelta(days=100))
    with pytest.raises(Forbidden), unit_of_work():
        services.land(world.owner, number, reason="合同。")
    with pytest.raises(Invalid), unit_of_work():
        services.land(world.officer, number, reason="")
    with unit_of_work():
        services.land(world.officer, number, reason="看过合同、付款和运行记录。")
    scenario = session().get_one(Scenario, made.get(number).scenario_id)
    assert scenario.state is ScenarioState.LANDED
    with pytest.raises(Conflict), unit_of_work():
        scenario_services.close_matching(world.owner, scenario.id)


def test_a_vendor_that_takes_no_invitations_gets_none(world: World, made: Introductions) -> None:
    scenario_id = made.scenario()
    with unit_of_work() as work:
        work.add(NoInvitations(vendor_id=world.vendor_id, created_at=site_clock.now()))
    with pytest.raises(Conflict, match="不接受邀请"):
        made.invitation(scenario_id)
    made.interest(scenario_id)


def test_who_blocked_the_other_is_not_met_through_what_was_pending(world: World) -> None:
    number = Introductions(world).invitation(vendor_id=world.vendor_id)
    with unit_of_work():
        services.block(world.owner, number)
    with pytest.raises(Conflict), unit_of_work():
        services.accept(world.vendor, number)


def test_who_has_left_is_no_contact_of_the_organisation(world: World) -> None:
    vendor_id, scenario_id = world.vendor_id, Introductions(world).scenario()
    leaver = world.join("leaver", session().get_one(Organisation, vendor_id), MemberRole.EDITOR)
    product_id = world.product().id
    with unit_of_work():
        number = services.show_interest(leaver, scenario_id, product_id=product_id, note="可以").id
    with unit_of_work():
        organisations.change_member(world.vendor, vendor_id, world.users["leaver"], role=None)
    with unit_of_work():
        services.accept(world.owner, number)
    found = queries.contacts(world.owner, queries.get(world.owner, number))
    assert [c.email for c in found] == ["owner@people.example", "vendor@people.example"]
