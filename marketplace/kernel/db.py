"""The database: base class, column types, and the one way to write, ``unit_of_work``."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import g, has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ColumnElement, DateTime, Engine, Enum, MetaData, event, func, inspect, select
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator

from marketplace.kernel import events
from marketplace.kernel.errors import Stale
from marketplace.kernel.i18n import gettext as _


class Base(DeclarativeBase):
    """Every table's base; constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


def session() -> Session:
    """The session of this request or job."""
    return db.session()


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(values: type[enum.Enum]) -> Enum:
    """A column type that stores an enum by value, as text; unknown values are refused when written."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda e: [m.value for m in e],
        validate_strings=True,
    )


class Identified:
    """A row with a whole-number identity."""

    id: Mapped[int] = mapped_column(primary_key=True)


def one_at_a_time(kind: type[Identified], row_id: int) -> None:
    """Let the transactions that ask for this row go on one after the other, each until its end.

    The weaker of the two locks: rows that merely name this one may be written meanwhile. On SQLite a writer is alone.
    """
    session().execute(select(kind.id).where(kind.id == row_id).with_for_update(key_share=True))


def known_empty(row: Base, names: Iterable[str]) -> None:
    """Take lists of related rows as read and empty, because it is known that nothing is in them."""
    relationships = inspect(type(row)).relationships
    for name in names:
        if not relationships[name].uselist:
            raise TypeError(f"{name} is no list")
        set_committed_value(row, name, [])


class Revised:
    """A row that people edit: ``revision`` grows with each edit, and a writer who saw an older one is refused."""

    revision: Mapped[int] = mapped_column(default=1)

    def revise(self, seen: int | None) -> None:
        """Count one more edit, made by somebody who saw revision ``seen`` (``None``: not checked)."""
        if seen is not None and seen != self.revision:
            raise Stale(_("您打开之后，别人改过这份内容。请对照两边，再保存一次。"))
        self.revision += 1


def _on_connect(connection: Any, _record: Any) -> None:
    if "sqlite" not in type(connection).__module__:
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _on_execute(*_statement: Any) -> None:
    if has_app_context():
        g.queries = g.get("queries", 0) + 1


def queries_so_far() -> int:
    """How many statements this request or job has sent to the database."""
    return int(g.get("queries", 0))


event.listen(Engine, "connect", _on_connect)
event.listen(Engine, "begin", _on_begin)
event.listen(Engine, "before_cursor_execute", _on_execute)

_after_commit: list[Callable[[list[events.Event]], None]] = []


def after_commit(callback: Callable[[list[events.Event]], None]) -> None:
    """Register what wakes others up after a commit; nothing essential may depend on it."""
    if callback not in _after_commit:
        _after_commit.append(callback)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One write transaction: all or nothing, events handled before the commit.

    Reads made before it are forgotten, so that rules are checked on fresh rows. On SQLite the write lock is taken
    at once (``BEGIN IMMEDIATE``), which makes two writers wait instead of fail.
    """
    work = session()
    if work.info.get("in_unit_of_work"):
        raise RuntimeError("units of work do not nest")
    work.rollback()
    work.info.update(in_unit_of_work=True, events=[])
    try:
        work.connection(execution_options={"immediate": True})
        yield work
        told = events.dispatch(work)
        work.commit()
    except BaseException:
        work.rollback()
        raise
    finally:
        work.info.update(in_unit_of_work=False, events=[])
    for callback in _after_commit:
        callback(told)


def record(event_: events.Event) -> None:
    """Remember a fact for the end of the running unit of work."""
    work = session()
    if not work.info.get("in_unit_of_work"):
        raise RuntimeError("an event is recorded inside a unit of work only")
    events.record(work, event_)


def count_by(column: InstrumentedAttribute[Any], condition: ColumnElement[bool]) -> dict[Any, int]:
    """How many rows that meet the condition there are for each value of a column; values without rows are left out."""
    query = select(column, func.count()).where(condition).group_by(column)
    return dict(session().execute(query).tuples().all())
