"""A few hundred hostile requests to all that the site offers; ``make drill NAME=hostile`` sends thousands."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import time_machine
import xlsxwriter
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from marketplace.kernel.db import db
from tests.conftest import MONDAY
from tests.factories.moment import empty
from tests.hostile.changes import Change, Target, changes
from tests.hostile.pages import names_everywhere
from tests.hostile.sending import Answer, Sender, live_formulas
from tests.hostile.settled import Settled, settle

PEOPLE = ("nobody", "stranger", "owner", "vendor", "officer", "administrator", "body", "helper")
NOT_PAGES = {"static", "bootstrap.static", "root.readyz", "index", "root.mailbox", "root.favicon", "root.figures"}
"""They answer with a file, with figures or by sending elsewhere."""
EXAMPLES = settings(
    max_examples=250,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def settled(site: Flask) -> Iterator[Settled]:
    """The town, with forgery protection on as in production; nothing that is sent stays in it."""
    site.config.update(WTF_CSRF_ENABLED=True, TRUSTED_PROXIES=1)
    with time_machine.travel(MONDAY, tick=False) as clock, site.app_context():
        yield settle(site, clock, most=1, people=PEOPLE)
        db.session.remove()
    site.config.update(WTF_CSRF_ENABLED=False, TRUSTED_PROXIES=0)
    empty(site)


def test_every_form_and_page_of_the_site_is_found_by_looking_at_it(settled: Settled) -> None:
    rules = list(settled.app.url_map.iter_rules())
    takes = {r.endpoint for r in rules if "POST" in (r.methods or ())}
    shows = {r.endpoint for r in rules if "GET" in (r.methods or ())} - NOT_PAGES
    assert takes - settled.offered == set()
    assert shows - {t.endpoint for t in settled.targets if t.request.method == "GET"} == set()


def test_what_the_views_ask_a_request_for_is_sent_to_them(settled: Settled) -> None:
    sent = {n for t in settled.targets for n in (*t.names, *t.parameters)}
    asked = {n for source in ("args", "form", "values") for n in names_everywhere(settled.app, source)}
    assert {"page", "q", "act", "lead", "revision", "owner"} <= asked
    assert asked - sent == set()
    assert len(sent) > 140


def test_one_to_three_hostile_changes_of_any_request_break_nothing(settled: Settled) -> None:
    sender = Sender(settled.app, kept=settled.kept)

    @EXAMPLES
    @given(st.sampled_from(settled.targets).flatmap(lambda t: st.tuples(st.just(t), changes(t))))
    def send(example: tuple[Target, tuple[Change, ...]]) -> None:
        sender.send(*example)

    send()
    assert list(map(str, sender.tally.faults.values())) == []
    assert min(sender.tally.by_class[c] for c in ("2xx", "3xx", "4xx")) > 30
    assert len(sender.tally.endpoints) > 50


def test_files_with_hostile_cells_are_refused_or_imported_and_come_out_without_formulas(settled: Settled) -> None:
    sender = Sender(settled.app, kept=settled.kept)
    uploads = [t for t in settled.targets if t.endpoint == "exchange.upload" and t.request.files]
    assert {t.request.path.split(b"/")[3] for t in uploads} == {b"scenarios", b"products"}

    @settings(EXAMPLES, max_examples=60)
    @given(st.sampled_from(uploads).flatmap(lambda t: st.tuples(st.just(t), changes(t))))
    def send(example: tuple[Target, tuple[Change, ...]]) -> None:
        sender.send(*example)

    send()
    assert list(map(str, sender.tally.faults.values())) == []
    assert sender.tally.imported > 5


def test_a_formula_that_came_out_alive_would_be_seen() -> None:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held)
    book.add_worksheet().write_string(0, 0, "=1+1")
    book.add_worksheet().write(0, 0, "=1+1")
    book.close()
    excel = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    assert live_formulas(Answer(200, 0, excel, held.getvalue())) == ["xl/worksheets/sheet2.xml"]
    table = b'a,"=1+1",b\r\n-2,@SUM(A1),+x\r\n'
    assert live_formulas(Answer(200, 0, {"Content-Type": "text/csv"}, table)) == ['=1+1"', "@SUM(A1)", "+x"]
