"""Kill -9 at random moments under load: nothing that was acknowledged is lost, and nothing is done twice.

``make drill NAME=kills [TIMES=50] [SEED=1] [DATABASE=sqlite]`` starts web, worker and a mail server, lets people
register accounts, save and submit bids and rename products over HTTP, and again and again kills the worker, the web
service, or both, without warning, and starts them anew. In the end it waits until every queue is empty and counts.

Every act carries a number. An act is acknowledged when the site answered with its success. Then it must stand exactly
once in the rows, with its mails and its search entry. An act that was cut off may stand once or not at all, but whole.
A second copy of a mail may leave only where the worker died between the mail server's acceptance and its own record
of it, and both copies carry the same Message-ID.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from marketplace.accounts.models import User
from marketplace.bids.models import Bid, BidVersion
from marketplace.catalogue.models import Product
from marketplace.infra.announcements import Announcement
from marketplace.infra.audit.models import AuditRow
from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.search.models import IndexJob
from marketplace.infra.search.queries import Query
from marketplace.infra.search.services import engine
from marketplace.kernel.db import db, session
from tests.drills.browser import Browser, hidden
from tests.drills.installation import Installation, MailServer, database, installed
from tests.factories.crowd import Bidder, crowd
from tests.factories.world import PASSWORD

ANONYMOUS = 100_000


@dataclass
class Log:
    """What people did and were told, by kind: acknowledged and cut off."""

    done: dict[str, list[str]] = field(default_factory=lambda: {"register": [], "submit": [], "rename": []})
    cut: dict[str, list[str]] = field(default_factory=lambda: {"register": [], "submit": [], "rename": []})
    surprises: list[str] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, act: str, answer: Any, *, good: bool) -> None:
        """File one act; an answer that is neither success nor a cut is a surprise."""
        with self.guard:
            if good:
                self.done[kind].append(act)
            else:
                self.cut[kind].append(act)
                if answer is not None and answer.status < 500:
                    self.surprises.append(f"{kind} {act}: {answer.status}")


class Person(threading.Thread):
    """One vendor's manager who submits a bid anew again and again, renames products, and registers colleagues."""

    def __init__(self, site: Installation, bidder: Bidder, number: int, log: Log, stop: threading.Event, seed: int):
        super().__init__(daemon=True)
        self.site, self.bidder, self.number, self.log, self.stop_now = site, bidder, number, log, stop
        self.random = random.Random(seed * 1000 + number)
        self.browser: Browser | None = None
        self.acts = 0

    def run(self) -> None:
        """Act until told to stop; a cut connection is noted and survived."""
        while not self.stop_now.is_set():
            self.acts += 1
            try:
                if self.browser is None:
                    fresh = Browser(self.site.port, self.number, timeout=30)
                    fresh.sign_in(self.bidder.email, PASSWORD)
                    self.browser = fresh
                self.random.choice((self.register, self.submit, self.rename))(f"{self.number}-{self.acts}")
            except (OSError, LookupError, RuntimeError):
                # Nothing was asked for yet: the page before it did not come.
                time.sleep(0.1)
            time.sleep(self.random.uniform(0, 0.1))

    def _send(self, kind: str, act: str, path: str, token: str, to: str, fields: dict[str, Any]) -> bool:
        browser = self.browser if kind != "register" else self.stranger
        assert browser is not None
        answer = None
        try:
            answer = browser.post(path, token, **fields)
        except (OSError, ValueError):
            pass
        except Exception as cut:  # http.client's own ways to say that the line broke
            if type(cut).__module__ != "http.client":
                raise
        good = answer is not None and answer.status == 302 and answer.location.startswith(to)
        self.log.note(kind, act, answer, good=good)
        return good

    def register(self, act: str) -> None:
        """Make an account: one row, one mail."""
        self.stranger = Browser(self.site.port, ANONYMOUS + self.random.randrange(2**20), timeout=30)
        page = self.stranger.get("/zh/register")
        email = f"act-{act}@people.example"
        token = hidden(page.text, "csrf_token")
        self._send(
            "register",
            email,
            "/zh/register",
            token,
            "/zh/register/sent",
            {"email": email, "name": act, "password": PASSWORD, "agreed": "y"},
        )

    def submit(self, act: str) -> None:
        """Change the draft and submit it: one more version, one receipt."""
        assert self.browser is not None
        base = f"/zh/bids/{self.bidder.bid_id}/edit"
        page = self.browser.get(f"{base}/solution")
        parts = {"approach": f"方案 {act}", "safety": "急停", "schedule": "六个月"}
        number = hidden(page.text, "draft_number")
        saved = self.browser.post(f"{base}/solution", hidden(page.text, "csrf_token"), draft_number=number, **parts)
        if saved.status != 302:
            return
        page = self.browser.get(f"{base}/check")
        number = hidden(page.text, "draft_number")
        to = f"/zh/bids/{self.bidder.bid_id}"
        act = f"{self.bidder.bid_id}/{act}"
        self._send("submit", act, f"{base}/check", hidden(page.text, "csrf_token"), to, {"draft_number": number})

    def rename(self, act: str) -> None:
        """Give the listed product another name: one revision more, and search finds it by the new name."""
        assert self.browser is not None
        path = f"/zh/products/{self.bidder.product_id}/edit"
        page = self.browser.get(path)
        fields = {"name_zh": f"产品 K{act}K", "summary_zh": "转运", "model": "M3", "domain": "healthcare"}
        fields |= {"price_kind": "on_request", "tasks": "medical_assistance", "revision": hidden(page.text, "revision")}
        token = hidden(page.text, "csrf_token")
        act = f"{self.bidder.product_id}/{act}"
        self._send("rename", act, path, token, f"/zh/products/{self.bidder.product_id}", fields)


