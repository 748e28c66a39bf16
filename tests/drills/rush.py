"""Two hundred bids within the last second before a deadline: each receipted and stored, or clearly refused.

``make drill NAME=rush`` runs it on PostgreSQL behind gunicorn, as documented for production, and on SQLite behind
waitress, as the demo runs. The drill plays the proxy: it writes when a request arrived (X-Request-Start).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from marketplace.bids.models import BidVersion
from marketplace.kernel.db import db, session
from tests.drills.browser import Answer, Browser, hidden, said
from tests.drills.installation import ROOT, Installation, MailServer, database, installed
from tests.drills.kills import drained
from tests.factories.crowd import Bidder, close_in, crowd
from tests.factories.world import PASSWORD

LATE = "截止"
BAR = 5.0
"""Seconds that the slowest hundredth may take (quality.md)."""


@dataclass
class Attempt:
    """One bid sent at the last moment, and what came of it."""

    bidder: Bidder
    browser: Browser
    token: str = ""
    draft_number: str = ""
    sent_at: float = 0
    seconds: float = 0
    answer: Answer | None = None
    problem: str = ""

    @property
    def path(self) -> str:
        """Where the bid is submitted."""
        return f"/zh/bids/{self.bidder.bid_id}/edit/check"

    def prepare(self) -> None:
        """Sign in and look at the draft for the last time."""
        self.browser.sign_in(self.bidder.email, PASSWORD)
        page = self.browser.get(self.path)
        self.token, self.draft_number = hidden(page.text, "csrf_token"), hidden(page.text, "draft_number")

    def send(self, at: float) -> None:
        """Wait for the moment, then press the button."""
        time.sleep(max(0.0, at - time.time()))
        self.sent_at = time.time()
        try:
            self.answer = self.browser.post(self.path, self.token, draft_number=self.draft_number)
        except OSError as problem:
            self.problem = repr(problem)
        self.seconds = time.time() - self.sent_at

    @property
    def outcome(self) -> str:
        """``receipted``, ``refused`` in words that say why, or ``broken``."""
        if self.answer is None:
            return "broken"
        if self.answer.status == 302 and self.answer.location == f"/zh/bids/{self.bidder.bid_id}":
            return "receipted"
        clear = self.answer.status in (409, 503) and (LATE in said(self.answer.text) or self.answer.status == 503)
        return "refused" if clear else "broken"


def rush(site: Installation, mails: MailServer, *, count: int, window: float, proxied: bool) -> dict[str, Any]:
    """Let ``count`` vendors submit within ``window`` seconds before a deadline; answers the figures."""
    app = site.application()
    with app.app_context():
        challenge_id, bidders = crowd(app, count)
        db.session.remove()
    with site.running():
        attempts = [Attempt(b, Browser(site.port, n, proxied=proxied)) for n, b in enumerate(bidders)]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(Attempt.prepare, attempts))
        ahead = 4.0
        with app.app_context():
            drained(120)
            close_in(challenge_id, ahead)
            db.session.remove()
        first = time.time() + ahead - window
        load = os.getloadavg()[0]
        threads = [
            threading.Thread(target=a.send, args=(first + window * 0.98 * n / count,)) for n, a in enumerate(attempts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with app.app_context():
            drained(120)
            db.session.remove()
        said_by_check = site.run("check").stdout.strip()
    with app.app_context():
        stored = set(session().scalars(select(BidVersion.bid_id)))
        db.session.remove()
        db.engine.dispose()
    return _figures(attempts, stored, mails, said_by_check) | {"count": count, "window": window, "load": load}


def _figures(attempts: list[Attempt], stored: set[int], mails: MailServer, check: str) -> dict[str, Any]:
    outcomes = Counter(a.outcome for a in attempts)
    receipted = {a.bidder.bid_id for a in attempts if a.outcome == "receipted"}
    refused = {a.bidder.bid_id for a in attempts if a.outcome == "refused"}
    cuts = statistics.quantiles([a.seconds for a in attempts], n=100, method="inclusive")
    last_mail = {m.recipient for m in mails.taken[-len(receipted) :]} if receipted else set()
    return {
        "receipted": outcomes["receipted"],
        "refused": outcomes["refused"],
        "broken": outcomes["broken"],
        "lost": len(receipted - stored),
        "refused_but_stored": len(refused & stored),
        "without_mail": len({a.bidder.email for a in attempts if a.outcome == "receipted"} - last_mail),
        "p50": round(cuts[49], 2),
        "p95": round(cuts[94], 2),
        "p99": round(cuts[98], 2),
        "max": round(max(a.seconds for a in attempts), 2),
        "check": check,
        "broken_examples": [
            a.problem or said(a.answer.text if a.answer else "") for a in attempts if a.outcome == "broken"
        ][:3],
    }


def passed(found: dict[str, Any]) -> bool:
    """Whether nothing was lost or unclear, in time."""
    wrong = ("broken", "lost", "refused_but_stored", "without_mail")
    return not any(found[name] for name in wrong) and found["p99"] <= BAR and found["check"] == "no difference"


def main() -> int:
    """Run on both databases and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--window", type=float, default=1.0, help="seconds within which all are sent")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--without-proxy", action="store_true", help="nobody writes when a request arrived")
    given = parser.parse_args()
    kinds = ["sqlite", "postgresql"] if given.database == "both" else [given.database]
    columns = ("receipted", "refused", "broken", "lost", "without_mail", "p50", "p95", "p99", "max", "load")
    print(f"{'database':<12}" + "".join(f"{c:>14}" for c in columns))
    results, fine = {}, True
    for kind in kinds:
        folder = Path(tempfile.mkdtemp(prefix="rush-"))
        with database(kind, folder / "pg") as address, installed(folder / "data", address) as (site, mails):
            found = rush(site, mails, count=given.count, window=given.window, proxied=not given.without_proxy)
        shutil.rmtree(folder, ignore_errors=True)
        results[kind] = found
        fine = fine and passed(found)
        print(f"{kind:<12}" + "".join(f"{round(found[c], 2):>14}" for c in columns))
        for line in [*found["broken_examples"], *(() if found["check"] == "no difference" else [found["check"]])]:
            print(f"  {line}")
    out = ROOT / "var" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / "rush.json").write_text(json.dumps(results, ensure_ascii=False, indent=1))
    print("ok" if fine else f"missed: everything receipted or clearly refused, nothing lost, p99 within {BAR:g} s")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
