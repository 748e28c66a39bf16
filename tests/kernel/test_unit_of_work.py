"""One write transaction: all or nothing, events handled before the commit, never one inside another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from marketplace.infra.jobs.models import Heartbeat
from marketplace.kernel import clock, events
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import after_commit, record, session, unit_of_work
from marketplace.kernel.events import Event, subscribe
from marketplace.vocabulary.models import DayOverride

pytestmark = pytest.mark.db
DAY = date(2026, 3, 2)


@dataclass(frozen=True, kw_only=True)
class DayDeclared(Event):
    """Staff declared a day, in this test only."""

    day: str


@dataclass(frozen=True, kw_only=True)
class DayEchoed(Event):
    """What a handler records in turn."""

    day: str


def _declare(work: Session) -> None:
    work.add(DayOverride(day=DAY, is_working=False))


def _days() -> list[date]:
    return list(session().scalars(select(DayOverride.day)))


def test_what_was_written_is_there_afterwards(app: Flask) -> None:
    with unit_of_work() as work:
        _declare(work)
    session().rollback()
    assert _days() == [DAY]


def test_an_error_leaves_nothing_and_the_next_unit_works(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work() as work:  # noqa: PT012
        _declare(work)
        work.flush()
        raise ZeroDivisionError
    assert _days() == []
    with unit_of_work() as work:
        _declare(work)
    assert _days() == [DAY]


def test_units_of_work_do_not_nest_and_the_outer_one_is_undone(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="do not nest"), unit_of_work() as work:  # noqa: PT012
        _declare(work)
        with unit_of_work():
            pass
    assert _days() == []
    with unit_of_work() as work:
        _declare(work)
    assert _days() == [DAY]


def test_rules_are_checked_on_fresh_rows(app: Flask) -> None:
    with unit_of_work() as work:
        _declare(work)
    row = session().get_one(DayOverride, DAY)
    row.is_working = True
    with unit_of_work() as work:
        assert work.get_one(DayOverride, DAY).is_working is False


def test_an_event_outside_a_unit_of_work_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        record(DayDeclared(actor=SYSTEM, day="2026-03-02"))
    assert not session().info.get("events")


def test_handlers_run_before_the_commit_also_for_what_handlers_record(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = defaultdict(list, {kind: list(known) for kind, known in events._handlers.items()})
    monkeypatch.setattr(events, "_handlers", own)
    told: list[tuple[str, list[date]]] = []

    def declared(work: Session, event: DayDeclared) -> None:
        told.append(("declared", list(work.scalars(select(DayOverride.day)))))
        events.record(work, DayEchoed(actor=event.actor, day=event.day))

    def echoed(work: Session, event: DayEchoed) -> None:
        told.append((event.day, list(work.scalars(select(DayOverride.day)))))

    subscribe(DayDeclared, declared)
    subscribe(DayEchoed, echoed)
    subscribe(DayEchoed, echoed)
    with unit_of_work() as work:
        _declare(work)
        record(DayDeclared(actor=SYSTEM, day="2026-03-02"))
        assert told == []
    assert told == [("declared", [DAY]), ("2026-03-02", [DAY])]


def test_a_handler_that_fails_undoes_everything(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    own = defaultdict(list, {kind: list(known) for kind, known in events._handlers.items()})
    monkeypatch.setattr(events, "_handlers", own)

    def fail(_work: Session, _event: Event) -> None:
        raise ZeroDivisionError

    subscribe(DayDeclared, fail)
    with pytest.raises(ZeroDivisionError), unit_of_work() as work:  # noqa: PT012
        _declare(work)
        record(DayDeclared(actor=SYSTEM, day="2026-03-02"))
    assert _days() == []
    with unit_of_work() as work:  # the failed event is forgotten
        _declare(work)
    assert _days() == [DAY]


def test_others_are_woken_after_the_commit_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from marketplace.kernel import db

    monkeypatch.setattr(db, "_after_commit", [])
    woken: list[tuple[list[str], list[date]]] = []
    after_commit(lambda told: woken.append(([type(e).__name__ for e in told], _days())))
    with pytest.raises(ZeroDivisionError), unit_of_work() as work:  # noqa: PT012
        _declare(work)
        raise ZeroDivisionError
    assert woken == []
    with unit_of_work() as work:
        _declare(work)
        record(DayDeclared(actor=SYSTEM, day="2026-03-02"))
    assert woken == [(["DayDeclared"], [DAY])]


def test_an_event_carries_its_own_fields_only_into_rows_that_outlive_it(app: Flask) -> None:
    event = DayDeclared(actor=SYSTEM, day="2026-03-02")
    assert event.payload() == {"day": "2026-03-02"}
    assert event.at == clock.now()
    assert events.event_named("DayDeclared") is DayDeclared


def test_a_naive_moment_is_a_programming_error(app: Flask) -> None:
    with pytest.raises((ValueError, StatementError)), unit_of_work() as work:
        work.add(Heartbeat(name="worker", at=datetime(2026, 3, 2)))


def test_a_moment_comes_back_aware_and_the_same(app: Flask) -> None:
    with unit_of_work() as work:
        work.add(Heartbeat(name="worker", at=clock.beijing(clock.now())))
    session().rollback()
    found = session().get_one(Heartbeat, "worker").at
    assert found == clock.now()
    assert found.tzinfo is not None
