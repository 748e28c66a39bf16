"""Mail to 20,000 people: the announcement expanded into rows, the rows sent to a local SMTP server that only counts."""

from __future__ import annotations

import multiprocessing
import resource
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import func, insert, select

from marketplace.app import upgrade_database
from marketplace.demo.seed import seed
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.mail.services import send_due
from marketplace.kernel import clock
from marketplace.kernel.db import db, session
from tests.bench.measure import Bench, Line
from tests.bench.town import quiet, settings

PEOPLE = 20_000
WANTED = 200


class Sink:
    """Counts what arrives."""

    def __init__(self, count: Any) -> None:
        self.count = count

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:
        """Take everything."""
        self.count.value += 1
        return "250 OK"


def _listen(port: int, count: Any, ready: Any, stop: Any) -> None:
    controller = Controller(Sink(count), hostname="127.0.0.1", port=port)
    controller.start()
    ready.set()
    stop.wait()
    controller.stop()


@contextmanager
def sink(port: int) -> Iterator[Any]:
    """A mail server in a process of its own, as mail servers are; answers how many mails it took."""
    context = multiprocessing.get_context("spawn")
    count, ready, stop = context.Value("i", 0), context.Event(), context.Event()
    process = context.Process(target=_listen, args=(port, count, ready, stop))
    process.start()
    try:
        assert ready.wait(30)
        yield count
    finally:
        stop.set()
        process.join(10)


def run() -> Bench:
    """Rows a second, mails a second, and the memory before and after."""
    bench = Bench("fanout")
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with sink(port) as taken:
            app = quiet(settings(Path(folder), mail_transport="smtp", smtp_host="127.0.0.1", smtp_port=port))
            upgrade_database(app)
            with app.app_context():
                _measure(app, bench, taken)
    return bench


def _measure(app: Flask, bench: Bench, taken: Any) -> None:
    app.config["MAIL_TRANSPORT"] = "files"
    app.config["WAKE_WORKER"] = False
    seed(lambda _line: None)
    app.config["MAIL_TRANSPORT"] = "smtp"
    template = session().scalars(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).one()
    row = {c.name: getattr(template, c.name) for c in OutboxMail.__table__.columns if c.name != "id"}
    session().rollback()
    with db.engine.begin() as connection:
        now = clock.real_now()
        for start in range(0, PEOPLE, 1000):
            connection.execute(
                insert(OutboxMail),
                [
                    row
                    | {
                        "dedupe": f"bench:{n}",
                        "message_id": f"<bench.{n}@marketplace.example>",
                        "recipient": f"person{n}@bench.example",
                        "sent_at": None,
                        "attempts": 0,
                        "next_attempt_at": now,
                    }
                    for n in range(start, start + 1000)
                ],
            )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    sent = 0
    while done := send_due():
        sent += done
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = sent / took
    assert taken.value == sent == PEOPLE, (taken.value, sent)
    line = Line("mails a second into a local SMTP server", f"{PEOPLE:,}", rate, rate, rate, bar=f"≥ {WANTED}")
    line.met = rate >= WANTED
    bench.add(line)
    line = Line("peak memory, MB, before and after", "", before, after, after, bar="flat")
    line.met = after - before < 20
    bench.add(line)
    assert session().scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.sent_at.is_(None))) == 0