@dataclass
class Found:
    """What is wrong in the end; empty lists mean that nothing is."""

    figures: dict[str, int]
    lost: list[str]
    doubled: list[str]
    unexplained: list[str]
    check: str

    @property
    def fine(self) -> bool:
        """Whether nothing was lost, doubled or left unexplained."""
        return not (self.lost or self.doubled or self.unexplained) and self.check == "no difference"


def kills(
    site: Installation,
    mails: MailServer,
    *,
    times: int,
    seed: int,
    people: int = 6,
    aims: Sequence[str] = (),
    pause: tuple[float, float] = (0.5, 4),
    say: Any = print,
) -> Found:
    """Kill the services ``times`` times under load, by chance or in the order of ``aims``; answers what was lost."""
    chance = random.Random(seed)
    app = site.application()
    with app.app_context():
        _challenge, bidders = crowd(app, people)
        first_revisions = dict(session().execute(select(Product.id, Product.revision)).tuples().all())
        db.session.remove()
    log, stop = Log(), threading.Event()
    killed: list[float] = []
    with site.running():
        crew = [Person(site, b, n, log, stop, seed) for n, b in enumerate(bidders)]
        for person in crew:
            person.start()
        for number in range(1, times + 1):
            time.sleep(chance.uniform(*pause))
            aim = aims[number - 1] if aims else chance.choice(AIMS)
            _strike(site, mails, aim, killed)
            say(f"  {number:3} {aim}, after {sum(map(len, log.done.values()))} acts")
        time.sleep(1)
        stop.set()
        for person in crew:
            person.join(60)
        with app.app_context():
            drained(120)
        check = site.run("check").stdout.strip()
    with app.app_context():
        found = _count(log, mails, killed, first_revisions, check)
        db.session.remove()
        db.engine.dispose()
    return found


AIMS = ("worker", "worker as a mail is accepted", "worker as the index is written", "web", "web's child", "both")
"""What is killed: at any moment, or aimed at the moments where most could go wrong."""


def _strike(site: Installation, mails: MailServer, aim: str, killed: list[float]) -> None:
    """Kill what ``aim`` says and start it anew."""
    victims = {"web": ["web"], "web's child": ["web"], "both": ["web", "worker"]}.get(aim, ["worker"])
    if aim == "worker as a mail is accepted":
        struck = threading.Event()

        def strike() -> None:
            # Before the server's "250 OK": the mail is out, and the worker does not know.
            site.kill("worker")
            killed.append(time.time())
            struck.set()

        mails.on_acceptance = strike
        if not struck.wait(10):
            mails.on_acceptance = None
    elif aim == "worker as the index is written":
        before, until = _segments(site), time.monotonic() + 10
        while _segments(site) == before and time.monotonic() < until:
            time.sleep(0.001)
    if aim == "web's child":
        if site.database:
            site.kill_child("web")
            site.wait_until_alive()
            return
        aim = "web"
    for service in victims:
        if service in site.services:
            site.kill(service)
            if service == "worker":
                killed.append(time.time())
    for service in victims:
        site.start(service)
    if "web" in victims:
        site.wait_until_alive()


def _segments(site: Installation) -> set[str]:
    return {p.name for p in (site.data / "index").glob("index-*/*")}


def drained(seconds: float) -> None:
    """Wait until nothing waits for the worker."""
    until = time.monotonic() + seconds
    waiting = -1
    while time.monotonic() < until:
        work = session()
        work.rollback()
        waiting = sum(
            work.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
            for table, *conditions in (
                (Announcement, Announcement.done_at.is_(None)),
                (OutboxMail, OutboxMail.sent_at.is_(None)),
                (IndexJob,),
            )
        )
        work.rollback()
        if waiting == 0:
            return
        time.sleep(0.2)
    raise RuntimeError(f"{waiting} rows still wait for the worker after {seconds:g} s")


