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
from marketplace.infra.search.models import IndexJob
from marketplace.kernel import clock, events
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.world import World

pytestmark = pytest.mark.db


def _drafted(world: World) -> int:
    scenario_id = world.admitted().id
    with unit_of_work():
        return services.create(world.officer, scenario_id).id


def test_an_officer_publishes_with_one_announcement_one_index_job_and_one_audit_row(world: World) -> None:
    challenge_id = _drafted(world)
    with unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=30))
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
        services.publish(world.owner, challenge_id, closes_at=later)
    with pytest.raises(NotFound), unit_of_work():
        services.publish(world.stranger, challenge_id, closes_at=later)


def test_a_second_publication_conflicts(world: World) -> None:
    challenge_id = world.challenge().id
    with pytest.raises(Conflict), unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=30))


@pytest.mark.parametrize("days", [-3, 0, 14, 400])
def test_a_deadline_in_the_past_too_soon_or_too_far_is_refused_beside_its_field(world: World, days: int) -> None:
    challenge_id = _drafted(world)
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=days))
    assert refused.value.field == "closes_on"
    assert session().get_one(Challenge, challenge_id).state is State.DRAFT


def test_a_handler_that_fails_leaves_everything_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge_id = _drafted(world)

    def fail(_work: object, _event: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setitem(events._handlers, ChallengePublished, [fail])
    with pytest.raises(RuntimeError), unit_of_work():
        services.publish(world.officer, challenge_id, closes_at=clock.now() + timedelta(days=30))
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
