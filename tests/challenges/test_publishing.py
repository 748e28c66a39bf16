"""Publishing a challenge: who may, when, and what follows from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.challenges import services
from marketplace.challenges.events import ChallengePublished
from marketplace.challenges.models import Challenge
from marketplace.challenges.states import State
from marketplace.infra.announcements import Announcement
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.search.models import IndexJob
from marketplace.kernel import clock, events
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from marketplace.scenarios.models import Kind
from tests.factories.stages import words
from tests.factories.world import FEW, World

pytestmark = pytest.mark.db


def _drafted(world: World) -> int:
    scenario_id = world.admitted().id
    with unit_of_work():
        return services.create(world.officer, scenario_id).id


def test_an_officer_publishes_with_one_announcement_one_index_job_and_one_audit_row(world: World) -> None:
    challenge_id = _drafted(world)
    with unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=30), few_reason=FEW)
    row = session().get_one(Challenge, challenge_id)
    assert row.state is State.PUBLISHED
    assert clock.beijing(row.closes_at).strftime("%Y-%m-%d %H:%M") == "2026-04-01 16:30"
    count = select(func.count())
    assert session().scalar(count.select_from(Announcement).where(Announcement.event == "ChallengePublished")) == 1
    assert session().scalar(count.select_from(IndexJob).where(IndexJob.kind == "challenge")) == 1
    assert session().scalar(count.select_from(AuditRow).where(AuditRow.act == "challenge.publish")) == 1


def test_the_owner_may_not_and_a_stranger_does_not_see_it(world: World) -> None:
    challenge_id = _drafted(world)
    later = clock.now() + timedelta(days=30)
    with pytest.raises(Forbidden), unit_of_work():
        services.publish(world.owner, challenge_id, closes_at=later, few_reason=FEW)
    with pytest.raises(NotFound), unit_of_work():
        services.publish(world.stranger, challenge_id, closes_at=later, few_reason=FEW)


def test_a_second_publication_conflicts(world: World) -> None:
    challenge_id = world.challenge().id
    with pytest.raises(Conflict), unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=30), few_reason=FEW)


@pytest.mark.parametrize("days", [-3, 0, 14, 400])
def test_a_deadline_in_the_past_too_soon_or_too_far_is_refused_beside_its_field(world: World, days: int) -> None:
    challenge_id = _drafted(world)
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=days), few_reason=FEW)
    assert refused.value.field == "closes_on"
    assert session().get_one(Challenge, challenge_id).state is State.DRAFT


def test_a_handler_that_fails_leaves_everything_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge_id = _drafted(world)

    def fail(_work: object, _event: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setitem(events._handlers, ChallengePublished, [fail])
    with pytest.raises(RuntimeError), unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=30), few_reason=FEW)
    assert session().get_one(Challenge, challenge_id).state is State.DRAFT
    assert session().scalar(select(func.count()).select_from(AuditRow).where(AuditRow.act == "challenge.publish")) == 0


def test_an_extension_is_a_new_version_and_moves_the_deadline_only_later(world: World) -> None:
    from marketplace.kernel.text import Text

    challenge_id = world.challenge().id
    with pytest.raises(Invalid), unit_of_work():
        services.extend(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=20), reason=Text.of("早"))
    with unit_of_work():
        services.extend(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=45), reason=Text.of("晚"))
    row = session().get_one(Challenge, challenge_id)
    assert [v.number for v in row.versions] == [1, 2]
    assert row.versions[0].closes_at < row.versions[1].closes_at == row.closes_at
    assert row.material_version == 1


def _market(world: World, *, vendors: int) -> None:
    """As many vendors with a listed product that meets the world's scenario, and one whose product falls short."""
    for number in range(vendors + 1):
        vendor_id = world.organisation(f"maker{number}", "vendor").id
        world.listed(
            world.person(f"maker{number}"), vendor_id, name=f"M{number}", payload="50" if number < vendors else "30"
        )


@pytest.mark.parametrize("kind", list(Kind))
def test_fewer_than_three_vendors_need_a_written_reason_whatever_is_wanted_in_the_end(world: World, kind: Kind) -> None:
    _market(world, vendors=2)
    scenario_id = world.admitted(kind=kind).id
    with unit_of_work():
        challenge_id = services.create(world.officer, scenario_id).id
    closes_at = clock.now() + timedelta(days=30)
    for reason in ("", "字" * 1001):
        with pytest.raises(Invalid) as refused, unit_of_work():
            services.publish(world.officer, challenge_id, closes_at=closes_at, few_reason=reason)
        assert refused.value.field == "few_reason"
        assert session().get_one(Challenge, challenge_id).state is State.DRAFT
    with unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=closes_at, few_reason=FEW)
    kept = session().scalars(select(AuditRow).where(AuditRow.subject == "PublishedToFew")).one()
    assert (kept.subject_id, kept.actor_id) == (challenge_id, world.users["officer"])
    assert kept.data == {"challenge_id": challenge_id, "products": 2, "vendors": 2, "reason": FEW}


def test_three_vendors_are_enough_and_several_products_of_one_are_one_vendor(world: World) -> None:
    _market(world, vendors=2)
    for number in range(3):
        world.product(name=f"同一家 {number}", listed=number > 0)
    challenge_id = _drafted(world)
    with unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=30))
    assert session().scalar(select(func.count()).where(AuditRow.subject == "PublishedToFew")) == 0


def test_the_reason_is_asked_beside_the_count_kept_in_a_failed_form_and_read_by_owner_and_staff_only(
    world: World,
) -> None:
    _market(world, vendors=1)
    challenge_id = _drafted(world)
    officer, address = world.client("officer"), f"/zh/staff/challenges/{challenge_id}"
    assert "现在有 1 家企业的 1 款产品满足全部必须项" in words(officer, address)
    day = (clock.today() + timedelta(days=40)).isoformat()
    refused = officer.post(address, data={"act": "publish", "closes_on": day})
    assert refused.status_code == 422
    assert 'aria-describedby="few_reason-hint few_reason-err"' in refused.text
    kept = officer.post(address, data={"act": "publish", "closes_on": "2026-03-04", "few_reason": FEW})
    assert kept.status_code == 422
    assert FEW in kept.text
    sent = officer.post(address, data={"act": "publish", "closes_on": day, "few_reason": FEW})
    assert (sent.status_code, sent.location) == (302, f"/zh/challenges/{challenge_id}")
    page = f"/zh/challenges/{challenge_id}"
    for name in ("owner", "officer", "auditor"):
        text = words(world.client(name), page)
        assert FEW in text
        assert "有 1 家企业的 1 款产品满足全部必须项" in text
    for browser in (world.app.test_client(), world.client("stranger"), world.client("vendor"), world.client("rival")):
        assert FEW not in browser.get(page).text
    world.work()
    assert all(FEW not in mail.text for mail in session().scalars(select(OutboxMail)))


def test_a_form_for_another_state_says_so_and_changes_nothing(world: World) -> None:
    challenge_id = _drafted(world)
    officer, address = world.client("officer"), f"/zh/staff/challenges/{challenge_id}"
    later = (clock.today() + timedelta(days=40)).isoformat()
    assert officer.post(address, data={"act": "extend", "closes_on": later, "reason_zh": "晚"}).status_code == 409
    sent = {"act": "publish", "closes_on": later, "few_reason": FEW}
    assert officer.post(address, data=sent).status_code == 302
    assert officer.post(address, data=sent).status_code == 409
