"""Hostile values in every parameter and field of every page that somebody can reach: refused or cleaned, never a 500."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from marketplace.bids.models import BidFile
from marketplace.bids.services import drafting
from marketplace.demo.content import paper
from marketplace.evaluation.models import BidStage
from marketplace.kernel.db import session, unit_of_work
from marketplace.organisations import services as organisations
from marketplace.publicity import services as publicity
from marketplace.rounds.models import Stage
from marketplace.scenarios.views import STEPS
from tests.factories import stages
from tests.factories.homes import home
from tests.factories.rounds import Rounds
from tests.factories.stages import Stages
from tests.factories.world import World

VALUES = {
    "NUL": "a%00b",
    "a lone surrogate": "%ED%A0%80",
    "broken UTF-8": "%FF%FE%C3",
    "a huge number": str(10**30),
    "a large number": "4294967296",
    "not a number": "NaN",
    "infinity": "-1e999",
    "digits of another script": quote("１２３٣"),
    "a date out of range": "99999-99-99",
    "a long text": "x" * 100_000,
    "marks that turn text around": quote("\u202e\u2066abc\u2069\ufeff"),
    "a formula and brackets": quote('=HYPERLINK("http://x","y")%s%(x)s${x}{0}\\'),
    "markup": quote("\"'><script>alert(1)</script>{{7*7}}{% raw %}"),
    "nothing": "",
}
PARAMETERS = (
    "q", "page", "sort", "view", "domain", "state", "budget", "task", "district", "period", "mode", "consortium",
    "price", "lease", "stage", "subject", "next", "to", "email", "vendor", "lead", "lang", "v", "parameter", "value", "unit",
    "id", "group", "scenario", "product", "differing",
)  # fmt: skip
FIELDS = (
    "act", "stage", "count", "reason", "answer", "user", "role", "given", "session", "lead", "add", "drop", "product",
    "draft_number", "revision", "prefill", "stay", "why-reason", "closes_on", "reason_zh", "member", "theme", "text",
    "by", "next", "parameter", "remove", "id", "home", "scenario", "quota", "codes", "districts", "consent_on", "area", "few_reason",
)  # fmt: skip
READERS = (
    "challenges",
    "products",
    "notices",
    "audit",
    "mailbox",
    "sign-in",
    "confirm",
    "new",
    "inbox",
    "prove",
    "bid",
    "fits",
    "compare",
    "needs",
    "gaps",
    "introductions",
)
"""The last part of the addresses of pages that read their query; the others are asked once."""
SPARED = {
    "/<lang>/sign-out", "/<lang>/account/sessions", "/<lang>/clock", "/<lang>/account/password", "/<lang>/account/data",
}  # fmt: skip
"""They would end the sessions or move the clock that the rest of the walk needs; tests/accounts sends them worse."""


@pytest.fixture
def guarded(app: Flask) -> Iterator[Flask]:
    """The site as it answers in production: an error becomes a page."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    app.config["PROPAGATE_EXCEPTIONS"] = True


@pytest.fixture
def ids(world: World, clock: time_machine.Coordinates) -> dict[str, int]:
    """One row of everything that has an address: one challenge open, one already shortlisted with an objection."""
    story = Stages(world, clock)
    challenge_id, bids, notice_id = story.shortlisted("alpha")
    with unit_of_work():
        matter = {"matter": "报告", "grounds": "有误", "evidence": paper("Proof")}
        objection_id = publicity.object_to(world.owner, notice_id, **matter).id
    open_id = world.challenge("另一项").id
    product_id = world.product().id
    bid_id = story.draft(open_id, "vendor", vendor=(world.vendor_id, product_id))
    with unit_of_work():
        drafting.attach(world.vendor, bid_id, paper("Report"))
    draft_id = world.draft("草稿").id
    made = Rounds(world)
    # The owner's manager also works for a body that recommends and writes down what homes need.
    body_id = world.organisation("owner", "service_body").id
    with unit_of_work():
        organisations.set_scope(world.officer, body_id, is_body=True, districts=["310115"], codes=[])
    round_id = made.open(stage=Stage.SCENARIOS)
    made.sent(round_id)
    home(world, body_id, "owner")
    world.work()
    found = {
        "challenge_id": open_id, "shortlisted": challenge_id, "bid_id": bid_id, "opened": bids["alpha"],
        "notice_id": notice_id, "objection_id": objection_id, "product_id": product_id, "scenario_id": draft_id,
        "organisation_id": world.vendor_id, "owner_id": world.owner_id, "number": 1,
        "user_id": world.users["stranger"],
        "round_id": round_id, "body_id": body_id,
        "file_id": session().scalars(select(BidFile.id)).one(),
        "stage_id": session().scalars(select(BidStage.id)).one(),
    }  # fmt: skip
    session().rollback()
    return found


WORDS = {
    "part": ("matrix", "offer", "solution", "files", "declare", "check"),
    "step": tuple(STEPS),
    "name": ("scenarios", "opening", "objections"),
    "token": ("abc",),
    "parameter": ("payload",),
    "kind": ("innovative",),
}


