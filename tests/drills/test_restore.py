"""The drill: back up a real site while people write, restore it elsewhere, and find every row that was acknowledged."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.bids.models import Bid, BidVersion
from marketplace.bids.services import drafting
from marketplace.infra.sealing.services import openable
from marketplace.kernel.db import db, session
from marketplace.kernel.errors import Refused
from marketplace.web.actor import actor_of
from tests.drills.installation import MASTER_KEY, ROOT, Installation, installed
from tests.drills.kills import Log, Person
from tests.factories.crowd import crowd

pytestmark = pytest.mark.db


def _restore(source: Path, data: Path, database: str, master_key: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MARKETPLACE_")}
    if master_key:
        environment["MARKETPLACE_MASTER_KEY"] = master_key
    command = [sys.executable, "-m", "marketplace", "restore", str(source), "--data", str(data)]
    command += ["--database", database] if database else []
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_a_site_backed_up_under_load_stands_again_elsewhere(
    empty_database: str, second_database: str, tmp_path: Path
) -> None:
    source, data = tmp_path / "site.backup", tmp_path / "elsewhere"
    log, stop = Log(), threading.Event()
    with installed(tmp_path / "site", empty_database) as (site, _mails):
        app = site.application()
        with app.app_context():
            _challenge, bidders = crowd(app, 3)
            db.session.remove()
        with site.running():
            crew = [Person(site, b, n, log, stop, 1) for n, b in enumerate(bidders)]
            for person in crew:
                person.start()
            while sum(map(len, log.done.values())) < 10:
                stop.wait(0.05)
            before = {kind: list(acts) for kind, acts in log.done.items()}
            answer = site.run("backup", str(source))
            stop.set()
            for person in crew:
                person.join(60)
            assert site.run("backup", str(source)).returncode != 0
        assert (answer.returncode, answer.stderr) == (0, "")

    refused = _restore(source, tmp_path / "site", second_database, MASTER_KEY)
    assert refused.returncode != 0
    assert "is not empty" in refused.stderr
    answer = _restore(source, data, second_database, MASTER_KEY)
    assert answer.returncode == 0, answer.stderr
    assert "The master key opens the sealed bids: 1 of 1 keys." in answer.stdout
    # What was written while it ran may wait for the worker still; nothing else differs.
    assert [line for line in answer.stdout.splitlines()[3:] if "wait" not in line] in ([], ["Compared: no difference."])

    other = Installation(data, second_database).application()
    with other.app_context():
        emails = set(session().scalars(select(User.email)))
        assert set(before["register"]) <= emails
        stored = list(session().scalars(select(BidVersion.bid_id)))
        for bidder in bidders:
            sent = sum(act.startswith(f"{bidder.bid_id}/") for act in before["submit"])
            assert stored.count(bidder.bid_id) >= sent
        row = session().get_one(Bid, bidders[0].bid_id)
        actor = actor_of(row.created_by, "x")
        assert drafting.document(actor, row).solution["safety"] == "急停"
        assert "急停".encode() not in row.draft
        other.config["MASTER_KEY"] = ""
        assert openable() == (1, 0)
        with pytest.raises(Refused):
            drafting.document(actor, row)
        db.session.remove()
        db.engine.dispose()
