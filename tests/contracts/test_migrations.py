"""What the migrations build on an empty database is what the models say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import CheckConstraint, create_engine, inspect, make_url, text
from sqlalchemy.exc import IntegrityError

from config import Settings
from marketplace.app import create_app, with_migrations
from marketplace.kernel.db import Base, db
from tests.contracts.migrations import differences

pytestmark = pytest.mark.db
NAME = "migrated_by_a_test"


def _execute(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def empty(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A site whose database holds nothing, with a data folder of its own."""
    server = request.getfixturevalue("postgres") if database == "postgresql" else ""
    address = ""
    if server:
        _execute(server, f"CREATE DATABASE {NAME}")
        address = make_url(server).set(database=NAME).render_as_string(hide_password=False)
    app = with_migrations(create_app(Settings(mode="test", data=tmp_path, database=address, master_key="ab" * 32)))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if server:
        _execute(server, f"DROP DATABASE {NAME}")


def test_the_migrations_build_what_the_models_say(empty: Flask, database: str) -> None:
    assert db.engine.dialect.name == database
    assert inspect(db.engine).get_table_names() == []
    upgrade()
    assert differences() == []
    assert set(inspect(db.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_the_migrations_keep_every_check_of_the_models(empty: Flask) -> None:
    """Alembic does not compare CHECK constraints, so they are compared here by name."""
    upgrade()
    seen = inspect(db.engine)
    for table in Base.metadata.sorted_tables:
        wanted = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {c["name"] for c in seen.get_check_constraints(table.name)} == wanted, table.name


def test_a_table_too_few_would_be_a_difference(empty: Flask) -> None:
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE watch"))
    assert [(kind, table.name) for kind, table in differences() if kind == "add_table"] == [("add_table", "watch")]


def test_people_and_what_is_theirs_outlive_the_migration_that_gave_accounts_a_life(empty: Flask) -> None:
    """On SQLite a table made anew would take everything that refers to it along."""
    upgrade(revision="0001")
    when = "'2026-01-05 01:00:00'"
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO user_account (id, email, name, password_hash, language, created_at, failed_sign_ins)"
                f" VALUES (7, 'a@b.example', 'A', 'x', 'zh', {when}, 0)"
            )
        )
        connection.execute(text("INSERT INTO user_role (id, user_id, role) VALUES (1, 7, 'officer')"))
        connection.execute(
            text(
                "INSERT INTO user_session (id, user_id, token_hash, created_at, seen_at, proved_at, address, device)"
                f" VALUES (1, 7, 'h', {when}, {when}, {when}, '', '')"
            )
        )
    upgrade()
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT email, state, deleted_at FROM user_account")).all()
        kept = [connection.execute(text(f"SELECT COUNT(*) FROM {t}")).scalar() for t in ("user_role", "user_session")]
    assert ([tuple(row) for row in found], kept) == ([("a@b.example", "active", None)], [1, 1])


def test_a_migration_that_leaves_rows_without_what_they_name_changes_nothing(empty: Flask, database: str) -> None:
    """SQLite switches its references off while tables are made anew; they are looked at before the commit."""
    upgrade(revision="0011")
    dangling = "INSERT INTO membership (user_id, organisation_id, role) VALUES (998, 999, 'viewer')"
    if database == "postgresql":  # keeps its references throughout
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(text(dangling))
        return
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for statement in ("PRAGMA foreign_keys=OFF", dangling, "PRAGMA foreign_keys=ON"):
            driver.execute(statement)
    with pytest.raises((SystemExit, RuntimeError)):
        upgrade()
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0011"