def _count(log: Log, mails: MailServer, killed: list[float], first_revisions: dict[int, int], check: str) -> Found:
    work = session()
    lost: list[str] = []
    doubled: list[str] = []
    unexplained = list(log.surprises)

    def exactly(kind: str, act: str, count: int, *, acknowledged: bool) -> None:
        if count > 1:
            doubled.append(f"{kind} {act}: {count} times")
        if acknowledged and count == 0:
            lost.append(f"{kind} {act}")

    # Accounts and their mails.
    accounts = Counter(work.scalars(select(User.email)))
    queued = Counter(work.scalars(select(OutboxMail.recipient)))
    arrived = {(m.recipient, m.message_id) for m in mails.taken}
    letters = Counter(recipient for recipient, _id in arrived)
    for acknowledged, acts in ((True, log.done["register"]), (False, log.cut["register"])):
        for email in acts:
            exactly("account", email, accounts[email], acknowledged=acknowledged)
            exactly("mail to", email, letters[email], acknowledged=accounts[email] > 0)
            if queued[email] != accounts[email]:
                unexplained.append(f"account {email}: {accounts[email]} rows, {queued[email]} mails in the outbox")

    # Bids: as many versions as submissions were acknowledged, at most as many more as were cut off; each with its receipt.
    acknowledged_by = Counter(int(act.partition("/")[0]) for act in log.done["submit"])
    cut_by = Counter(int(act.partition("/")[0]) for act in log.cut["submit"])
    versions = Counter(work.scalars(select(BidVersion.bid_id)))
    moves = Counter(work.scalars(select(AuditRow.subject_id).where(AuditRow.act.in_(("bid.submit", "bid.resubmit")))))
    submitted = Counter(
        row.payload["bid_id"] for row in work.scalars(select(Announcement).where(Announcement.event == "BidSubmitted"))
    )
    for bid in work.scalars(select(Bid)):
        count = versions[bid.id]
        if count < acknowledged_by[bid.id]:
            lost.append(f"bid {bid.id}: {acknowledged_by[bid.id]} receipted, {count} stored")
        if count > acknowledged_by[bid.id] + cut_by[bid.id]:
            doubled.append(f"bid {bid.id}: {acknowledged_by[bid.id]}+{cut_by[bid.id]} sent, {count} stored")
        if not count == moves[bid.id] == submitted[bid.id]:
            unexplained.append(
                f"bid {bid.id}: {count} versions, {moves[bid.id]} audited, {submitted[bid.id]} announced"
            )

    # Every mail of the outbox arrived; a second copy only across the worker's death.
    for row in work.scalars(select(OutboxMail)):
        if (row.recipient, row.message_id) not in arrived:
            lost.append(f"mail {row.message_id} to {row.recipient}")
    copies: dict[tuple[str, str], list[float]] = {}
    for mail in mails.taken:
        copies.setdefault((mail.recipient, mail.message_id), []).append(mail.at)
    repeated = {key: sorted(at) for key, at in copies.items() if len(at) > 1}
    for (recipient, message_id), at in repeated.items():
        if not all(any(a <= k <= b for k in killed) for a, b in zip(at, at[1:], strict=False)):
            doubled.append(f"mail {message_id} to {recipient}: {len(at)} copies and no death between them")
    known_ids = set(work.scalars(select(OutboxMail.message_id)))
    unexplained += [f"mail {m} to {r} has no row" for r, m in arrived if m not in known_ids]

    # Products: as many revisions as edits were acknowledged, and search finds each by the name that it has now.
    acknowledged_by = Counter(int(act.partition("/")[0]) for act in log.done["rename"])
    cut_by = Counter(int(act.partition("/")[0]) for act in log.cut["rename"])
    for product in work.scalars(select(Product)):
        edits = product.revision - first_revisions[product.id]
        if edits < acknowledged_by[product.id]:
            lost.append(f"product {product.id}: {acknowledged_by[product.id]} edits acknowledged, {edits} stored")
        if edits > acknowledged_by[product.id] + cut_by[product.id]:
            doubled.append(f"product {product.id}: {acknowledged_by[product.id]} edits, {edits} stored")
        hits = engine().search(Query("product", frozenset({"any"}), text=product.name.zh))
        if hits.relaxed or hits.ids.count(product.id) != 1:
            lost.append(f"search entry of product {product.id}, {product.name.zh}")
    entries = engine().known()
    figures = {
        "acknowledged": sum(map(len, log.done.values())),
        "cut off": sum(map(len, log.cut.values())),
        "mails": len(copies),
        "second copies": sum(len(at) - 1 for at in repeated.values()),
        "search entries": len(entries),
        "worker killed": len(killed),
    }
    return Found(figures, lost, doubled, unexplained, check)


def main() -> int:
    """Run the drill and print what was lost and what was doubled."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    with database(given.database, folder / "pg") as address, installed(folder / "data", address) as (site, mails):
        found = kills(site, mails, times=given.times, seed=given.seed)
        failed = [line for s in ("web", "worker") for line in site.log(s, 10**8).splitlines() if "_failed" in line]
    print("  ".join(f"{name}: {count}" for name, count in found.figures.items()))
    for title, lines in (("lost", found.lost), ("doubled", found.doubled), ("unexplained", found.unexplained)):
        print(f"{title}: {len(lines)}")
        for line in lines[:20]:
            print(f"  {line}")
    print(f"jobs that failed and were tried again: {len(failed)}")
    print(f"marketplace check: {found.check}")
    if found.fine:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"everything is kept in {folder}")
    return 0 if found.fine else 1


if __name__ == "__main__":
    sys.exit(main())
