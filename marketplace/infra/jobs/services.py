"""What the worker does, and how it is woken."""

from __future__ import annotations

import fcntl
import importlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import select

from marketplace.infra.jobs.models import Heartbeat, SiteClock
from marketplace.kernel import clock
from marketplace.kernel.db import after_commit, queries_so_far, session, unit_of_work
from marketplace.kernel.events import Event

if "psycopg" not in sys.modules:
    # Huey looks for the driver of a queue that is not used here: 9 MB and 60 ms of every process on SQLite.
    sys.modules["psycopg"] = None  # type: ignore[assignment]
    importlib.import_module("huey")
    del sys.modules["psycopg"]

from huey import SqliteHuey, crontab
from huey.serializer import SignedSerializer

log = structlog.get_logger()
NETWORK_TIMEOUT = 30
"""Seconds after which the worker gives a silent mail server up for this time."""
_working: ContextVar[bool] = ContextVar("working", default=False)
_drains: list[Callable[[], int]] = []
_by_the_clock: list[Callable[[], int]] = []
_on_beat: list[Callable[[], None]] = []


def drains(work: Callable[[], int]) -> Callable[[], int]:
    """Register work done whenever the worker wakes: it takes what rows ask for and answers how much it did."""
    if work not in _drains:
        _drains.append(work)
    return work


def by_the_clock(work: Callable[[], int]) -> Callable[[], int]:
    """Register work that becomes due with time alone; asked every minute and after the site's clock was moved."""
    if work not in _by_the_clock:
        _by_the_clock.append(work)
    return work


_OFFSET = select(SiteClock.offset_seconds).where(SiteClock.id == 1)  # put together once: every request asks it


def load_clock(app: Flask) -> None:
    """Set the clock's offset for this request or job from its row; production has none."""
    if not app.config["SHOWS_WORKINGS"]:
        return
    seconds = session().scalar(_OFFSET)
    clock.set_offset(timedelta(seconds=seconds or 0))


def move_clock(by: timedelta) -> None:
    """Move the site's clock ahead, inside a unit of work; refused in production."""
    if not current_app.config["SHOWS_WORKINGS"]:
        raise RuntimeError("the clock of a production site is not moved")
    work = session()
    row = work.get(SiteClock, 1) or SiteClock(id=1, offset_seconds=0)
    row.offset_seconds += int(by.total_seconds())
    work.add(row)
    clock.set_offset(timedelta(seconds=row.offset_seconds))


def run_pending(*, timed: bool = True) -> int:
    """Do all that is waiting, in this process: by the clock first, then what rows ask for, until nothing is left."""
    done = 0
    if timed:
        for work in _by_the_clock:
            done += _guarded(work)
    while True:
        round_ = sum(_guarded(work) for work in _drains)
        done += round_
        if not round_:
            return done


def _guarded(work: Callable[[], int]) -> int:
    began, queries = time.perf_counter(), queries_so_far()
    try:
        done = work()
    except Exception:
        session().rollback()
        log.exception("job_failed", job=work.__name__)
        return 0
    if done:
        spent = round((time.perf_counter() - began) * 1000)
        log.info("job", job=work.__name__, done=done, ms=spent, queries=queries_so_far() - queries)
    return done


def on_beat(work: Callable[[], None]) -> None:
    """Register what is done each time the worker says that it is alive."""
    if work not in _on_beat:
        _on_beat.append(work)


def beat() -> None:
    """Say that the worker is alive, and do what goes with it."""
    with unit_of_work() as work:
        row = work.get(Heartbeat, "worker") or Heartbeat(name="worker", at=clock.real_now())
        row.at = clock.real_now()
        work.add(row)
    for follow in _on_beat:
        try:
            follow()
        except Exception:
            session().rollback()
            log.exception("beat_failed", job=follow.__name__)


def create_huey(app: Flask) -> SqliteHuey:
    """The queue that wakes the worker; it carries no data, only the wish to look at the rows."""
    path = Path(app.config["DATA"]) / "jobs.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    huey = SqliteHuey(
        "marketplace",
        filename=str(path),
        immediate=False,
        results=False,
        serializer=SignedSerializer(secret=app.config["SECRET_KEY"], salt="jobs"),
    )
    one_at_a_time = threading.Lock()

    def run(timed: bool) -> None:
        with one_at_a_time, app.app_context():
            _working.set(True)
            load_clock(app)
            run_pending(timed=timed)
            if timed:
                beat()

    @huey.task()
    def look() -> None:
        run(False)

    @huey.periodic_task(crontab(minute="*"))
    def sweep() -> None:
        run(True)

    @huey.task()
    def look_by_the_clock() -> None:
        run(True)

    app.extensions["huey"] = huey
    app.extensions["jobs"] = {"look": look, "sweep": look_by_the_clock}
    return huey


def _wake(_told: list[Event]) -> None:
    if not current_app.config["WAKE_WORKER"] or _working.get():
        return
    try:
        # A wake that nobody has read yet will be read after this commit: one is enough for all who wrote.
        if not current_app.extensions["huey"].pending_count():
            current_app.extensions["jobs"]["look"]()
    except Exception:
        log.exception("wake_failed")


def wake_for_the_clock() -> None:
    """Ask the worker to look at what time has made due."""
    if current_app.config["WAKE_WORKER"]:
        current_app.extensions["jobs"]["sweep"]()


def start() -> None:
    """Wake the worker after every commit; if that fails, the sweep finds the rows within a minute."""
    after_commit(_wake)


@contextmanager
def the_only_worker(data: Path) -> Iterator[None]:
    """Within the block no other process is the worker of this data folder; the lock dies with its holder."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "worker.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            log.warning("worker_waits", reason="another worker runs on this data folder")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def consume(app: Flask, **options: Any) -> None:
    """Run the worker until it is told to stop; a second one waits until the first has ended."""
    # A mail server that stops answering in mid-sentence must not hold the worker for ever.
    socket.setdefaulttimeout(NETWORK_TIMEOUT)
    with the_only_worker(Path(app.config["DATA"])):
        _consume(app, **options)


def _consume(app: Flask, **options: Any) -> None:
    huey = app.extensions["huey"]
    with app.app_context():
        load_clock(app)
        run_pending()
        beat()
    consumer = huey.create_consumer(workers=1, initial_delay=0.05, max_delay=0.4, backoff=1.3, **options)
    consumer.run()
