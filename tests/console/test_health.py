"""What the site says of its health, to whom, and what it never says: how many bids are sealed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from marketplace.infra.jobs.services import beat
from marketplace.infra.search.services import rebuild
from marketplace.rounds.models import Stage
from tests.factories.rounds import Rounds
from tests.factories.world import World


def _figures(client: FlaskClient, **given: Any) -> dict[str, float]:
    answer = client.get("/metrics", **given)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _space, value in lines}


@pytest.mark.db
def test_the_figures_tell_what_waits(world: World, clock: time_machine.Coordinates) -> None:
    client = world.app.test_client()
    world.product()
    before = _figures(client)
    assert before["marketplace_worker_heartbeat_age_seconds"] == -1
    assert before["marketplace_announcements_waiting"] > 0
    assert before["marketplace_index_queue"] > 0
    world.work()
    beat()
    clock.shift(timedelta(seconds=30))
    after = _figures(client)
    assert after["marketplace_worker_heartbeat_age_seconds"] == 30
    waiting = ("announcements_waiting", "index_queue", "outbox_waiting", "outbox_oldest_seconds", "outbox_given_up")
    assert {after[f"marketplace_{name}"] for name in waiting} == {0}


def test_requests_are_counted_by_endpoint_and_status(client: FlaskClient) -> None:
    name = 'marketplace_request_seconds_count{endpoint="discovery.home",status="200"}'
    before = _figures(client).get(name, 0)
    client.get("/zh/")
    client.get("/en/")
    assert _figures(client)[name] == before + 2


def test_the_figures_look_the_same_whether_a_bid_was_submitted_or_saved(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid = world.bid(world.challenge())
    browser, bid_id = world.client("vendor"), bid.id
    bids = 'marketplace_request_seconds_count{endpoint="bids",status="ok"}'
    counted = []
    for part in ("solution", "check"):
        before = _figures(browser)
        world.work()
        number = browser.get(f"/zh/bids/{bid_id}/edit/{part}").text
        number = number.partition('name="draft_number"')[2].partition('value="')[2].partition('"')[0]
        fields = {"draft_number": number, "approach": "方案", "safety": "急停", "schedule": "六个月"}
        assert browser.post(f"/zh/bids/{bid_id}/edit/{part}", data=fields).status_code == 302
        after = _figures(browser)
        assert [name for name in after if "bids." in name] == []
        assert after["marketplace_bids_opened"] == 0
        counted.append(after[bids] - before.get(bids, 0))
    assert counted == [2, 2]


def test_the_figures_are_for_this_machine_only(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_with_a_token_the_figures_are_for_who_knows_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "a token of the settings")
    client, far = app.test_client(), {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer ä"}).status_code == 404
    headers = {"Authorization": "Bearer a token of the settings"}
    assert client.get("/metrics", headers=headers, environ_base=far).status_code == 200


ONE_OF_TWO = """
import sys
from flask import Flask
from marketplace.infra import metrics
app = Flask("one")
app.config["DATA"] = sys.argv[1]
metrics.start(app, processes=2)
with app.app_context():
    metrics.observe("discovery.home", 200, 0.01)
    print(metrics.exposition()[0].decode())
"""


def test_each_of_several_processes_tells_the_sum_of_all(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PROMETHEUS_MULTIPROC_DIR"}
    said = [
        subprocess.run(
            [sys.executable, "-c", ONE_OF_TWO, str(tmp_path)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _process in range(2)
    ]
    name = 'marketplace_request_seconds_count{endpoint="discovery.home",status="200"}'
    assert [float(text.partition(name)[2].split()[0]) for text in said] == [1, 2]


def test_readiness_names_the_worker_that_is_silent(client: FlaskClient, clock: time_machine.Coordinates) -> None:
    beat()
    rebuild()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"], answer.json["worker"]) == (200, "ready", "ok")
    assert answer.json["index"].startswith("index-")
    clock.shift(timedelta(seconds=181))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["worker"], answer.json["worker_seconds"]) == (503, "missing", 181)


def test_each_request_is_one_line_that_tells_its_cost_and_no_secret(
    app: Flask, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import structlog

    monkeypatch.setattr("marketplace.web.security.log", structlog.get_logger())
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr("marketplace.web.security.log.info", lambda event, **said: lines.append(said), raising=False)
    answer = app.test_client().get("/zh/reset/a-secret-token-from-a-mail")
    (line,) = lines
    assert line["id"] == answer.headers["X-Request-Id"]
    assert (line["endpoint"], line["status"], line["path"]) == ("accounts.reset", answer.status_code, "/zh/reset/…")
    assert (line["ms"] >= 0, line["queries"] > 0, line["user"]) == (True, True, None)
    assert "a-secret-token" not in json.dumps(line)


def test_the_figures_do_not_tell_how_many_bids_went_to_a_body(world: World) -> None:
    made = Rounds(world)
    made.body()
    bid_id = world.submitted_bid(made.challenge(made.open(stage=Stage.BIDS))).id
    browser = world.client("vendor")
    assert browser.post(f"/zh/bids/{bid_id}/recommending").status_code == 302
    assert [name for name in _figures(browser) if "recommending" in name] == []
