"""A large programme: the demo, made through the services, and copies of its rows up to the sizes of the design."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import Connection, Table, func, insert, select

from config import Settings
from marketplace.app import create_app, upgrade_database
from marketplace.kernel.db import Base, db

FAR = 100_000
"""Copies of a row stand this far apart, and a hundred times as far where another vendor bids."""
KEYS = {"MARKETPLACE_MASTER_KEY": "ab" * 32, "MARKETPLACE_SECRET_KEY": "benches-only-" + "x" * 32}
ABOUT_CHALLENGES = (
    "scenario", "requirement", "metric", "challenge", "challenge_version", "bid", "bid_version", "opened_bid",
    "opened_offer", "requirement_response", "bid_stage", "decision", "notice",
)  # fmt: skip
ALONE = ("scenario", "challenge", "challenge_version")


def settings(data: Path, **others: Any) -> Settings:
    """The settings that the town was made with."""
    return Settings(
        mode="demo",
        data=data,
        master_key=KEYS["MARKETPLACE_MASTER_KEY"],
        secret_key=KEYS["MARKETPLACE_SECRET_KEY"],
        limits_enabled=False,
        **others,
    )


def quiet(chosen: Settings) -> Flask:
    """The application, logging errors only: a bench prints tables."""
    app = create_app(chosen)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return app


def build(challenges: int = 2_000, bids: int = 20_000, *, database: str = "") -> Path:
    """The data folder of a town of that size; made once and used again. Without bids the challenges stand alone."""
    data = Path("var/bench") / f"town-{challenges}-{bids}"
    if (data / "made").exists() and not database:
        upgrade_database(quiet(settings(data)))
        return data
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    print(f"making {challenges:,} challenges and {bids:,} bids …", flush=True)
    app = quiet(settings(data, database=database))
    upgrade_database(app)
    with app.app_context():
        from marketplace.demo.seed import seed
        from marketplace.infra.search.services import rebuild

        seed(lambda _line: None)
        with db.engine.begin() as connection:
            _grow(connection, challenges, bids)
        print(f"{rebuild():,} documents", flush=True)
    (data / "made").touch()
    return data


def _grow(connection: Connection, challenges: int, bids: int) -> None:
    tables = {t.name: t for t in Base.metadata.sorted_tables}
    now = connection.scalar(select(func.count()).select_from(tables["challenge"])) or 1
    now_bids = connection.scalar(select(func.count()).select_from(tables["bid"])) or 1
    names = ABOUT_CHALLENGES if bids else ALONE
    rows = {n: [dict(r) for r in connection.execute(select(tables[n])).mappings()] for n in names}
    _count_bids(rows, tables)
    source = rows
    if bids:
        vendors = _vendors(connection, tables, wanted=bids * now // (challenges * now_bids) + 1)
        source = rows | _more_bids(rows, tables, vendors)
    there = {name: {r["id"] for r in rows[name]} for name in names}
    for copy in range(challenges // now):
        for name in names:
            fresh = [r for r in source[name] if copy or r["id"] not in there[name]]
            if fresh:
                connection.execute(insert(tables[name]), [_moved(r, tables[name], copy * FAR) for r in fresh])


def _count_bids(rows: dict[str, list[dict[str, Any]]], tables: dict[str, Table]) -> None:
    """Number the rows of bids from 1: their own numbers are by chance, and copies would meet. Copies stay below the first of them."""
    counted = {r["id"]: number for number, r in enumerate(rows.get("bid", ()), start=1)}
    for name, found in rows.items():
        for column in tables[name].columns:
            if (name == "bid" and column.name == "id") or "bid" in {f.column.table.name for f in column.foreign_keys}:
                for row in found:
                    row[column.name] = counted.get(row[column.name], row[column.name])


def _vendors(connection: Connection, tables: dict[str, Table], *, wanted: int) -> list[int]:
    """Sets of further vendors, so that one challenge can have more bids; answers how far each set stands away."""
    organisation = tables["organisation"]
    known = [dict(r) for r in connection.execute(select(organisation).where(organisation.c.is_vendor)).mappings()]
    for number in range(1, wanted):
        connection.execute(
            insert(organisation),
            [r | {"id": r["id"] + number * FAR, "uscc": f"{r['uscc'][:10]}{number:02d}{r['id']:06d}"} for r in known],
        )
    return list(range(1, wanted))


def _more_bids(
    rows: dict[str, list[dict[str, Any]]], tables: dict[str, Table], vendors: list[int]
) -> dict[str, list[dict[str, Any]]]:
    """The bids, with copies by other vendors."""
    of_bids = ("bid", "bid_version", "opened_bid", "opened_offer", "requirement_response", "bid_stage", "decision")
    found = {name: list(rows[name]) for name in of_bids}
    for number in vendors:
        for name in of_bids:
            for row in rows[name]:
                made = dict(row)
                for column in tables[name].columns:
                    targets = {f.column.table.name for f in column.foreign_keys}
                    if made[column.name] is not None and (column.name == "id" or targets & set(of_bids)):
                        made[column.name] += FAR * 100 * number
                if "lead_id" in made:
                    made["lead_id"] += FAR * number
                found[name].append(made)
    return found


def _moved(row: dict[str, Any], table: Table, by: int) -> dict[str, Any]:
    made = dict(row)
    for column in table.columns:
        targets = {f.column.table.name for f in column.foreign_keys}
        if made[column.name] is not None and (column.name == "id" or targets & set(ABOUT_CHALLENGES)):
            made[column.name] += by
    return made


def open_town(data: Path) -> Flask:
    """The town's application."""
    os.environ.update(KEYS)
    return quiet(settings(data))
