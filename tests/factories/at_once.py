"""Several people at the same moment: real threads, real transactions, on both databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import text

from marketplace.kernel.db import session, unit_of_work
from tests.factories.world import World


def at_once(world: World, *acts: Callable[[], object]) -> list[str]:
    """What each act came to, all begun at the same moment: "ok", or the name of what refused or broke it."""
    session().rollback()
    together = threading.Barrier(len(acts))
    results = [""] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        with world.app.app_context():
            together.wait(10)
            try:
                with unit_of_work():
                    act()
                results[number] = "ok"
            except Exception as problem:
                results[number] = type(problem).__name__

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    session().rollback()
    return results


class Turns:
    """One act takes its rows first, and the other comes while they are held: where several may write at once (PostgreSQL).

    On SQLite whoever begins first is alone to the end, and nobody waits for a turn.
    """

    def __init__(self) -> None:
        self._several = session().get_bind().dialect.name == "postgresql"
        self._taken = threading.Event()

    def take(self) -> None:
        """Say that the rows are taken, and hold them until the other waits for one of them."""
        self._taken.set()
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        end = time.perf_counter() + 10
        while self._several and not session().scalar(waiting):
            assert time.perf_counter() < end, "the other does not wait for what is taken"
            threading.Event().wait(0.01)

    def follow(self) -> None:
        """Go on when the rows are taken."""
        assert not self._several or self._taken.wait(10)
