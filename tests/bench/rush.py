"""The last second before a deadline: the drill's two hundred bids, as a bench's table."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.measure import Bench, Line
from tests.drills.installation import database, installed
from tests.drills.rush import BAR, passed, rush


def run() -> Bench:
    """Both databases, in milliseconds."""
    bench = Bench("rush")
    for kind in ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="rush-") as folder,
            database(kind, Path(folder) / "pg") as address,
            installed(Path(folder) / "data", address) as (site, mails),
        ):
            found = rush(site, mails, count=200, window=1.0, proxied=True)
        note = f"receipted {found['receipted']}, refused {found['refused']}, lost {found['lost']}, {found['check']}"
        p50, p95, p99 = (found[name] * 1000 for name in ("p50", "p95", "p99"))
        bench.add(
            Line(f"200 bids in a second, {kind}", "200", p50, p95, p99, f"p99 ≤ {BAR:g} s", passed(found), note=note)
        )
    return bench