def _addresses(app: Flask, ids: dict[str, int], method: str) -> list[str]:
    """Every address of the site with real ids in it."""
    found = []
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or "filename" in rule.arguments:
            continue
        path = re.sub(r"<any\(zh,en\):lang>", "<lang>", rule.rule)
        if path in SPARED:
            continue
        path = path.replace("<lang>", "zh")
        others = {"challenge_id": ids["shortlisted"], "bid_id": ids["opened"], "organisation_id": ids["owner_id"]}
        for chosen in ids, ids | others:
            filled = re.sub(r"<int:(\w+)>", lambda m, chosen=chosen: str(chosen.get(m[1], 1)), path)
            missing = re.search(r"<(\w+)>", filled)
            options = WORDS[missing[1]] if missing else ("",)
            found += [re.sub(r"<\w+>", option, filled) for option in options]
    return list(dict.fromkeys(found))


def _broken(answers: list[tuple[str, int]]) -> list[str]:
    return [f"{what} → {status}" for what, status in answers if status >= 500 and "/readyz" not in what]


def _dealt(names: Iterable[str], turn: int) -> list[tuple[str, str]]:
    """A value for each name; in as many turns as there are values each name gets each of them."""
    values = list(VALUES.values())
    return [(name, values[(number + turn) % len(values)]) for number, name in enumerate(names)]


def test_no_query_parameter_of_any_page_breaks_it(guarded: Flask, world: World, ids: dict[str, int]) -> None:
    answers: list[tuple[str, int]] = []
    read = set()
    for name in ("", "vendor", "owner", "officer", "auditor"):
        browser = stages.client(world, name)
        for address in _addresses(guarded, ids, "GET"):
            thoroughly = address.split("/")[-1] in READERS and address not in read
            for turn in range(len(VALUES) if thoroughly else 1):
                query = "&".join(f"{p}={v[:10_000]}" for p, v in _dealt(PARAMETERS, turn))
                status = browser.get(f"{address}?{query}").status_code
                answers.append((f"{name}: {address}, turn {turn}", status))
                if status in (302, 404):
                    break
            else:
                read.add(address)
    assert _broken(answers) == []
    assert len([a for a in answers if a[1] == 200]) > 300


def _fields(page: str) -> set[str]:
    """The names of the fields on a page."""
    return {html.unescape(n) for n in re.findall(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"', page)}


def test_no_field_of_any_form_breaks_it(guarded: Flask, world: World, ids: dict[str, int]) -> None:
    answers = []
    tried = set()
    for name in ("", "vendor", "owner", "officer", "administrator"):
        browser = stages.client(world, name)
        for address in _addresses(guarded, ids, "POST"):
            shown = browser.get(address)
            if shown.status_code not in (200, 405):  # hidden from this person; 405: a button's address
                continue
            fields = sorted((_fields(shown.text) | set(FIELDS)) - {"act"})
            same = (address, *fields, name if shown.status_code == 405 else "")
            if same in tried:
                continue
            tried.add(same)
            acts = sorted(set(re.findall(r'name="act" value="(\w+)"', shown.text)) - {"cancel", "withdraw"})
            for turn, (what, value) in enumerate(VALUES.items()):
                act = acts[turn % len(acts)] if acts and turn % 4 else value[:100]
                pairs = [(f, value) for f in fields] if len(value) < 10_000 else _dealt(fields, turn)
                body = "&".join(f"{quote(f)}={v}" for f, v in [*pairs, ("act", act)])
                answer = browser.post(address, data=body, content_type="application/x-www-form-urlencoded")
                answers.append((f"{name}: {address} act={act} with {what}", answer.status_code))
    assert _broken(answers) == []
    assert len({what.split()[1] for what, _status in answers}) > 40
    assert {200, 302, 404, 422} <= {status for _what, status in answers}


def test_no_number_in_an_address_breaks_it(guarded: Flask, world: World) -> None:
    officer, administrator = stages.client(world, "officer"), stages.client(world, "administrator")
    rules = [r.rule for r in guarded.url_map.iter_rules() if "<int:" in r.rule and "GET" in (r.methods or ())]
    answers = []
    for number in ("0", "2147483647", "2147483648", "9" * 30, "-1", "%00", "1e3", "NaN"):
        for rule in rules:
            path = re.sub(r"<any\(zh,en\):lang>", "zh", re.sub(r"<int:\w+>", number, rule))
            browser = administrator if "/people/" in path else officer
            answers.append((path, browser.get(re.sub(r"<\w+>", "matrix", path)).status_code))
    assert len(answers) > 160
    assert [a for a in answers if a[1] != 404] == []


NAMES = (
    "\x00.pdf",
    "../../etc/passwd",
    "\u202efdp.exe",
    "x" * 5000 + ".pdf",
    ".pdf",
    "CON.pdf",
    "a\r\nb.pdf",
    "=1.csv",
)


def test_no_file_name_breaks_an_upload_or_its_download(guarded: Flask, world: World, ids: dict[str, int]) -> None:
    browser = stages.client(world, "vendor")
    address = f"/zh/bids/{ids['bid_id']}"
    statuses = [
        browser.post(f"{address}/edit/files", data={"file": (io.BytesIO(paper("A").data), name)}).status_code
        for name in NAMES
    ]
    assert set(statuses) == {302, 422}
    kept = drafting.document(world.vendor, stages.bid(ids["bid_id"])).files
    assert len(kept) == 1 + statuses.count(302)
    assert [c for f in kept for c in f.name if c in "/\\\x00\r\n\u202e"] == []
    for file in kept:
        got = browser.get(f"{address}/files/{file.id}")
        assert (got.status_code, got.headers["Content-Disposition"].startswith("attachment")) == (200, True)
