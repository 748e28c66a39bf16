"""The administrator's list of people, and the account's pages in English."""

from __future__ import annotations

import re

import pytest

from marketplace.kernel.db import session, unit_of_work
from marketplace.notifications.models import InboxItem
from tests.factories.stages import copies, counted, words
from tests.factories.world import World


def test_the_list_asks_the_database_as_often_for_forty_people_as_for_seven(world: World) -> None:
    browser = world.client("administrator")
    counts = []
    for more in (0, 33):
        for number in range(more):
            world.person(f"p{number}", roles=("expert",))
        with counted(world.app) as statements:
            assert words(browser, "/zh/staff/people").count("@people.example") == 7 + more
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 15


def test_the_list_has_pages_and_hostile_ones_are_the_first(world: World) -> None:
    for number in range(50):
        world.person(f"p{number}")
    browser = world.client("administrator")
    assert "第 1 页，共 2 页" in words(browser, "/zh/staff/people")
    assert words(browser, "/zh/staff/people?page=2").count("@people.example") == 7
    assert "第 1 页" in words(browser, "/zh/staff/people?page=é")


def test_all_of_ones_data_asks_the_database_as_often_for_thirty_entries_as_for_one(world: World) -> None:
    user_id = world.users["stranger"]
    told = {"subject": "有消息", "paragraphs": ["一句话。"], "facts": [], "action": None}
    with unit_of_work() as work:
        from marketplace.kernel import clock

        item = InboxItem(user_id=user_id, event_id="e0", content={"zh": told, "en": told}, created_at=clock.now())
        work.add(item)
        work.flush()
        first = item.id
    session().rollback()
    browser = world.client("stranger")
    counts = []
    for more in (0, 30):
        copies(InboxItem, first, more, event_id=lambda number: f"f{number}")
        with counted(world.app) as statements:
            assert f"{1 + more} 条" in words(browser, "/zh/account/data/all")
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "path",
    ["account", "account/password", "account/second-factor", "account/sessions", "account/data", "account/data/all"],
)
def test_the_pages_speak_english_to_english_readers(world: World, path: str) -> None:
    world.person("reader", language="en")
    page = words(world.client("reader"), f"/en/{path}").replace("中文", "")
    assert re.findall("[\u3400-\u9fff]+", page) == []


def test_every_mail_about_an_account_speaks_english_to_english_readers(world: World) -> None:
    from sqlalchemy import select

    from marketplace.accounts import services as accounts
    from marketplace.infra.mail.models import OutboxMail

    world.person("reader", language="en")
    with unit_of_work():
        accounts.block(world.administrator, world.users["reader"], reason="left")
        accounts.unblock(world.administrator, world.users["reader"])
        accounts.ask_deletion(world.person("reader"))
        accounts.keep(world.person("reader"))
        accounts.deactivate(world.person("reader"))
    world.work()
    mails = session().scalars(select(OutboxMail).where(OutboxMail.recipient == "reader@people.example")).all()
    assert len(mails) == 5
    assert [m.subject for m in mails if re.search("[\u3400-\u9fff]", m.subject + m.text)] == []
