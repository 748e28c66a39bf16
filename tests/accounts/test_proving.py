"""Weighty acts ask who one is, in the very form that acts, and lose nothing that was typed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.accounts import queries
from marketplace.accounts.models import User
from marketplace.challenges.states import State
from marketplace.evaluation import queries as evaluations
from marketplace.evaluation import services as evaluation
from marketplace.evaluation.models import Outcome
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel.db import session
from marketplace.organisations.models import Invitation
from tests.accounts.test_second_factor import code_now, enrolled
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import PASSWORD, World

LATER = timedelta(minutes=16)
PROOF = {"proof-password": PASSWORD}


def test_the_opening_asks_beside_its_button_and_opens_nothing_without(
    world: World, clock: time_machine.Coordinates
) -> None:
    story = Stages(world, clock)
    challenge_id = world.challenge().id
    story.submit(story.draft(challenge_id, "alpha"), "alpha")
    story.to_opening(challenge_id)
    browser = world.client("officer")
    address = f"/zh/staff/challenges/{challenge_id}/opening"
    assert 'name="proof-password"' not in browser.get(address).text
    clock.shift(LATER)
    assert 'name="proof-password"' in browser.get(address).text
    for data in ({}, {"proof-password": "wrong"}, {"proof-password": "机" * 5000}):
        answer = browser.post(address, data=data)
        assert (answer.status_code, "请证明是您本人" in answer.text) == (422, True)
        assert stages.challenge(challenge_id).state is State.PUBLISHED
    assert browser.post(address, data=PROOF).status_code == 302
    assert stages.challenge(challenge_id).state is State.OPENED


def test_the_release_asks_beside_its_button_and_releases_nothing_without(
    world: World, clock: time_machine.Coordinates
) -> None:
    story = Stages(world, clock)
    challenge_id, bids = story.eligible("alpha")
    story.stage(challenge_id, {bids["alpha"]: Outcome.SELECTED})
    browser = world.client("officer")
    address = f"/zh/staff/challenges/{challenge_id}/release"
    clock.shift(LATER)
    seen = {"seen": evaluation.seal_of(evaluations.decisions(world.officer, challenge_id))}
    assert browser.post(address, data=seen).status_code == 422
    assert stages.challenge(challenge_id).state is State.EVALUATION
    assert browser.post(address, data={**seen, **PROOF}).status_code == 302
    assert stages.challenge(challenge_id).state is State.SHORTLISTED


def test_closing_the_check_asks_beside_its_button_and_tells_nobody_without(
    world: World, clock: time_machine.Coordinates
) -> None:
    story = Stages(world, clock)
    challenge_id, _bids = story.begun("alpha")
    story.decide(challenge_id, {})
    browser = world.client("officer")
    address = f"/zh/staff/challenges/{challenge_id}/eligibility"
    clock.shift(LATER)
    assert browser.post(address, data={"act": "close"}).status_code == 422
    assert stages.challenge(challenge_id).state is State.ELIGIBILITY
    assert browser.post(address, data={"act": "close", **PROOF}).status_code == 302
    assert stages.challenge(challenge_id).state is State.EVALUATION


def test_a_role_is_given_with_a_proof_only_and_the_boxes_stay_as_they_were_ticked(
    world: World, clock: time_machine.Coordinates
) -> None:
    browser, address = world.client("administrator"), f"/zh/staff/people/{world.users['stranger']}"
    clock.shift(LATER)
    answer = browser.post(address, data={"act": "roles", "role": ["officer", "expert"], "reason-block": "先不"})
    assert answer.status_code == 422
    ticked = re.findall(r'name="role" value="(\w+)" checked', answer.text)
    assert (ticked, "先不" in answer.text) == (["officer", "expert"], True)
    assert queries.roles_of(world.users["stranger"]) == frozenset()
    assert browser.post(address, data={"act": "roles", "role": ["officer", "expert"], **PROOF}).status_code == 302
    assert queries.roles_of(world.users["stranger"]) == {"officer", "expert"}
    assert browser.post(address, data={"act": "roles", "role": ["expert"]}).status_code == 302
    acts = session().scalars(select(AuditRow.data).where(AuditRow.act == "RoleChanged").order_by(AuditRow.id)).all()
    assert [(d["role"], d["given"]) for d in acts] == [("officer", True), ("expert", True), ("officer", False)]


def test_a_proof_counts_for_fifteen_minutes(world: World, clock: time_machine.Coordinates) -> None:
    browser, address = world.client("administrator"), f"/zh/staff/people/{world.users['stranger']}"
    clock.shift(timedelta(minutes=15, seconds=-1))
    assert 'name="proof-password"' not in browser.get(address).text
    clock.shift(timedelta(seconds=2))
    assert 'name="proof-password"' in browser.get(address).text
    assert browser.post(address, data={"act": "prove", **PROOF}).status_code == 200
    assert 'name="proof-password"' not in browser.get(address).text


def test_with_a_second_factor_the_proof_is_password_and_code(world: World, clock: time_machine.Coordinates) -> None:
    browser, address = world.client("administrator"), f"/zh/staff/people/{world.users['stranger']}"
    enrolled(world, clock, "administrator")
    clock.shift(LATER)
    roles = {"act": "roles", "role": "expert"}
    for code in ("", "000000", "é", "1" * 100_000):
        assert browser.post(address, data={**roles, **PROOF, "proof-code": code}).status_code == 422
    right = {**PROOF, "proof-code": code_now(world, "administrator")}
    assert browser.post(address, data={**roles, **right}).status_code == 302


def test_wrong_proofs_lock_as_wrong_passwords_do(world: World, clock: time_machine.Coordinates) -> None:
    browser = world.client("stranger")
    for _ in range(5):
        sent = {"new": "quite another sentence", "proof-password": "wrong"}
        assert browser.post("/zh/account/password", data=sent).status_code == 422
    user = session().get_one(User, world.users["stranger"])
    assert user.locked_until is not None
    sent = {"new": "quite another sentence", **PROOF}
    assert browser.post("/zh/account/password", data=sent).status_code == 422
    clock.shift(timedelta(minutes=15, seconds=1))
    assert browser.post("/zh/account/password", data=sent).status_code == 302


def test_the_password_page_always_asks_for_the_old_one(world: World) -> None:
    browser = world.client("stranger")
    assert browser.post("/zh/account/password", data={"new": "quite another sentence"}).status_code == 422


def test_the_page_that_only_proves_leads_back_within_the_site(world: World) -> None:
    browser = world.client("stranger")
    for target, leads in (("/zh/inbox", "/zh/inbox"), ("//evil.example", "/zh/desk")):
        answer = browser.post("/zh/account/prove", query_string={"next": target}, data=PROOF)
        assert (answer.status_code, answer.location) == (302, leads)
    assert browser.post("/zh/account/prove", data={"proof-password": "wrong"}).status_code == 422


def test_member_roles_change_together_with_a_proof(world: World, clock: time_machine.Coordinates) -> None:
    from marketplace.organisations.models import MemberRole, Organisation

    for name in ("anna", "bela"):
        world.join(name, session().get_one(Organisation, world.vendor_id), MemberRole.EDITOR)
    browser, address = world.client("vendor"), f"/zh/organisations/{world.vendor_id}/members"
    ids = {n: world.users[n] for n in ("vendor", "anna", "bela")}
    chosen = {f"role-{ids['anna']}": "viewer", f"role-{ids['bela']}": "manager", f"role-{ids['vendor']}": "manager"}
    clock.shift(LATER)
    answer = browser.post(address, data={"act": "roles", **chosen})
    assert answer.status_code == 422
    assert re.search(rf'name="role-{ids["anna"]}">.*?value="viewer" selected', answer.text, re.S)
    assert world.person("anna").memberships[world.vendor_id] == "editor"
    assert browser.post(address, data={"act": "roles", **chosen, **PROOF}).status_code == 302
    assert [world.person(n).memberships[world.vendor_id] for n in ids] == ["manager", "viewer", "manager"]
    none = {f"role-{i}": "viewer" for i in ids.values()}
    lost = browser.post(address, data={"act": "roles", **none})
    assert (lost.status_code, "至少要留一位管理员" in lost.text) == (409, True)
    assert browser.post(address, data={"remove": str(ids["anna"])}).status_code == 302
    assert world.vendor_id not in world.person("anna").memberships


def test_whoever_finds_an_open_session_invites_nobody(world: World, clock: time_machine.Coordinates) -> None:
    browser, address = world.client("vendor"), f"/zh/organisations/{world.vendor_id}/members"
    clock.shift(LATER)
    typed = {"act": "invite", "email": "thief@people.example", "role": "manager"}
    answer = browser.post(address, data=typed)
    assert (answer.status_code, "thief@people.example" in answer.text) == (422, True)
    assert session().scalars(select(Invitation)).all() == []
    ids = re.findall(r'id="(proof-[^"]+)"', answer.text)
    assert (len(ids) > 2, len(set(ids))) == (True, len(ids))
    assert browser.post(address, data=typed | PROOF).status_code == 302
    assert [i.email for i in session().scalars(select(Invitation))] == ["thief@people.example"]


@pytest.mark.parametrize("value", ["", "é", "x" * 100_000, "-1", "٣", "9" * 30])
def test_hostile_values_in_the_members_page_break_nothing(world: World, value: str) -> None:
    browser, address = world.client("vendor"), f"/zh/organisations/{world.vendor_id}/members"
    assert browser.post(address, data={"remove": value}).status_code in (404, 422)
    assert browser.post(address, data={"act": "withdraw", "id": value}).status_code == 404
    own = f"role-{world.users['vendor']}"
    assert browser.post(address, data={"act": "roles", own: value}).status_code == 302
    assert world.vendor.memberships[world.vendor_id] == "manager"
