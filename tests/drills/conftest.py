"""Databases for real installations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drills.installation import fresh_database


@pytest.fixture
def empty_database(database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database, which is nothing for SQLite."""
    if database == "sqlite":
        yield ""
        return
    with fresh_database(request.getfixturevalue("postgres"), "drill") as address:
        yield address


@pytest.fixture
def second_database(database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Another one."""
    if database == "sqlite":
        yield ""
        return
    with fresh_database(request.getfixturevalue("postgres"), "drill_elsewhere") as address:
        yield address
