"""Backup and restore: one file each way, refused when it was changed, never with a key, complete to the last row."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from config import Settings
from marketplace.app import create_app, upgrade_database
from marketplace.console.checks import differences
from marketplace.infra.backup import dump
from marketplace.infra.backup.services import MANIFEST, BackupRefused, backup, opened, read_manifest, restore
from marketplace.infra.files.services import store
from marketplace.infra.sealing.services import openable
from marketplace.infra.search.services import rebuild
from marketplace.kernel.db import db, session
from tests.factories.world import World


@pytest.fixture
def stamped(app: Flask) -> None:
    """The tests' tables are made from the models; Alembic's own says that they are the newest."""
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory(str(Path(__file__).parents[2] / "migrations")).get_current_head()
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:n)"), {"n": newest})


@pytest.fixture
def written(world: World, stamped: None, tmp_path: Path) -> Path:
    """The backup of a world with a sealed bid, files, mails and an audit chain."""
    world.submitted_bid(world.challenge())
    world.work()
    session().rollback()
    target = tmp_path / "site.backup"
    backup(db.engine, store(), target)
    return target


@pytest.fixture
def elsewhere(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes an empty site of the same kind in a folder and database of its own."""
    server = request.getfixturevalue("postgres") if database == "postgresql" else ""
    made: list[Flask] = []

    def execute(statement: str) -> None:
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def make(master_key: str = "ab" * 32) -> Flask:
        address = ""
        if server:
            execute("CREATE DATABASE restored_by_a_test")
            address = make_url(server).set(database="restored_by_a_test").render_as_string(hide_password=False)
        settings = Settings(
            mode="test", data=tmp_path / "restored", database=address, master_key=master_key, secret_key="x" * 40
        )
        app = create_app(settings)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        if server:
            execute("DROP DATABASE restored_by_a_test")


def _restored(app: Flask, source: Path) -> None:
    with app.app_context():
        restore(source, db.engine, store(), lambda revision: upgrade_database(app, revision))
        rebuild()


def _rows(app: Flask) -> dict[str, list[bytes]]:
    with app.app_context(), db.engine.connect() as connection:
        return {t.name: list(dump.lines(connection, t)) for t in dump.tables(connection)}


