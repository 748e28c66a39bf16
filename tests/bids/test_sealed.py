"""A sealed bid is nowhere to be read before the opening, and everywhere it belongs after it."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from sqlalchemy import select, text

from marketplace.bids.models import Bid, BidFile, BidVersion
from marketplace.bids.services import drafting
from marketplace.demo.content import paper
from marketplace.infra.sealing import services as sealing
from marketplace.infra.search.queries import Query
from marketplace.infra.search.services import engine
from marketplace.kernel.db import Base, db, session, unit_of_work
from marketplace.kernel.errors import Forbidden, Refused
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import World

pytestmark = pytest.mark.db

PARTS = ("approach", "integration", "safety", "data", "schedule", "team", "record")
UNREADABLE = "密封内容无法解开：主密钥不对，或内容被改动过。请联系系统管理员。"


def _word() -> str:
    return "".join(secrets.choice("bcdfghjklmnpqrtvwxz") for _ in range(18))


def _price() -> int:
    return 20_000_000_011 + secrets.randbelow(70_000_000_000)


@dataclass
class Markers:
    """What is planted: words in texts and names, figures in values and prices."""

    words: dict[str, str] = field(
        default_factory=lambda: {
            name: _word()
            for name in (*PARTS, "note", "financing", "price_notes", "affiliation", "declared_by", "file", "bytes")
        }
    )
    figures: dict[str, int] = field(default_factory=lambda: {"unit_price": _price(), "total_investment": _price()})
    value: str = field(default_factory=lambda: f"4{secrets.randbelow(9)}.{secrets.randbelow(10**7):07d}3")
    content: bytes = b""

    def found_in(self, data: bytes) -> list[str]:
        """Names of the markers that stand in ``data`` as text, as figures, or as a database's whole numbers."""
        lower = data.lower()
        lower += lower.replace(b"=\r\n", b"").replace(b"=\n", b"")
        found = [name for name, word in self.words.items() if word.encode() in lower or word[::2].encode() in lower]
        for name, figure in self.figures.items():
            shown = (str(figure).encode(), f"{figure:,}".encode(), figure.to_bytes(6, "big"))
            found += [name for form in shown if form in lower or form in data]
        return found + ["value"] * (self.value.encode() in data) + ["content"] * (self.content[-200:] in data)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that the site logs, down to the last detail."""
    old = structlog.get_config()
    out = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        logger_factory=structlog.PrintLoggerFactory(out),
    )
    yield out
    structlog.configure(**old)


def _planted(world: World, markers: Markers) -> int:
    """A bid typed in the browser with every field marked, refused once on the way, and submitted."""
    challenge_id = world.challenge().id
    product_id = world.product().id
    keys = [r.key for r in stages.challenge(challenge_id).content.requirements]
    browser = stages.client(world, "vendor")
    answer = browser.post(f"/zh/challenges/{challenge_id}/bid")
    bid_id = session().scalars(select(Bid.id)).one()
    assert answer.location == f"/zh/bids/{bid_id}/edit/matrix"
    w, edit = markers.words, f"/zh/bids/{bid_id}/edit"
    first, second = keys
    matrix = {
        f"r-{first}-answer": "meets", f"r-{first}-value": markers.value, f"r-{first}-unit": "kg",
        f"r-{first}-note": w["note"], f"r-{second}-answer": "meets", f"r-{second}-value": "yes",
    }  # fmt: skip
    offer = {
        "product": str(product_id), f"p-{product_id}-quantity": "1",
        f"p-{product_id}-unit_price": str(markers.figures["unit_price"]),
        "total_investment": str(markers.figures["total_investment"]),
        "financing": w["financing"], "price_notes": w["price_notes"],
    }  # fmt: skip
    declared = {
        "unclassified": "y", "truthful": "y", "affiliation": w["affiliation"], "declared_by": w["declared_by"],
    }  # fmt: skip
    markers.content = paper(w["bytes"]).data + secrets.token_bytes(400)
    number = session().get_one(Bid, bid_id).draft_number
    for part, data in (
        ("matrix", matrix),
        ("offer", offer),
        ("solution", {p: w[p] for p in PARTS}),
        ("declare", declared),
    ):
        stale = browser.post(f"{edit}/{part}", data={**data, "draft_number": "999"})
        assert stale.status_code == 409
        saved = browser.post(f"{edit}/{part}", data={**data, "draft_number": str(number)})
        assert saved.status_code == 302, saved.text
        number += 1
    upload = {"file": (io.BytesIO(markers.content), f"{w['file']}.pdf")}
    assert browser.post(f"{edit}/files", data=upload).status_code == 302
    assert browser.post(f"{edit}/check", data={"draft_number": "0"}).status_code == 409
    done = browser.post(f"{edit}/check", data={"draft_number": str(number + 1)})
    assert done.status_code == 302, stages.said(done.text)
    world.work()
    return bid_id


def _everything_written(world: World) -> bytes:
    """All that the site keeps: files, index, mailbox, queue, and every row of every table."""
    session().rollback()
    out = []
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                out += [bytes(v) if isinstance(v, (bytes, memoryview)) else str(v).encode() for v in row]
            if connection.dialect.name == "postgresql":
                out += [r[0].encode() for r in connection.execute(text(f'SELECT t::text FROM "{table.name}" t'))]
    root = Path(world.app.config["DATA"])
    paths = [p for p in root.rglob("*") if p.is_file()]
    kinds = {p.relative_to(root).parts[0] for p in paths}
    assert {"files", "index", "mailbox", "jobs.db"} <= kinds
    for path in paths:
        out += [path.name.encode(), path.read_bytes()]
        if path.suffix == ".eml":
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
            out += [str(mail["Subject"]).encode(), *(b.get_content().encode() for b in bodies if b)]
    return b"\n".join(out)


def test_nothing_of_a_sealed_bid_is_written_anywhere_before_its_opening(
    world: World, logged: io.StringIO, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    markers = Markers()
    bid_id = _planted(world, markers)
    assert markers.found_in(_everything_written(world)) == []
    out, err = capfd.readouterr()
    assert markers.found_in("\n".join((logged.getvalue(), out, err, caplog.text)).encode()) == []
    assert f'"path": "/zh/bids/{bid_id}/edit/check"' in logged.getvalue()
    for kind in ("challenge", "product", "notice"):
        for word in markers.words.values():
            assert engine().search(Query(kind=kind, keys=frozenset({"any", "role:officer"}), text=word)).total == 0


def test_the_search_for_markers_would_find_them_in_rows_mails_and_files() -> None:
    markers = Markers(content=b"x" * 300)
    for word in markers.words.values():
        assert markers.found_in(f"<p>{word.upper()}</p>".encode()) != []
        assert markers.found_in(f"{word[:9]}=\n{word[9:]}".encode()) != []
    price = markers.figures["unit_price"]
    assert markers.found_in(f"{price:,}".encode()) == ["unit_price"]
    assert markers.found_in(b"\x01" + price.to_bytes(6, "big")) == ["unit_price"]
    assert markers.found_in(b"a" + b"x" * 250) == ["content"]


def test_after_the_opening_every_word_and_figure_is_in_its_place(world: World, clock: time_machine.Coordinates) -> None:
    markers = Markers()
    bid_id = _planted(world, markers)
    challenge_id = stages.bid(bid_id).challenge_id
    Stages(world, clock).to_opening(challenge_id)
    assert world.open_bids(stages.challenge(challenge_id)) == 1
    row = stages.bid(bid_id)
    content, w = row.content, markers.words
    assert content is not None
    assert content.solution == {p: w[p] for p in PARTS}
    assert (content.financing, content.price_notes) == (w["financing"], w["price_notes"])
    assert content.total_investment == markers.figures["total_investment"]
    assert content.declarations == {
        "unclassified": True, "truthful": True, "unaffiliated": False,
        "affiliation": w["affiliation"], "declared_by": w["declared_by"],
    }  # fmt: skip
    answers = {r.value_json["typed"]: (r.answer, r.note) for r in content.responses if r.value_json}
    assert answers == {markers.value: ("meets", w["note"]), "yes": ("meets", "")}
    assert [(o.quantity, o.unit_price) for o in content.offers] == [(1, markers.figures["unit_price"])]
    (entry,) = row.files
    assert (entry.name, entry.media_type, entry.size) == (
        f"{w['file']}.pdf", "application/pdf", len(markers.content)
    )  # fmt: skip
    file_id = entry.id
    browser = stages.client(world, "officer")
    page = stages.words(browser, f"/zh/bids/{bid_id}")
    shown = [w[n] for n in (*PARTS, "note", "financing", "price_notes", "affiliation", "declared_by", "file")]
    assert [word for word in shown if word not in page] == []
    assert [f"{n:,}" in page for n in markers.figures.values()] == [True, True]
    sent = browser.get(f"/zh/bids/{bid_id}/files/{file_id}")
    assert (sent.data, sent.mimetype) == (markers.content, "application/pdf")
    assert stages.client(world, "rival").get(f"/zh/bids/{bid_id}/files/{file_id}").status_code == 404


def test_before_the_opening_only_the_bidders_people_get_page_and_file(world: World) -> None:
    markers = Markers()
    bid_id = _planted(world, markers)
    file_id = session().scalars(select(BidFile.id)).one()
    for name in ("officer", "auditor", "administrator", "owner", "rival", "stranger"):
        browser = stages.client(world, name)
        for address in (f"/zh/bids/{bid_id}", f"/zh/bids/{bid_id}/edit/matrix", f"/zh/bids/{bid_id}/files/{file_id}"):
            assert (name, browser.get(address).status_code) == (name, 404)
    assert stages.client(world, "vendor").get(f"/zh/bids/{bid_id}/files/{file_id}").data == markers.content


def test_the_one_function_that_decrypts_refuses_everybody_else_before_the_opening(world: World) -> None:
    row = world.submitted_bid(world.challenge())
    for actor in (world.officer, world.auditor, world.administrator, world.owner, world.rival):
        for sealed in (row.sealed_draft, row.counting):
            assert sealed is not None
            with pytest.raises(Forbidden):
                sealing.read(actor, sealed)
    assert sealing.read(world.vendor, row.sealed_draft)["total_investment"] == 1_440_000


def test_what_was_written_after_the_submission_stays_the_bidders_also_after_the_opening(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid_id = world.submitted_bid(world.challenge()).id
    clock.shift(1)
    with unit_of_work():
        drafting.change(world.vendor, bid_id, lambda d: d.solution.update(approach="只写给自己看的方案"))
    row = stages.bid(bid_id)
    Stages(world, clock).to_opening(row.challenge_id)
    world.open_bids(stages.challenge(row.challenge_id))
    row = stages.bid(bid_id)
    assert row.is_opened
    for actor in (world.officer, world.auditor, world.owner):
        with pytest.raises(Forbidden):
            drafting.document(actor, row)
    assert drafting.document(world.vendor, row).solution["approach"] == "只写给自己看的方案"
    assert "只写给自己看的方案" not in stages.words(stages.client(world, "officer"), f"/zh/bids/{bid_id}")


def _swap(model: Any, column: str, one: int, other: int) -> None:
    with unit_of_work() as work:
        a, b = work.get_one(model, one), work.get_one(model, other)
        first, second = getattr(a, column), getattr(b, column)
        setattr(a, column, second)
        setattr(b, column, first)


def test_two_drafts_whose_ciphertexts_were_swapped_do_not_open(world: World) -> None:
    challenge = world.challenge()
    mine = world.bid(challenge).id
    theirs = world.bid(stages.challenge(challenge.id), "rival").id
    _swap(Bid, "draft", mine, theirs)
    for actor, bid_id in ((world.vendor, mine), (world.rival, theirs)):
        with pytest.raises(Refused) as refused:
            drafting.document(actor, stages.bid(bid_id))
        assert refused.value.message == UNREADABLE
    _swap(Bid, "draft", mine, theirs)
    assert drafting.document(world.vendor, stages.bid(mine)).total_investment == 1_440_000


def test_an_older_version_put_in_the_place_of_a_newer_does_not_open(
    world: World, clock: time_machine.Coordinates
) -> None:
    bid_id = world.submitted_bid(world.challenge()).id
    clock.shift(1)
    with unit_of_work():
        drafting.change(world.vendor, bid_id, lambda d: d.solution.update(approach="新方案"))
    Stages(world, clock).submit(bid_id, "vendor")
    one, two = (v.id for v in stages.bid(bid_id).versions)
    _swap(BidVersion, "ciphertext", one, two)
    session().rollback()
    for version_id in (one, two):
        with pytest.raises(Refused) as refused:
            sealing.read(world.vendor, session().get_one(BidVersion, version_id))
        assert refused.value.message == UNREADABLE


def test_one_changed_byte_is_noticed(world: World) -> None:
    bid_id = world.bid(world.challenge()).id
    with unit_of_work() as work:
        row = work.get_one(Bid, bid_id)
        row.draft = row.draft[:-1] + bytes([row.draft[-1] ^ 1])
    with pytest.raises(Refused):
        drafting.document(world.vendor, stages.bid(bid_id))


def test_a_wrong_master_key_is_named_and_changes_nothing(
    world: World, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = world.submitted_bid(world.challenge())
    bid_id, challenge_id = row.id, row.challenge_id
    Stages(world, clock).to_opening(challenge_id)
    monkeypatch.setitem(world.app.config, "MASTER_KEY", "cd" * 32)
    with pytest.raises(Refused) as refused:
        world.open_bids(stages.challenge(challenge_id))
    assert refused.value.message == UNREADABLE
    assert stages.challenge(challenge_id).state.value == "published"
    assert (stages.bid(bid_id).state.value, stages.bid(bid_id).opened_at) == ("submitted", None)
    answer = stages.client(world, "vendor").get(f"/zh/bids/{bid_id}")
    assert (answer.status_code, UNREADABLE in stages.said(answer.text)) == (400, True)
    monkeypatch.setitem(world.app.config, "MASTER_KEY", "")
    with pytest.raises(Refused) as refused:
        sealing.read(world.vendor, stages.bid(bid_id).sealed_draft)
    assert refused.value.message == "密封所需的主密钥没有配置，请联系系统管理员。"


def test_the_receipts_digest_is_verified_from_salt_and_content_after_the_opening(
    world: World, clock: time_machine.Coordinates
) -> None:
    row = world.submitted_bid(world.challenge())
    bid_id, challenge_id = row.id, row.challenge_id
    Stages(world, clock).to_opening(challenge_id)
    world.open_bids(stages.challenge(challenge_id))
    row = stages.bid(bid_id)
    version, content = row.versions[0], row.content
    assert content is not None
    opened = sealing.read(world.officer, version)
    assert opened["salt"] == content.salt
    assert sealing.digest(opened["content"], content.salt) == version.digest
    assert sealing.digest(opened["content"], "0" * 32) != version.digest
    assert sealing.digest({**opened["content"], "total_investment": 1_440_001}, content.salt) != version.digest
    assert content.salt in stages.words(stages.client(world, "officer"), f"/zh/bids/{bid_id}")


def test_the_numbers_of_bids_and_their_files_do_not_count_them(world: World) -> None:
    challenge_id = world.challenge().id
    ids = []
    for name in ("one", "two", "three"):
        number = world.organisation(name, "vendor", verified=False).id
        with unit_of_work():
            ids.append(drafting.start(world.person(name), challenge_id, number).id)
    assert all(100_000_000 <= n < 1_000_000_000 for n in ids)
    assert abs(ids[1] - ids[0]) > 3 or abs(ids[2] - ids[1]) > 3
