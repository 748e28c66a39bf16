"""The demo's database of the release before, brought forward: nothing is missing and the main pages open.

``tests/data/release-1.backup.tar.xz`` holds the members of a backup of that demo, packed small. To keep it small, the
bodies of mails and the ciphertext of bids that were opened already are left out.
"""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, func, make_url, select, text

from config import Settings
from marketplace.app import create_app, upgrade_database
from marketplace.bids.models import Bid, BidVersion
from marketplace.bids.services import drafting
from marketplace.challenges.models import Challenge
from marketplace.console.checks import differences
from marketplace.infra.backup.services import Manifest, restore
from marketplace.infra.files.services import store
from marketplace.infra.sealing.services import openable
from marketplace.infra.search.services import rebuild
from marketplace.kernel.actor import EDITORS
from marketplace.kernel.db import Base, db, session
from marketplace.organisations.models import Membership
from marketplace.scenarios.models import Scenario
from marketplace.web.actor import actor_of
from tests.contracts.migrations import differences as schema_differences

pytestmark = pytest.mark.db
PACKED = Path(__file__).parents[1] / "data" / "release-1.backup.tar.xz"
NAME = "release_before"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backup as the release before would have been backed up."""
    target = tmp_path_factory.mktemp("release") / "release-1.backup"
    unpacked = io.BytesIO(lzma.decompress(PACKED.read_bytes()))
    with tarfile.open(fileobj=unpacked) as packed, zipfile.ZipFile(target, "w") as archive:
        for member in packed:
            content = packed.extractfile(member)
            assert content is not None
            archive.writestr(member.name, content.read())
    return target


def _execute(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="module")
def forward(
    database: str, request: pytest.FixtureRequest, kept: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Manifest]]:
    """The site of the release before, on this release."""
    address = ""
    if database == "postgresql":
        server = request.getfixturevalue("postgres")
        _execute(server, f"CREATE DATABASE {NAME}")
        address = make_url(server).set(database=NAME).render_as_string(hide_password=False)
    settings = Settings(
        mode="test",
        data=tmp_path_factory.mktemp(f"forward-{database}"),
        database=address,
        secret_key="x" * 40,
        master_key="ab" * 32,
        limits_enabled=False,
    )
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        manifest = restore(kept, db.engine, store(), lambda revision: upgrade_database(app, revision))
        rebuild()
    yield app, manifest
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    if address:
        _execute(server, f"DROP DATABASE {NAME}")


def test_it_began_at_the_first_schema_and_ends_at_the_newest(forward: tuple[Flask, Manifest]) -> None:
    app, manifest = forward
    assert manifest.schema == "0001"
    with app.app_context():
        assert schema_differences() == []


def test_every_row_is_still_there_and_nothing_differs(forward: tuple[Flask, Manifest]) -> None:
    app, manifest = forward
    with app.app_context():
        counts = {
            name: session().scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
            if name in manifest.tables
        }
        assert {name: counts[name] for name in manifest.tables if name in counts} == {
            name: count for name, count in manifest.tables.items() if name in counts
        }
        assert list(differences()) == []
        session().rollback()


def test_a_sealed_bid_of_the_release_before_still_opens_for_its_own_people(forward: tuple[Flask, Manifest]) -> None:
    app, _manifest = forward
    with app.app_context():
        keys, opened = openable()
        assert keys == opened > 0
        row = session().scalars(select(Bid).join(BidVersion).where(Bid.opened_at.is_(None)).limit(1)).one()
        member = (
            session()
            .scalars(
                select(Membership.user_id).where(
                    Membership.organisation_id == row.lead_id, Membership.role.in_(list(EDITORS))
                )
            )
            .first()
        )
        assert member is not None
        assert drafting.document(actor_of(member, "x"), row).solution["approach"] != ""
        session().rollback()


def _page(browser: FlaskClient, app: Flask, address: str) -> int:
    with app.app_context():
        return browser.get(address).status_code


def test_the_main_pages_open(forward: tuple[Flask, Manifest]) -> None:
    app, _manifest = forward
    with app.app_context():
        challenge = session().scalars(select(Challenge.id).where(Challenge.published_at.is_not(None))).first()
        scenario = session().scalars(select(Scenario.id)).first()
        session().rollback()
    public = ["", "challenges", "products", "notices", f"challenges/{challenge}"]
    staff = [
        "desk",
        "staff/scenarios",
        "staff/opening",
        f"staff/challenges/{challenge}",
        f"scenarios/{scenario}",
        "inbox",
    ]
    nobody, officer = app.test_client(), app.test_client()
    with app.app_context():
        answer = officer.post("/zh/sign-in", data={"email": "officer@programme.example", "password": "Robot-demo-2026"})
    assert answer.status_code == 302
    for language in ("zh", "en"):
        assert {p: _page(nobody, app, f"/{language}/{p}") for p in public} == dict.fromkeys(public, 200)
        assert {p: _page(officer, app, f"/{language}/{p}") for p in staff} == dict.fromkeys(staff, 200)
