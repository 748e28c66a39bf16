"""Times to meet and their calendar file, and what came of it as each side says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.infra.audit.models import AuditRow
from marketplace.infra.jobs.services import run_pending
from marketplace.introductions import queries, services
from marketplace.introductions.ics import Entry, calendar_file, escaped, folded
from marketplace.introductions.models import Meeting, Result, Slot
from marketplace.introductions.states import SlotState, State
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, InvalidMany, Late, NotFound
from tests.factories.introductions import PLACE, Introductions
from tests.factories.stages import client as client_of
from tests.factories.world import World

pytestmark = pytest.mark.db


@pytest.fixture
def made(world: World) -> Introductions:
    return Introductions(world)


def test_the_owner_offers_the_vendor_takes_one_and_the_others_are_free(world: World, made: Introductions) -> None:
    number = made.accepted()
    ids = made.offer(number)
    assert made.told("请选一个见面的时间") == ["vendor"]
    with pytest.raises(Forbidden), unit_of_work():
        services.book(world.owner, number, ids[1])
    with unit_of_work():
        services.book(world.vendor, number, ids[1])
    assert made.states(number) == [SlotState.DROPPED, SlotState.BOOKED, SlotState.DROPPED]
    with pytest.raises(Conflict), unit_of_work():
        services.book(world.vendor, number, ids[0])
    with pytest.raises(Conflict):
        made.offer(number)
    assert made.told("已约定看现场") == ["owner", "vendor"]


def test_none_before_both_agreed_and_two_to_five_different_ones_ahead(world: World, made: Introductions) -> None:
    waiting = made.interest()
    with pytest.raises(Conflict):
        made.offer(waiting)
    number = made.accepted(made.scenario("第二个"))
    for count in (1, 6):
        with pytest.raises(Invalid):
            made.offer(number, count=count)
    with pytest.raises(Invalid):
        made.offer(number, days=-1)
    with pytest.raises(Invalid):
        made.offer(number, days=179)
    same = services.SlotData(kind=Meeting.MEETING, place=PLACE, minutes=30, starts=made.starts(1) * 3)
    with pytest.raises(Invalid), unit_of_work():
        services.offer(world.owner, number, same)
    with pytest.raises(Forbidden), unit_of_work():
        services.offer(world.vendor, number, same)


def test_a_vendor_asks_for_others(world: World, made: Introductions) -> None:
    number = made.accepted()
    made.offer(number)
    with unit_of_work():
        services.ask_for_others(world.vendor, number)
    assert set(made.states(number)) == {SlotState.DROPPED}
    assert made.told("请您另给时间") == ["owner"]
    with pytest.raises(Conflict), unit_of_work():
        services.ask_for_others(world.vendor, number)
    assert len(made.offer(number)) == 3


def test_a_time_that_has_passed_is_neither_taken_nor_cancelled(
    world: World, made: Introductions, clock: time_machine.Traveller
) -> None:
    number = made.accepted()
    first = made.offer(number)[0]
    clock.shift(timedelta(days=3))
    with pytest.raises(Late), unit_of_work():
        services.book(world.vendor, number, first)
    second = session().query(Slot.id).order_by(Slot.id.desc()).first()[0]
    with unit_of_work():
        services.book(world.vendor, number, second)
    clock.shift(timedelta(days=3))
    with pytest.raises(Late), unit_of_work():
        services.cancel(world.vendor, number, second, reason="病了。")


@pytest.mark.parametrize("who", ["owner", "vendor"])
def test_either_side_cancels_with_a_reason_and_other_times_may_be_offered(
    world: World, made: Introductions, who: str
) -> None:
    number = made.accepted()
    slot_id = made.booked(number)
    with pytest.raises(Invalid), unit_of_work():
        services.cancel(world.person(who), number, slot_id, reason="")
    with unit_of_work():
        services.cancel(world.person(who), number, slot_id, reason="设备检修。")
    assert made.states(number)[0] is SlotState.CANCELLED
    assert made.told("约定取消") == ["owner", "vendor"]
    made.offer(number, days=5)


def test_both_are_reminded_once_the_day_before(
    world: World, made: Introductions, clock: time_machine.Traveller
) -> None:
    made.booked(made.accepted(), days=3)
    assert made.told("提醒") == []
    clock.shift(timedelta(days=2, minutes=1))
    assert made.told("提醒") == ["owner", "vendor"]
    clock.shift(timedelta(hours=5))
    assert made.told("提醒") == ["owner", "vendor"]


def test_what_is_agreed_within_a_day_needs_no_reminder(
    world: World, made: Introductions, clock: time_machine.Traveller
) -> None:
    number = made.accepted()
    data = services.SlotData(
        kind=Meeting.MEETING,
        place=PLACE,
        minutes=30,
        starts=[site_clock.now() + timedelta(hours=h) for h in (5, 6)],
    )
    with unit_of_work():
        first = services.offer(world.owner, number, data)[0].id
    with unit_of_work():
        services.book(world.vendor, number, first)
    clock.shift(timedelta(hours=1))
    assert made.told("提醒") == []


def test_thirty_days_on_those_who_have_not_reported_are_asked_once(
    world: World, made: Introductions, clock: time_machine.Traveller
) -> None:
    number = made.accepted()
    made.report(world.owner, number)
    clock.shift(timedelta(days=29))
    assert made.told("谈得怎样") == []
    clock.shift(timedelta(days=1, minutes=1))
    assert made.told("谈得怎样") == ["vendor"]
    assert [what for _row, what in queries.waiting(world.vendor)] == ["report"]
    run_pending()
    assert made.told("谈得怎样") == ["vendor"]


def test_what_both_say_alike_counts(world: World, made: Introductions) -> None:
    number = made.accepted()
    made.report(world.owner, number, Result.PURCHASE, 120)
    assert queries.totals(world.officer) == []
    row = made.report(world.vendor, number, Result.PURCHASE, 120)
    assert (row.state, row.result, row.amount, row.differs) == (State.CONCLUDED, Result.PURCHASE, 120, False)
    assert queries.totals(world.officer) == [("healthcare", Result.PURCHASE, 1, 120)]
    with pytest.raises(Conflict):
        made.report(world.owner, number, Result.LEASE)


def test_the_programme_counts_what_both_say_alike_and_names_nobody(world: World, made: Introductions) -> None:
    number = made.accepted()
    made.report(world.owner, number, Result.PURCHASE, 7654)
    assert "供需对接的结果" not in world.app.test_client().get("/zh/programme").text
    row = made.report(world.vendor, number, Result.PURCHASE, 7654)
    text = world.app.test_client().get("/zh/programme").text
    assert "双方报得一致的 1 件" in text
    assert [told in text for told in (row.owner.name.zh, row.vendor.name.zh, "7654", "7,654")] == [False] * 4


@pytest.mark.parametrize(
    ("result", "amount", "starts_on"),
    [
        (Result.PILOT, 30, None),
        (Result.LEASE, 31, None),
        (Result.LEASE, 30, date(2026, 5, 1)),
        (Result.NOTHING, 0, None),
    ],
)
def test_where_the_two_differ_staff_see_it_until_one_puts_it_right(
    world: World, made: Introductions, result: Result, amount: int, starts_on: date | None
) -> None:
    number = made.accepted()
    made.report(world.owner, number, Result.LEASE, 30)
    row = made.report(world.vendor, number, result, amount, starts_on)
    assert (row.state, row.differs) == (State.ACCEPTED, True)
    found, total = queries.all_of_them(world.officer, differing=True, offset=0, limit=20)
    assert ([r.id for r in found], total) == ([number], 1)
    assert queries.totals(world.officer) == []
    row = made.report(world.vendor, number, Result.LEASE, 30)
    assert (row.state, row.differs, len(row.outcomes)) == (State.CONCLUDED, False, 2)


def test_a_report_says_what_is_needed_all_at_once(world: World, made: Introductions) -> None:
    number = made.accepted()
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.report(world.owner, number, services.OutcomeData(result=Result.PILOT, amount=0))
    assert set(refused.value.errors) == {"amount", "starts_on"}
    with pytest.raises(InvalidMany) as refused, unit_of_work():
        services.report(world.owner, number, services.OutcomeData(result=Result.NOTHING))
    assert set(refused.value.errors) == {"reason"}
    with pytest.raises(NotFound), unit_of_work():
        services.report(world.rival, number, services.OutcomeData(result=Result.NOTHING, reason="x"))


ENTRY = Entry(
    uid="slot-1@site.example",
    stamp=datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
    start=datetime(2026, 3, 5, 10, 0, tzinfo=site_clock.BEIJING),
    end=datetime(2026, 3, 5, 11, 30, tzinfo=site_clock.BEIJING),
    summary="看现场：药品标本转运；夜间, 二期",
    place="门诊楼\n一层; 东门\\侧\x07",
    about="很长的说明" * 30,
    url="http://site.example/zh/introductions/1",
)


def test_a_calendar_file_is_what_rfc_5545_wants() -> None:
    data = calendar_file(ENTRY)
    lines = data.split(b"\r\n")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    whole = data.decode().replace("\r\n ", "")
    fields = dict(re.findall(r"^([A-Z]+):(.*)\r$", whole, re.M))
    assert (fields["DTSTART"], fields["DTEND"]) == ("20260305T020000Z", "20260305T033000Z")
    assert (fields["UID"], fields["DTSTAMP"]) == ("slot-1@site.example", "20260302T013000Z")
    assert fields["LOCATION"] == r"门诊楼\n一层\; 东门\\侧"
    assert fields["DESCRIPTION"] == "很长的说明" * 30


def test_nothing_that_is_typed_adds_a_line_of_its_own() -> None:
    assert escaped("a\r\nATTENDEE:mailto:x@y.example") == r"a\nATTENDEE:mailto:x@y.example"
    assert folded("x" * 75) == "x" * 75
    assert folded("x" * 76) == "x" * 75 + "\r\n x"
    assert all(len(p.encode()) <= 75 for p in folded("机" * 60).split("\r\n"))


def test_why_a_time_was_cancelled_is_between_the_two_sides(world: World) -> None:
    number = Introductions(world).interest()
    with unit_of_work():
        services.accept(world.owner, number)
    starts = [site_clock.now() + timedelta(days=d) for d in (2, 3)]
    with unit_of_work():
        data = services.SlotData(kind=Meeting.MEETING, place=PLACE, minutes=30, starts=starts)
        slot_id = services.offer(world.owner, number, data)[0].id
    with unit_of_work():
        services.book(world.vendor, number, slot_id)
    with unit_of_work():
        services.cancel(world.vendor, number, slot_id, reason="改约，请打 13800138000")
    page = f"/zh/introductions/{number}"
    assert "13800138000" in client_of(world, "owner").get(page).text
    assert "13800138000" not in client_of(world, "officer").get(page).text
    assert all("13800138000" not in str(data) for data in session().scalars(select(AuditRow.data)))
