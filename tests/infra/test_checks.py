"""`marketplace check` finds each way in which the site may have come apart, and nothing on a sound one."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import delete, select, update
from whoosh.index import open_dir

from marketplace.catalogue.models import Product
from marketplace.console.checks import PATIENCE, differences
from marketplace.infra.announcements import Announcement
from marketplace.infra.audit import anchor
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.audit.services import broken
from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.services import store
from marketplace.infra.jobs.services import beat
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.search.engines.writing import Writer
from marketplace.infra.search.models import IndexJob
from marketplace.infra.search.services import apply_pending, engine
from marketplace.kernel.db import db, session, unit_of_work
from marketplace.matching.models import Arrival
from tests.factories.world import World


@pytest.fixture
def sound(world: World) -> World:
    """A site on which the worker has done all that waited."""
    world.product()
    world.work()
    beat()
    assert _found() == []
    return world


def _found() -> list[str]:
    session().rollback()
    return list(differences())


def _file() -> tuple[str, Path]:
    key = session().scalars(select(StoredFile.key).order_by(StoredFile.id).limit(1)).one()
    return key, store().root / key[:2] / key


def test_a_file_whose_bytes_were_changed(sound: World) -> None:
    key, path = _file()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert _found() == [f"files: {key} was changed"]


def test_a_file_that_is_gone_and_one_that_nobody_knows(sound: World) -> None:
    key, path = _file()
    path.unlink()
    stray, fresh = store().put(b"x"), store().put(b"y")
    long_ago = time.time() - timedelta(days=3).total_seconds()
    os.utime(store().root / stray[:2] / stray, (long_ago, long_ago))
    assert _found() == [f"files: {key} is missing", f"files: {stray} belongs to no row, and is not removed"]
    store().remove(fresh)


def test_a_document_that_fell_behind_its_row(sound: World) -> None:
    product_id = session().scalars(select(Product.id)).one()
    with unit_of_work() as work:
        work.execute(update(Product).values(model="M4"))
    assert _found() == [f"index: product {product_id} is not what its row says now"]


def test_a_document_that_stands_twice(sound: World) -> None:
    folder = sound.app.extensions["search_engine"].snapshot().folder
    with open_dir(folder).reader() as reader:
        entry = next(reader.iter_docs())[1]["entry"]
    writer = Writer(folder)
    writer.add("once more", entry, {})
    writer.commit()
    assert _found() == [f"index: product {entry[0][1]} stands there 2 times"]


def test_an_index_of_another_release_is_built_anew_by_the_worker(sound: World) -> None:
    whoosh = sound.app.extensions["search_engine"]
    folder = Path(whoosh.snapshot().folder)
    old = folder.with_name("index-0badcafe")
    folder.rename(old)
    whoosh._swap(old)
    assert whoosh.is_outdated
    assert engine().known() == set()
    assert sound.app.test_client().get("/zh/products?q=x").status_code == 200
    assert apply_pending() == 1
    assert not whoosh.is_outdated
    assert not old.exists()
    assert _found() == []


def test_the_last_rows_of_the_audit_cut_off(sound: World) -> None:
    """The chain that is left holds in itself: only what was noted outside the database knows better."""
    last = session().scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(1)).one()
    last_id = last.id
    with unit_of_work() as work:
        work.execute(delete(AuditRow).where(AuditRow.id == last_id))
    assert list(broken(session())) == []
    (line,) = _found()
    assert line.startswith(f"audit: row {last_id}, the chain's head at ")
    assert line.endswith(" is gone or another")


def test_a_head_is_noted_once_and_half_a_line_does_no_harm(sound: World) -> None:
    before = anchor.path().read_bytes()
    beat()
    assert anchor.path().read_bytes() == before
    assert anchor.path().stat().st_mode & 0o777 == 0o600
    with anchor.path().open("ab") as out:
        out.write(b'{"at": "2026-')
    sound.product(name="another")
    beat()
    sound.work()
    assert _found() == []


@pytest.mark.db
def test_what_waits_too_long_for_the_worker(world: World, clock: time_machine.Coordinates) -> None:
    world.product()
    assert [line for line in _found() if "wait" in line] == []
    clock.shift(PATIENCE + timedelta(seconds=1))
    waiting = session().query(Announcement).count()
    changes = session().query(IndexJob).count()
    came = session().query(Arrival).count()
    assert [line for line in _found() if "wait" in line] == [
        f"announcements: {waiting} wait for the worker",
        f"market: {came} arrivals wait for the worker",
        f"index: {changes} changes wait for the worker",
    ]
    world.work()
    with unit_of_work() as work:
        work.execute(update(OutboxMail).values(sent_at=None))
    clock.shift(PATIENCE + timedelta(seconds=1))
    count = session().query(OutboxMail).count()
    assert f"outbox: {count} mails are overdue" in _found()
    db.session.rollback()


def test_wakes_that_nobody_reads(sound: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.console.checks.WAKES", 2)
    huey = sound.app.extensions["huey"]
    for _number in range(3):
        sound.app.extensions["jobs"]["look"]()
    assert _found() == ["jobs: 3 wakes were not read"]
    huey.flush()