def _changed(source: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of the archive whose members ``change`` has altered."""
    with zipfile.ZipFile(source) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    change(members)
    target = source.with_suffix(".changed")
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


@pytest.mark.db
def test_every_row_and_file_comes_back_and_nothing_differs(
    app: Flask, written: Path, elsewhere: Callable[..., Flask]
) -> None:
    other = elsewhere()
    _restored(other, written)
    assert _rows(other) == _rows(app)
    with app.app_context():
        keys = store().keys()
        known = app.extensions["search_engine"].known()
    with other.app_context():
        assert store().keys() == keys != set()
        assert other.extensions["search_engine"].known() == known != set()
        assert list(differences()) == []
        assert openable() == (1, 1)


@pytest.mark.db
def test_the_restored_site_goes_on_where_the_other_stopped(
    app: Flask, written: Path, elsewhere: Callable[..., Flask]
) -> None:
    other = elsewhere()
    _restored(other, written)
    with other.app_context():
        world = World(other)
        world.numbers = 50
        for name in ("officer", "owner", "vendor"):
            world.users[name] = (
                session()
                .execute(text("SELECT id FROM user_account WHERE email = :e"), {"e": f"{name}@people.example"})
                .scalar_one()
            )
        session().rollback()
        world.organisation("newcomer", "vendor")
        world.work()
        assert list(differences()) == []


@pytest.mark.parametrize(("master_key", "opened_keys"), [("", 0), ("cd" * 32, 0), ("not hexadecimal", 0)])
def test_without_the_master_key_everything_is_there_and_bids_stay_sealed(
    app: Flask, written: Path, elsewhere: Callable[..., Flask], master_key: str, opened_keys: int
) -> None:
    other = elsewhere(master_key)
    _restored(other, written)
    assert _rows(other) == _rows(app)
    with other.app_context():
        assert openable() == (1, opened_keys)


def test_no_key_stands_in_the_file_and_only_its_owner_may_read_it(app: Flask, written: Path) -> None:
    with zipfile.ZipFile(written) as archive:
        everything = b"".join(archive.read(n) for n in archive.namelist())
    for secret in (app.config["MASTER_KEY"].encode(), bytes.fromhex(app.config["MASTER_KEY"])):
        assert secret not in everything
    assert app.config["SECRET_KEY"].encode() not in everything
    assert "分两阶段部署".encode() not in everything
    assert written.stat().st_mode & 0o777 == 0o600


@pytest.mark.db
def test_the_manifest_says_what_must_be_there(app: Flask, written: Path) -> None:
    with opened(written) as archive:
        manifest = read_manifest(archive)
    rows = _rows(app)
    assert manifest.tables == {name: len(lines) for name, lines in rows.items()}
    assert manifest.files == len(store().keys()) > 0
    assert manifest.tables["bid_version"] == 1
    assert re.fullmatch(r"\d{4}", manifest.schema)


def test_a_backup_is_never_overwritten_and_a_broken_one_is_not_left_behind(
    app: Flask, world: World, written: Path, tmp_path: Path
) -> None:
    before = written.read_bytes()
    with pytest.raises(BackupRefused, match="exists already"):
        backup(db.engine, store(), written)
    assert written.read_bytes() == before
    store().remove(min(store().keys()))
    with pytest.raises(BackupRefused, match="is missing"):
        backup(db.engine, store(), tmp_path / "second")
    assert list(tmp_path.glob("second*")) == []


@pytest.mark.db
def test_it_is_restored_into_an_empty_database_only(written: Path, elsewhere: Callable[..., Flask]) -> None:
    other = elsewhere()
    upgrade_database(other)
    before = _rows(other)
    with pytest.raises(BackupRefused, match="not empty"):
        _restored(other, written)
    assert _rows(other) == before


def _spoil(name: str) -> Callable[[dict[str, bytes]], None]:
    def first_file(members: dict[str, bytes]) -> str:
        return min(n for n in members if n.startswith("files/"))

    def with_manifest(members: dict[str, bytes], member: str, data: bytes) -> None:
        members[member] = data
        manifest = json.loads(members[MANIFEST])
        manifest["members"][member] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        members[MANIFEST] = json.dumps(manifest).encode()

    spoils: dict[str, Callable[[dict[str, bytes]], Any]] = {
        "a changed row": lambda m: m.update({"database/audit.jsonl": m["database/audit.jsonl"].replace(b"a", b"b", 1)}),
        "a changed file": lambda m: m.update({first_file(m): b"x"}),
        "a file too few": lambda m: m.pop(first_file(m)),
        "a file too many": lambda m: m.update({"files/" + "0" * 32: b"x"}),
        "a way out": lambda m: with_manifest(m, "../../etc/cron.d/x", b"x"),
        "a way out of files": lambda m: with_manifest(m, "files/../../x", b"x"),
        "an absolute path": lambda m: with_manifest(m, "/etc/passwd", b"x"),
        "no manifest": lambda m: m.pop(MANIFEST),
        "a manifest of nonsense": lambda m: m.update({MANIFEST: b"[]"}),
        "a later format": lambda m: m.update({MANIFEST: m[MANIFEST].replace(b'"format": 1', b'"format": 2')}),
    }
    return spoils[name]


@pytest.mark.parametrize(
    "spoilt",
    [
        "a changed row",
        "a changed file",
        "a file too few",
        "a file too many",
        "a way out",
        "a way out of files",
        "an absolute path",
        "no manifest",
        "a manifest of nonsense",
        "a later format",
    ],
)
def test_a_spoilt_file_is_refused_before_anything_is_written(
    written: Path, elsewhere: Callable[..., Flask], spoilt: str
) -> None:
    source = _changed(written, _spoil(spoilt))
    other = elsewhere()
    with pytest.raises(BackupRefused):
        _restored(other, source)
    with other.app_context():
        assert store().keys() == set()
        assert _rows(other) == {}


def test_a_file_that_was_cut_off_is_refused(written: Path, elsewhere: Callable[..., Flask]) -> None:
    written.write_bytes(written.read_bytes()[:-200])
    with pytest.raises(BackupRefused, match="cannot be read"):
        _restored(elsewhere(), written)
