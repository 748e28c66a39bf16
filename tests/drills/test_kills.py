"""The short version of ``make drill NAME=kills``: three deaths under load, and nothing is lost or done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drills.installation import installed
from tests.drills.kills import kills

pytestmark = pytest.mark.db


def test_three_deaths_under_load_lose_nothing(empty_database: str, tmp_path: Path) -> None:
    with installed(tmp_path / "site", empty_database) as (site, mails):
        aims = ["worker as a mail is accepted", "both", "worker as the index is written"]
        found = kills(site, mails, times=3, seed=5, people=3, aims=aims, pause=(0.5, 1), say=lambda _line: None)
        assert "job_failed" not in site.log("worker", 10**8)
    assert (found.lost, found.doubled, found.unexplained, found.check) == ([], [], [], "no difference")
    assert found.figures["acknowledged"] > 5
    assert found.figures["worker killed"] == 3
    assert found.figures["second copies"] >= 1
