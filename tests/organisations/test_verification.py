"""Entering an organisation, having it verified, returned or suspended, and who sees what of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.demo.content import code, paper
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany, NotFound, Stale
from marketplace.kernel.text import Text
from marketplace.organisations import queries, services, uscc
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.organisations.states import State
from marketplace.scenarios import services as scenarios
from tests.factories.world import World

DATA = services.Particulars(
    name=Text.of("新芽示例公司", "Sprout Example"),
    uscc=code(900, "310115"),
    kinds=frozenset({"owner"}),
    district="310115",
    about=Text.of("示例"),
    contact_name="联系人",
    contact_email="contact@sprout.example",
    contact_phone="021-5550-0000",
)


TAKEN = "这家单位已经登记过。请让本单位的管理员邀请您加入；不是本单位登记的，请联系项目办公室。"


def _created(world: World, person: str = "founder", **changes: Any) -> int:
    actor = world.person(person)
    with unit_of_work():
        return services.create(actor, replace(DATA, **changes)).id


def _submitted(world: World, person: str = "founder", **changes: Any) -> int:
    organisation_id = _created(world, person, **changes)
    with unit_of_work():
        services.attach_licence(world.person(person), organisation_id, paper("Licence"))
        services.submit(world.person(person), organisation_id)
    return organisation_id


def _row(organisation_id: int) -> Organisation:
    return session().get_one(Organisation, organisation_id)


def test_whoever_enters_an_organisation_is_its_manager_and_the_code_is_kept_normalised(world: World) -> None:
    organisation_id = _created(world, uscc=f" {code(900, '310115').lower()} ")
    row = _row(organisation_id)
    assert (row.state, row.uscc, row.kinds) == (State.DRAFT, code(900, "310115"), ("owner",))
    assert [(m.user_id, m.role) for m in row.members] == [(world.users["founder"], MemberRole.MANAGER)]
    assert world.person("founder").memberships == {organisation_id: "manager"}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("91310118MA0DEM128", "统一社会信用代码是 18 位，现在是 17 位。请对照营业执照。"),
        ("9131011OMA0DEM128D", "代码里不会出现字母 I、O、S、V、Z。请看看是不是 1、0、5 或 2。"),
        ("91310118MA0DEM128E", "最后一位校验不对，前面多半有一位抄错。请对照营业执照逐位核对。"),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong_with_it(world: World, typed: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        _created(world, uscc=typed)
    assert (refused.value.field, refused.value.message) == ("uscc", message)


def test_a_code_that_is_held_is_told_to_ask_for_an_invitation(world: World) -> None:
    _submitted(world)
    with pytest.raises(Invalid) as refused:
        _created(world, "latecomer", uscc=DATA.uscc.lower())
    assert (refused.value.field, refused.value.message) == ("uscc", TAKEN)


def test_a_draft_keeps_nobody_out_and_the_first_to_show_the_licence_holds_the_code(world: World) -> None:
    squat = _created(world, "stranger")
    _submitted(world)
    with unit_of_work():
        services.attach_licence(world.person("stranger"), squat, paper("Licence"))
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.submit(world.person("stranger"), squat)
    assert (refused.value.field, refused.value.message) == ("uscc", TAKEN)


def test_a_returned_organisation_lets_the_code_go(world: World) -> None:
    organisation_id = _submitted(world)
    with unit_of_work():
        services.return_(world.officer, organisation_id, reason="执照不是本单位的。")
    _created(world, "latecomer")
    assert queries.holding(DATA.uscc) is None


def test_who_is_looked_up_by_a_code_is_who_staff_have_seen_with_it(world: World) -> None:
    organisation_id = _submitted(world)
    assert queries.proven(DATA.uscc) is None
    with unit_of_work():
        services.verify(world.officer, organisation_id)
    assert getattr(queries.proven(DATA.uscc), "id", None) == organisation_id


def test_an_organisation_needs_a_kind(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        _created(world, kinds=frozenset())
    assert refused.value.field == "kinds"


def test_submitting_needs_licence_and_contact_and_names_both_at_once(world: World) -> None:
    organisation_id = _created(world, contact_email="")
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.submit(world.person("founder"), organisation_id)
    assert sorted(refused.value.errors) == ["contact_name", "licence"]
    assert _row(organisation_id).state is State.DRAFT


def test_an_officer_verifies_and_the_members_are_told(world: World) -> None:
    organisation_id = _submitted(world)
    assert [o.id for o in queries.waiting(world.officer)] == [organisation_id]
    with unit_of_work():
        services.verify(world.officer, organisation_id)
    world.work()
    assert _row(organisation_id).state is State.VERIFIED
    assert queries.waiting(world.officer) == []
    mails = select(OutboxMail.subject).where(OutboxMail.recipient == "founder@people.example")
    assert len(session().scalars(mails).all()) == 1
    audited = select(func.count()).select_from(AuditRow).where(AuditRow.subject_id == organisation_id)
    assert session().scalar(audited.where(AuditRow.act == "organisation.verify")) == 1


@pytest.mark.parametrize("who", ["auditor", "administrator", "founder"])
def test_only_an_officer_verifies(world: World, who: str) -> None:
    organisation_id = _submitted(world)
    with pytest.raises((Forbidden, NotFound)), unit_of_work():
        services.verify(world.person(who), organisation_id)
    assert _row(organisation_id).state is State.SUBMITTED


def test_an_officer_may_not_verify_the_own_organisation(world: World) -> None:
    organisation_id = _submitted(world, "officer")
    with pytest.raises(Forbidden, match="不能核验自己所在的单位"), unit_of_work():
        services.verify(world.officer, organisation_id)
    other = world.person("second officer", roles=("officer",))
    with unit_of_work():
        services.verify(other, organisation_id)
    assert _row(organisation_id).state is State.VERIFIED


def test_an_organisation_is_returned_with_reasons_mended_and_sent_again(world: World) -> None:
    organisation_id = _submitted(world)
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.return_(world.officer, organisation_id, reason="")
    assert refused.value.field == "reason"
    with unit_of_work():
        services.return_(world.officer, organisation_id, reason="执照看不清；名称与执照不符。")
    assert (_row(organisation_id).state, _row(organisation_id).state_reason) == (
        State.RETURNED,
        "执照看不清；名称与执照不符。",
    )
    founder = world.person("founder")
    with unit_of_work():
        services.edit(founder, organisation_id, replace(DATA, name=Text.of("新芽示例有限公司")))
        services.attach_licence(founder, organisation_id, paper("Better licence"))
        services.submit(founder, organisation_id)
    row = _row(organisation_id)
    assert (row.state, row.state_reason, row.name.zh) == (State.SUBMITTED, "", "新芽示例有限公司")


def test_a_suspended_organisation_may_submit_nothing_until_it_is_reinstated(world: World) -> None:
    scenario_id = world.draft().id
    with pytest.raises(Invalid), unit_of_work():
        services.suspend(world.officer, world.owner_id, reason="")
    with unit_of_work():
        services.suspend(world.officer, world.owner_id, reason="材料不实")
    with pytest.raises(Conflict), unit_of_work():
        scenarios.submit(world.owner, scenario_id, declared_by="owner")
    with unit_of_work():
        services.reinstate(world.officer, world.owner_id)
        scenarios.submit(world.owner, scenario_id, declared_by="owner")
    assert _row(world.owner_id).state_reason == ""


def test_an_unverified_organisation_may_draft_but_not_submit(world: World) -> None:
    organisation_id = _created(world)
    founder = world.person("founder")
    with unit_of_work():
        scenario_id = scenarios.create(founder, organisation_id, title=Text.of("草稿")).id
    with pytest.raises(Conflict, match="单位还没有核验通过，可以先写草稿"), unit_of_work():
        scenarios.submit(founder, scenario_id, declared_by="founder")


def test_code_and_name_are_fixed_once_verified_but_the_rest_may_change(world: World) -> None:
    organisation_id = _submitted(world)
    with unit_of_work():
        services.verify(world.officer, organisation_id)
    founder = world.person("founder")
    for change in ({"uscc": code(901, "310115")}, {"name": Text.of("别的公司")}):
        with pytest.raises(Invalid) as refused, unit_of_work():
            services.edit(founder, organisation_id, replace(DATA, **change))
        assert refused.value.field == "uscc"
    with unit_of_work():
        services.edit(founder, organisation_id, replace(DATA, contact_name="新联系人"), seen=1)
    assert (_row(organisation_id).contact_name, _row(organisation_id).revision) == ("新联系人", 2)
    with pytest.raises(Stale), unit_of_work():
        services.edit(founder, organisation_id, DATA, seen=1)
    with pytest.raises(Conflict), unit_of_work():
        services.attach_licence(founder, organisation_id, paper("Other"))


def test_the_licence_is_for_members_and_staff_only(world: World) -> None:
    path = f"/zh/organisations/{world.owner_id}/licence"
    answers = {who: world.client(who).get(path).status_code for who in ("owner", "officer", "auditor")}
    assert answers == {"owner": 200, "officer": 200, "auditor": 200}
    assert {who: world.client(who).get(path).status_code for who in ("stranger", "vendor", "administrator")} == {
        "stranger": 404,
        "vendor": 404,
        "administrator": 404,
    }
    anonymous = world.app.test_client().get(path)
    assert (anonymous.status_code, anonymous.location.partition("?")[0]) == (302, "/zh/sign-in")


def test_the_licence_is_handed_out_as_a_download_that_nobody_keeps(world: World) -> None:
    answer = world.client("owner").get(f"/zh/organisations/{world.owner_id}/licence")
    assert answer.data == paper("Licence").data
    assert answer.headers["Content-Disposition"] == "attachment; filename=licence.pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_unverified_organisation_does_not_exist_for_others_and_contacts_are_for_members_and_staff(
    world: World,
) -> None:
    organisation_id = _created(world)
    path = f"/zh/organisations/{organisation_id}"
    assert {who: world.client(who).get(path).status_code for who in ("founder", "officer", "vendor")} == {
        "founder": 200,
        "officer": 200,
        "vendor": 404,
    }
    with unit_of_work():
        services.attach_licence(world.person("founder"), organisation_id, paper("Licence"))
        services.submit(world.person("founder"), organisation_id)
    with unit_of_work():
        services.verify(world.officer, organisation_id)
    pages = {who: world.client(who).get(path) for who in ("founder", "officer", "vendor")}
    assert {who: "contact@sprout.example" in p.text for who, p in pages.items()} == {
        "founder": True,
        "officer": True,
        "vendor": False,
    }
    assert "021-5550-0000" not in pages["vendor"].text


def test_staff_are_warned_of_an_organisation_code_that_does_not_hold(world: World) -> None:
    first = "91310118MA0DEM129"
    odd = _submitted(world, uscc=first + uscc.check_character(first))
    fine = _submitted(world, "other founder")
    browser = world.client("officer")
    pages = {i: browser.get(f"/zh/staff/organisations/{i}").text for i in (odd, fine)}
    warned = {i: "第 17 位校验不符" in text for i, text in pages.items()}
    assert warned == {odd: True, fine: False}


def test_the_form_keeps_what_was_typed_beside_a_wrong_code(world: World) -> None:
    answer = world.client("stranger").post(
        "/zh/organisations/new",
        data={
            "name_zh": "抄错示例公司",
            "uscc": "91310118MA0DEM128E",
            "kinds": ["vendor"],
            "district": "310112",
            "about_zh": "很长的介绍",
            "contact_name": "张三",
        },
    )
    assert answer.status_code == 422
    assert "最后一位校验不对" in answer.text
    for typed in ("抄错示例公司", "91310118MA0DEM128E", "很长的介绍", "张三"):
        assert typed in answer.text
    assert (
        session().scalar(select(func.count()).select_from(Organisation).where(Organisation.district == "310112")) == 0
    )


@pytest.mark.parametrize(
    ("name", "district", "field"),
    [
        (Text.of("拂晓示例机器人", "Shanghai Municipal Commission"), "310115", "uscc"),
        (Text.of("上海市某委员会", "Example 1"), "310115", "uscc"),
        (Text.of("拂晓示例机器人", "Example 1"), "310101", "district"),
    ],
)
def test_what_was_verified_stays_name_and_district_too(world: World, name: Text, district: str, field: str) -> None:
    row = session().get_one(Organisation, world.vendor_id)
    if name.en == "Example 1":
        name = Text.of(name.zh, row.name.en)
    data = services.Particulars(
        name=name, uscc=row.uscc, kinds=frozenset({"vendor"}), district=district, about=row.about
    )
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.edit(world.vendor, world.vendor_id, data)
    assert refused.value.field == field


def test_an_english_name_may_be_added_once(world: World) -> None:
    row = session().get_one(Organisation, world.vendor_id)
    with unit_of_work() as work:
        work.get_one(Organisation, world.vendor_id).name = Text.of(row.name.zh)
    row = session().get_one(Organisation, world.vendor_id)
    kept = {"uscc": row.uscc, "kinds": frozenset({"vendor"}), "district": row.district, "about": row.about}
    zh = row.name.zh
    with unit_of_work():
        services.edit(world.vendor, world.vendor_id, services.Particulars(name=Text.of(zh, "Dawn Example"), **kept))
    with pytest.raises(Invalid), unit_of_work():
        services.edit(world.vendor, world.vendor_id, services.Particulars(name=Text.of(zh, "Dusk Example"), **kept))
