"""Every address of the site, asked by every kind of actor: the answers stand by hand in ``route_table``."""

from __future__ import annotations

from typing import Any

import time_machine
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.infra.search.services import apply_pending
from tests.contracts.route_table import KINDS, TABLE, Row
from tests.contracts.town import Town, build
from tests.factories.world import World


def _address(app: Flask, town: Town, row: Row) -> str:
    arguments: dict[str, Any] = {k: v[1:] if v.startswith("=") else town.ids[v] for k, v in row.arguments.items()}
    if app.url_map.is_endpoint_expecting(row.endpoint, "lang"):
        arguments["lang"] = "zh"
    with app.test_request_context():
        return url_for(row.endpoint, **arguments)


def _answer(response: TestResponse) -> str:
    to_sign_in = response.status_code == 302 and response.location.startswith("/zh/sign-in")
    return "in" if to_sign_in else str(response.status_code)


def _browsers(app: Flask, world: World) -> dict[str, FlaskClient]:
    return {kind: app.test_client() if kind == "nobody" else world.client(kind) for kind in KINDS}


def test_every_address_has_its_row_and_every_row_an_address(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - {row.endpoint for row in TABLE} == set()
    assert {row.endpoint for row in TABLE} - endpoints == set()


def test_every_row_answers_each_kind_of_actor_and_stands_once() -> None:
    assert [row.label for row in TABLE if len(row.answers.split()) != len(KINDS)] == []
    labels = [row.label for row in TABLE if row.label != "GET console.desk"]
    assert sorted(labels) == sorted(set(labels))


def test_what_only_takes_a_form_is_sent_one(app: Flask) -> None:
    reads = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert [row.label for row in TABLE if row.method == "GET" and row.endpoint not in reads] == []


def test_everybody_gets_what_the_table_says(app: Flask, world: World, clock: time_machine.Traveller) -> None:
    town = build(world, clock)
    assert apply_pending() > 0
    browsers = _browsers(app, world)
    wrong = []
    for row in TABLE:
        address = _address(app, town, row)
        for kind, expected in zip(KINDS, row.answers.split(), strict=True):
            data = row.data if row.method == "POST" else None
            try:
                answer = _answer(browsers[kind].open(address, method=row.method, data=data))
            except Exception as broken:  # one broken page must not hide the others
                answer = repr(broken)
            if answer != expected:
                wrong.append(f"{row.label}: {kind} got {answer} instead of {expected}")
    assert wrong == []


def test_what_must_not_exist_for_somebody_looks_like_what_never_was(
    app: Flask, world: World, clock: time_machine.Traveller
) -> None:
    """A 404 for somebody else's row reads the same as a 404 for a row that never was, so nothing can be probed."""
    town = build(world, clock)
    hidden = {
        "bids.show": ("bid_id", "sealed_bid"),
        "scenarios.show": ("scenario_id", "draft_scenario"),
        "challenges.show": ("challenge_id", "draft_challenge"),
        "catalogue.show": ("product_id", "draft_product"),
        "publicity.objection": ("objection_id", "objection"),
    }
    browser = world.client("rival")
    for endpoint, (name, row) in hidden.items():
        there = _address(app, town, Row(endpoint, "", {name: row}))
        never = _address(app, town, Row(endpoint, "", {name: "=987654"}))
        found = [browser.get(address) for address in (there, never)]
        assert [response.status_code for response in found] == [404, 404], endpoint
        shown = [response.text.replace(response.headers["X-Request-Id"], "") for response in found]
        pages = [page.partition("<main")[2].partition("</main>")[0] for page in shown]
        assert pages[0] != "", endpoint
        assert pages[0] == pages[1], endpoint
