"""Alembic's environment: the application's database and models."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from marketplace.kernel.db import Base, UTCDateTime, db
from marketplace.kernel.text import TextType


def render_item(kind: str, item: Any, _autogen: Any) -> Any:
    """Our column types as plain ones, so that an old migration never depends on today's code."""
    if kind == "type" and isinstance(item, TextType):
        return "sa.JSON()"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def run() -> None:
    """Migrate on the application's own engine."""
    arguments = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        # SQLite alters a table by making it anew, and would take the old one's end for the end of its rows.
        made_anew = connection.dialect.name == "sqlite"
        if made_anew:
            _on_the_driver(connection, "PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            transactional_ddl=True,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()
            if made_anew and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"rows that refer to nothing after the migration: {broken[:5]}")
        connection.commit()
        if made_anew:
            _on_the_driver(connection, "PRAGMA foreign_keys=ON")


def _on_the_driver(connection: sa.Connection, statement: str) -> None:
    """A statement outside any transaction."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(statement)


run()
