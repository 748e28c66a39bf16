"""What was taken out of drafts goes for good: its row, and a day later its bytes. What somebody refers to stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.bids.models import BidFile
from marketplace.bids.services import drafting
from marketplace.console.checks import differences
from marketplace.demo.content import paper
from marketplace.infra.files import removing
from marketplace.infra.files.models import StoredFile
from marketplace.infra.files.services import file_columns, store
from marketplace.kernel.db import session, unit_of_work
from marketplace.scenarios import services as scenarios
from tests.factories import stages
from tests.factories.running import ROOT
from tests.factories.stages import Stages
from tests.factories.world import World

pytestmark = pytest.mark.db
DAY = timedelta(days=1, minutes=1)


def _lain(key: str) -> None:
    """The bytes have lain there for more than the days of grace."""
    path = store().root / key[:2] / key
    long_ago = time.time() - 2 * DAY.total_seconds()
    os.utime(path, (long_ago, long_ago))


def _named() -> set[str]:
    return {key for column in file_columns() for key in session().scalars(select(column))}


def test_an_attachment_that_was_removed_is_gone_after_its_day_and_the_others_stay(
    world: World, clock: time_machine.Coordinates
) -> None:
    scenario_id = world.draft().id
    owner = world.owner
    with unit_of_work():
        kept = scenarios.attach(owner, scenario_id, paper("kept"), is_public=True)
        removed = scenarios.attach(owner, scenario_id, paper("removed"), is_public=False)
        keys, file_id = (kept.file.key, removed.file.key), removed.id
    with unit_of_work():
        scenarios.detach(owner, scenario_id, file_id)
    before = _named()
    assert removing.forget_rows() == 0  # it may be on its way to a row that will name it
    clock.shift(DAY)
    assert removing.forget_rows() == 1
    assert before - _named() == {keys[1]}
    assert removing.forget_bytes() == 0
    assert store().get(keys[1]).startswith(b"%PDF")
    assert [d for d in differences() if "files:" in d] == []
    _lain(keys[1])
    assert removing.forget_bytes() == 1
    assert store().keys() >= {keys[0]}
    assert not store().keys() & {keys[1]}


def test_what_a_row_names_is_never_removed_however_old(world: World, clock: time_machine.Coordinates) -> None:
    world.submitted_bid(world.challenge())
    world.product()
    rows = set(session().scalars(select(StoredFile.id)))
    clock.shift(timedelta(days=400))
    for key in _named():
        _lain(key)
    assert (removing.forget_rows(), removing.forget_bytes()) == (0, 0)
    session().rollback()
    assert set(session().scalars(select(StoredFile.id))) == rows


def test_a_file_of_a_sealed_draft_goes_and_one_that_was_submitted_stays(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid_id = world.bid(world.challenge()).id
    with unit_of_work():
        drafting.attach(world.vendor, bid_id, paper("submitted"))
    Stages(world, clock).submit(bid_id, "vendor")
    clock.shift(1)
    with unit_of_work():
        drafting.attach(world.vendor, bid_id, paper("draft only"))
    row = stages.bid(bid_id)
    submitted, added = (f.id for f in row.files)
    keys = {f.id: f.store_key for f in row.files}
    for key in keys.values():
        _lain(key)
    with unit_of_work():
        drafting.detach(world.vendor, bid_id, submitted)
        drafting.detach(world.vendor, bid_id, added)
    session().rollback()
    assert session().scalars(select(BidFile.id).where(BidFile.bid_id == bid_id)).all() == [submitted]
    assert removing.forget_bytes() == 0  # its day of grace begins with the removal
    for key in keys.values():
        _lain(key)
    removing.forget_bytes()
    assert {keys[submitted], keys[added]} & store().keys() == {keys[submitted]}


def test_the_worker_does_it() -> None:
    asked = "import marketplace.features, marketplace.infra.jobs.services as j; print([w.__name__ for w in j._by_the_clock])"
    told = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "remove_unused" in told.stdout


def test_on_another_database_nothing_is_removed(world: World) -> None:
    strays = [store().put(b"x") for _ in range(removing.FEW + 1)]
    for key in strays:
        _lain(key)
    assert removing.forget_bytes() == 0
    assert store().keys() >= set(strays)
    store().remove(strays[0])
    assert removing.forget_bytes() == removing.FEW


def test_what_is_no_file_of_the_store_is_left_alone(world: World) -> None:
    strange = store().root / "ab" / ".nfs0001"
    strange.parent.mkdir(exist_ok=True)
    strange.write_bytes(b"x")
    assert removing.forget_bytes() == 0
    assert [d for d in differences() if "files:" in d] == []
    strange.unlink()


def test_the_store_is_looked_through_once_an_hour(
    world: World, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "_looked_at", None)
    stray = [store().put(b"x") for _ in range(2)]
    _lain(stray[0])
    assert removing.remove_unused() == 1
    _lain(stray[1])
    assert removing.remove_unused() == 0
    clock.shift(removing.BETWEEN)
    assert removing.remove_unused() == 1
