"""Tables as lines of JSON and back, on either database; the tables are read from the database, not from the models."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, bindparam, cast, func, insert, select, text, type_coerce
from sqlalchemy import types as kinds
from sqlalchemy.sql.ddl import sort_tables_and_constraints

VERSION_TABLE = "alembic_version"
BATCH = 500


def tables(connection: Connection) -> list[Table]:
    """Every table but Alembic's own, those that are referred to before those that refer."""
    found = MetaData()
    found.reflect(connection, resolve_fks=False)
    ordered = [table for table, _constraints in sort_tables_and_constraints(found.tables.values()) if table is not None]
    return [t for t in ordered if t.name != VERSION_TABLE]


def revision(connection: Connection) -> str:
    """The migration that the database stands at."""
    return str(connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")))  # noqa: S608 - a constant


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Each row as one line, in the order of its key; columns by name, since migrations leave them in another order."""
    found = sorted(table.columns, key=lambda column: column.name)
    columns = [_as_written(connection, c) if isinstance(c.type, kinds.JSON) else c for c in found]
    names = [c.name for c in found]
    query = select(*columns).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    for row in connection.execute(query):
        plain = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _as_written(connection: Connection, column: Column[Any]) -> Any:
    """JSON as the database keeps it: an empty value and a JSON null are not the same."""
    if connection.dialect.name == "sqlite":
        return type_coerce(column, kinds.Text())
    return cast(column, kinds.Text())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return str(value) if isinstance(value, Decimal) else value


def load(connection: Connection, rows: Iterable[tuple[Table, Iterable[bytes]]]) -> dict[str, int]:
    """Insert what ``lines`` wrote, in one transaction of the caller; answers how many rows each table got.

    References within a table or in a circle are set once all rows stand.
    """
    given = list(rows)
    later = _circular([t for t, _l in given])
    counts: dict[str, int] = {}
    postponed: list[tuple[Table, dict[str, Any], dict[str, Any]]] = []
    for table, written in given:
        counts[table.name] = 0
        statement = _insertion(connection, table)
        batch: list[dict[str, Any]] = []
        for line in written:
            row = _typed(connection, table, json.loads(line))
            held = {name: row[name] for name in later.get(table.name, ()) if row[name] is not None}
            if held:
                postponed.append((table, {c.name: row[c.name] for c in table.primary_key.columns}, held))
                row |= dict.fromkeys(held)
            batch.append(row)
            if len(batch) == BATCH:
                connection.execute(statement, batch)
                counts[table.name] += len(batch)
                batch = []
        if batch:
            connection.execute(statement, batch)
            counts[table.name] += len(batch)
        _move_sequence(connection, table)
    for table, key, held in postponed:
        where = [table.c[name] == value for name, value in key.items()]
        connection.execute(table.update().where(*where).values(held))
    return counts


def _circular(found: list[Table]) -> dict[str, set[str]]:
    """Columns that refer to the own table, or to one that is filled later; they must allow NULL."""
    place = {t.name: n for n, t in enumerate(found)}
    return {
        t.name: names
        for t in found
        if (
            names := {
                key.parent.name
                for key in t.foreign_keys
                if place.get(key.target_fullname.partition(".")[0], -1) >= place[t.name] and key.parent.nullable
            }
        )
    }


def _insertion(connection: Connection, table: Table) -> Any:
    kept: dict[str, Any] = {}
    for column in table.columns:
        if not isinstance(column.type, kinds.JSON):
            kept[column.name] = bindparam(column.name, type_=column.type)
            continue
        written = bindparam(column.name, type_=kinds.Text())
        kept[column.name] = written if connection.dialect.name == "sqlite" else cast(written, column.type)
    return insert(table).values(kept)


def _typed(connection: Connection, table: Table, plain: dict[str, Any]) -> dict[str, Any]:
    if set(plain) != {c.name for c in table.columns}:
        raise ValueError(f"{table.name}: the columns of the backup are not those of its schema")
    return {c.name: _value(connection, c, plain[c.name]) for c in table.columns}


def _value(connection: Connection, column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, kinds.DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=None) if connection.dialect.name == "sqlite" else moment
    if isinstance(column.type, kinds.Date):
        return date.fromisoformat(value)
    if isinstance(column.type, kinds.LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(column.type, kinds.Numeric) and isinstance(value, str):
        return Decimal(value)
    return value


def _move_sequence(connection: Connection, table: Table) -> None:
    """The next row gets a number above those that were put in."""
    if connection.dialect.name != "postgresql" or "id" not in table.c:
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
    highest = connection.scalar(select(func.max(table.c.id)))
    if sequence is not None and highest is not None:
        connection.execute(select(func.setval(sequence, highest)))
