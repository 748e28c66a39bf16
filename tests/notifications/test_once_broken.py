"""What was once broken in notifications, and must not break again."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.infra.announcements import Announcement
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from tests.factories.world import World


def test_one_announcement_that_cannot_be_told_does_not_silence_the_others(world: World) -> None:
    with unit_of_work() as work:
        work.add(
            Announcement(
                event_id="gone", event="ScenarioReturned", payload={"scenario_id": 999_999}, at=site_clock.now()
            )
        )
    from marketplace.accounts.services import ask_reset

    world.work()
    before = len(session().scalars(select(OutboxMail.id)).all())
    with unit_of_work():
        ask_reset("stranger@people.example")
    world.work()
    session().rollback()
    assert len(session().scalars(select(OutboxMail.id)).all()) == before + 1
