"""One worker for a data folder: a second waits, and takes over when the first is gone, however it went."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from marketplace.infra.jobs.services import the_only_worker
from tests.factories.world import World

HOLD = """
import sys, time
from pathlib import Path
from marketplace.infra.jobs.services import the_only_worker
with the_only_worker(Path(sys.argv[1])):
    print("holds", flush=True)
    time.sleep(60)
"""


def test_a_second_worker_waits_until_the_first_was_killed(tmp_path: Path) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stdout.readline() == b"holds\n"
    works = threading.Event()

    def second() -> None:
        with the_only_worker(tmp_path):
            works.set()

    waiting = threading.Thread(target=second)
    waiting.start()
    assert not works.wait(0.3)
    first.kill()
    first.wait()
    assert works.wait(10)
    waiting.join()


def test_workers_of_two_folders_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with the_only_worker(tmp_path / "one"), the_only_worker(tmp_path / "two"):
        assert {p.name for p in tmp_path.glob("*/worker.lock")} == {"worker.lock"}


def test_many_who_write_leave_one_wake(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(world.app.config, "WAKE_WORKER", True)
    huey = world.app.extensions["huey"]
    huey.flush()
    world.submitted()
    assert huey.pending_count() == 1
    huey.dequeue()
    world.product()
    assert huey.pending_count() == 1
    huey.flush()
