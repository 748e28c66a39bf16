"""Two hundred people writing bids at once: a draft saved every five seconds by each, on PostgreSQL behind gunicorn."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from marketplace.kernel.db import db
from tests.bench.measure import Bench, Line, summary
from tests.drills.browser import Browser, hidden
from tests.drills.installation import database, installed
from tests.factories.crowd import Bidder, crowd
from tests.factories.world import PASSWORD

PEOPLE, PAUSE, ROUNDS = 200, 5.0, 4


def run() -> Bench:
    """Milliseconds of each save."""
    bench = Bench("autosave")
    with (
        tempfile.TemporaryDirectory(prefix="autosave-") as folder,
        database("postgresql", Path(folder) / "pg") as address,
        installed(Path(folder) / "data", address) as (site, _mails),
    ):
        app = site.application()
        with app.app_context():
            _challenge, bidders = crowd(app, PEOPLE)
            db.session.remove()
            db.engine.dispose()
        with site.running():
            found, refused = _write(site.port, bidders)
    line = Line(f"a draft saved, {PEOPLE / PAUSE:.0f} a second", f"{len(found)} saves", *summary(found), "p95 ≤ 150 ms",
                note=f"{refused} refused")  # fmt: skip
    line.met = line.p95 <= 150 and not refused
    bench.add(line)
    return bench


def _write(port: int, bidders: list[Bidder]) -> tuple[list[float], int]:
    browsers = [Browser(port, number, proxied=True) for number in range(len(bidders))]

    def enter(pair: tuple[Browser, Bidder]) -> tuple[str, str]:
        browser, bidder = pair
        browser.sign_in(bidder.email, PASSWORD)
        page = browser.get(f"/zh/bids/{bidder.bid_id}/edit/solution")
        return hidden(page.text, "csrf_token"), hidden(page.text, "draft_number")

    with ThreadPoolExecutor(6) as pool:
        tokens = list(pool.map(enter, zip(browsers, bidders, strict=True)))
    found: list[float] = []
    refused = 0
    begin = time.time() + 1

    def save(number: int) -> None:
        nonlocal refused
        browser, bidder, (token, draft) = browsers[number], bidders[number], tokens[number]
        for go in range(ROUNDS):
            time.sleep(max(0.0, begin + go * PAUSE + number * PAUSE / len(bidders) - time.time()))
            start = time.perf_counter()
            answer = browser.autosave(
                f"/zh/bids/{bidder.bid_id}/edit/solution", token, draft_number=draft,
                approach=f"第 {go} 次修改：先测量现场，再分两阶段替换班次。" * 8,
            )  # fmt: skip
            found.append((time.perf_counter() - start) * 1000)
            if answer.status == 200:
                draft = str(json.loads(answer.text)["revision"])
            else:
                refused += 1

    threads = [threading.Thread(target=save, args=(number,)) for number in range(len(bidders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found, refused
