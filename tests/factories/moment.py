"""A moment of a site, rows and files, kept to begin many tests with instead of making the same people again for each."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from marketplace.kernel.db import Base, db

FROM_ONE_AGAIN = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
    "FROM pg_sequences WHERE last_value IS NOT NULL"
)
"""PostgreSQL numbers the rows of the next test from one again."""
NUMBERED = "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
ANEW = 50
"""So often PostgreSQL makes the files of every table anew: it takes a tenth of a second, and DELETE leaves what it deleted."""
FOLDERS = ("files", "index", "mailbox")
HEADS = "audit-heads.jsonl"


def empty(app: Flask) -> None:
    """Delete every row and file, so that the next test begins anew."""
    times = app.extensions["emptied"] = app.extensions.get("emptied", 0) + 1
    with app.app_context(), db.engine.begin() as connection:
        if times % ANEW == 0 and connection.dialect.name == "postgresql":
            names = ", ".join(t.name for t in Base.metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        _clear(connection)
    _forget(app)


def _clear(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers, no foreign keys
        connection.execute(text(FROM_ONE_AGAIN))
    else:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    for name in _holding(connection):
        connection.execute(text(f"DELETE FROM {name}"))


def _forget(app: Flask) -> None:
    folder = Path(app.config["DATA"])
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / HEADS).unlink(missing_ok=True)
    app.extensions["search_engine"]._opened = None
    # With the clock standing still two tests may write the same audit word for word: memory begins anew, too.
    app.extensions.pop("market", None)
    app.extensions.pop("gap_map", None)


def _holding(connection: Connection) -> list[str]:
    """Tables with rows, those that point to others first."""
    names = [t.name for t in reversed(Base.metadata.sorted_tables)]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
    found = set(connection.scalars(text(asked)))
    return [name for name in names if name in found]


class Moment:
    """The rows and files of a site; nothing but reading is needed to keep it."""

    def __init__(self, app: Flask) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=Path(app.config["DATA"]).parent))
        for name in (*FOLDERS, HEADS):
            _copy(Path(app.config["DATA"]) / name, self._folder / name)
        with db.engine.connect() as connection:
            names = _holding(connection)[::-1]
            self._is_postgres = connection.dialect.name == "postgresql"
            self._numbers = connection.execute(text(NUMBERED)).all() if self._is_postgres else ()
            cursor = connection.connection.cursor()
            self._rows: dict[str, Any] = {name: self._read(cursor, name) for name in names}

    def _read(self, cursor: Any, name: str) -> Any:
        if self._is_postgres:
            with cursor.copy(f"COPY {name} TO STDOUT") as rows:
                return b"".join(rows)
        cursor.execute(f"SELECT * FROM {name}")
        return cursor.fetchall()

    def again(self, app: Flask) -> None:
        """Put it in the place of whatever the site holds."""
        db.session.remove()
        _forget(app)
        with db.engine.begin() as connection:
            _clear(connection)
            cursor = connection.connection.cursor()
            for name, rows in self._rows.items():
                self._write(cursor, name, rows)
            for sequence, last in self._numbers:
                cursor.execute("SELECT setval(%s::regclass, %s)", (sequence, last))
        for name in (*FOLDERS, HEADS):
            _copy(self._folder / name, Path(app.config["DATA"]) / name)

    def _write(self, cursor: Any, name: str, rows: Any) -> None:
        if self._is_postgres:
            with cursor.copy(f"COPY {name} FROM STDIN") as into:
                into.write(rows)
        else:
            cursor.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def _copy(one: Path, other: Path) -> None:
    if one.is_dir():
        shutil.copytree(one, other, dirs_exist_ok=True)
    elif one.exists():
        shutil.copy2(one, other)
