"""Migrations against models: what the migrations build is what the models say. Run by `make check`, and by a test."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from config import Settings
from marketplace.app import create_app, with_migrations
from marketplace.kernel.db import Base, db


def differences() -> list[Any]:
    """What a new migration would have to change, for the application of the current context."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return list(compare_metadata(context, Base.metadata))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        app = with_migrations(create_app(Settings(mode="test", data=Path(folder), master_key="ab" * 32)))
        with app.app_context():
            from flask_migrate import upgrade

            upgrade()
            found = differences()
            db.engine.dispose()
    print("\n".join(map(str, found)) or "migrations and models are in step")
    sys.exit(bool(found))
