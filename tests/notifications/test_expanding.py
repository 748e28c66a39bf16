"""Announcements become mails and inbox items: everybody once, however often the worker has to begin again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from marketplace.accounts.services import ask_reset
from marketplace.infra.announcements import Announcement
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.notifications import services
from marketplace.notifications.models import InboxItem
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.scenarios import services as scenarios
from tests.factories.world import World

pytestmark = pytest.mark.db


def _mails() -> list[tuple[str, str]]:
    session().rollback()
    rows = session().execute(select(OutboxMail.recipient, OutboxMail.dedupe).order_by(OutboxMail.id))
    return [(recipient.partition("@")[0], dedupe) for recipient, dedupe in rows]


def _inbox() -> list[tuple[int, str]]:
    session().rollback()
    return [(i.user_id, i.event_id) for i in session().scalars(select(InboxItem).order_by(InboxItem.id))]


def _waiting() -> int:
    session().rollback()
    query = select(func.count()).select_from(Announcement).where(Announcement.done_at.is_(None))
    return session().scalar(query) or 0


def _returned(world: World) -> None:
    """A scenario sent back to an owner with two members; all earlier announcements are done."""
    scenario_id = world.submitted().id
    world.join("colleague", session().get_one(Organisation, world.owner_id), MemberRole.VIEWER)
    world.work()
    with unit_of_work():
        scenarios.return_(world.officer, scenario_id, reason="补图")


def test_every_member_is_told_once_by_mail_and_in_the_inbox(world: World) -> None:
    _returned(world)
    before, inbox = len(_mails()), len(_inbox())
    assert services.expand() == 1
    told = _mails()[before:]
    assert sorted(who for who, _dedupe in told) == ["colleague", "owner"]
    assert sorted(user for user, _event in _inbox()[inbox:]) == sorted([world.users["owner"], world.users["colleague"]])
    assert _waiting() == 0


def test_what_is_told_late_stands_in_the_inbox_with_the_time_at_which_it_happened(
    world: World, clock: time_machine.Coordinates
) -> None:
    _returned(world)
    happened = site_clock.now()
    clock.shift(timedelta(hours=3))
    services.expand()
    session().rollback()
    newest = session().scalars(select(InboxItem).order_by(InboxItem.id.desc())).first()
    assert newest is not None
    assert newest.created_at == happened


def test_expanding_twice_tells_nobody_twice(world: World) -> None:
    _returned(world)
    services.expand()
    mails, inbox = _mails(), _inbox()
    assert services.expand() == 0
    assert (_mails(), _inbox()) == (mails, inbox)


def test_a_crash_before_the_end_tells_nobody_twice(world: World) -> None:
    _returned(world)
    services.expand()
    mails, inbox = _mails(), _inbox()
    with unit_of_work() as work:
        work.execute(update(Announcement).values(done_at=None))
    assert services.expand() > 1
    assert (_mails(), _inbox()) == (mails, inbox)
    assert _waiting() == 0


def test_a_crash_in_the_middle_tells_the_others_afterwards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _returned(world)
    before = len(_mails())
    monkeypatch.setattr(services, "BATCH", 1)
    real, calls = services._tell, []

    def crash_at_the_second(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise SystemExit
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "_tell", crash_at_the_second)
    with pytest.raises(SystemExit):
        services.expand()
    assert (len(_mails()) - before, _waiting()) == (1, 1)
    services.expand()
    assert sorted(who for who, _dedupe in _mails()[before:]) == ["colleague", "owner"]
    assert _waiting() == 0


def test_each_is_written_to_in_the_own_language(world: World) -> None:
    world.person("english", language="en")
    with unit_of_work():
        ask_reset("english@people.example")
        ask_reset("stranger@people.example")
    services.expand()
    session().rollback()
    rows = session().execute(select(OutboxMail.recipient, OutboxMail.language, OutboxMail.text)).tuples().all()
    languages = {r: (language, f"http://site.example/{language}/reset/" in text) for r, language, text in rows}
    assert languages["english@people.example"] == ("en", True)
    assert languages["stranger@people.example"] == ("zh", True)


def test_a_secret_link_never_stands_in_the_inbox(world: World) -> None:
    world.work()
    before = _inbox()
    with unit_of_work():
        ask_reset("stranger@people.example")
    services.expand()
    assert _inbox() == before
