"""Thousands of valid forms, each with one to three hostile changes: every one answered in time, and never with a 500.

``make drill NAME=hostile`` finds the forms and parameters by rendering every page as every kind of actor, changes them
with a fixed seed, and prints what was sent, what came back, the slowest, and each failure with its smallest example.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings

from config import Settings
from marketplace.app import create_app
from marketplace.kernel.db import db
from tests.conftest import MONDAY, Browser
from tests.drills.installation import database
from tests.hostile.changes import Change, Target, changes
from tests.hostile.sending import Sender, Tally
from tests.hostile.settled import Settled, settle


def site(data: Path, address: str) -> Flask:
    """A site as behind a proxy, with forgery protection on; what fails is raised, so that it can be named."""
    made = Settings(
        mode="test",
        data=data,
        database=address,
        secret_key="drill-" + "0123456789abcdef" * 4,
        master_key="ab" * 32,
        limits_enabled=False,
        trusted_proxies=1,
        allowed_hosts="site.example,localhost",
        site_url="http://site.example",
    )
    app = create_app(made)
    app.test_client_class = Browser
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with app.app_context():
        db.create_all()
        db.session.remove()
    return app


@contextmanager
def prepared(kind: str, each: int = 3) -> Iterator[Settled]:
    """A site on a fresh database of that kind with the whole town in it, and all that can be sent to it."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    with database(kind, folder / "pg") as address, time_machine.travel(MONDAY, tick=False) as clock:
        app = site(folder / "data", address)
        with app.app_context():
            yield settle(app, clock, most=each)
            db.session.remove()
            db.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


def bombard(sender: Sender, target: Target, times: int, number: int) -> None:
    """Send the target ``times`` changed requests; the same ones for the same seed."""
    sent = -1  # the first example is always the plainest one, the same for every target

    @seed(number)
    @settings(
        max_examples=times + 1,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(chosen=changes(target))
    def once(chosen: tuple[Change, ...]) -> None:
        nonlocal sent
        sent += 1
        if sent:
            sender.send(target, chosen)

    once()


def drill(settled: Settled, times: int, number: int) -> Tally:
    """Send about ``times`` hostile requests, more to forms with more fields."""
    sender = Sender(settled.app, kept=settled.kept)
    weights = [3 + len(t.names) + len(t.parameters) for t in settled.targets]
    for at, target in enumerate(settled.targets):
        share = round(times * sum(weights[: at + 1]) / sum(weights)) - round(times * sum(weights[:at]) / sum(weights))
        if share:
            bombard(sender, target, share, number + at)
    left = times - sender.tally.sent
    if left > 0:  # small targets have fewer different examples than their share
        largest = max(settled.targets, key=lambda t: len(t.names))
        bombard(sender, largest, left, number + 10**6)
    sender.shrink()
    return sender.tally


def _table(tally: Tally, settled: Settled, seconds: float) -> Iterator[str]:
    classes = ("2xx", "3xx", "4xx", "5xx", "too slow")
    known = {(t.endpoint, n) for t in settled.targets for n in (*t.names, *t.parameters)}
    yield (
        f"{tally.sent} requests to {len(settled.targets)} forms and pages of {len(tally.endpoints)} views, "
        f"{len(tally.names & known)} of {len(known)} fields and parameters, in {seconds:.0f} s; "
        f"{tally.followed} redirections followed, {tally.imported} files with hostile cells imported and exported again"
    )
    yield f"{'':<26}" + "".join(f"{c:>10}" for c in classes)
    yield f"{'all requests':<26}" + "".join(f"{tally.by_class[c]:>10}" for c in classes)
    for kind in sorted(tally.by_kind):
        yield f"{kind[:25]:<26}" + "".join(f"{tally.by_kind[kind][c]:>10}" for c in classes)
    yield "slowest:"
    yield from (f"  {s:6.2f} s  {what[:180]}" for s, what in tally.slowest)
    yield f"failures: {len(tally.faults)}"
    yield from (f"  {f.times} × {f}" for f in sorted(tally.faults.values(), key=lambda f: -f.times))


def main() -> int:
    """Run on the databases asked for and print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    faults = 0
    for kind in ["sqlite", "postgresql"] if asked.database == "both" else [asked.database]:
        with prepared(kind) as settled:
            begun = time.monotonic()
            tally = drill(settled, asked.times, asked.seed)
            print(f"\n{kind}, seed {asked.seed}: ", end="")
            print("\n".join(_table(tally, settled, time.monotonic() - begun)), flush=True)
            faults += len(tally.faults)
    print("ok" if not faults else "missed: no 500 and every answer within 5 s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
