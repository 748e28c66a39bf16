"""The outbox: each mail is written once, sent over SMTP or into a folder, and tried again with the same identity."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask, current_app
from sqlalchemy import select

from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.mail.services import (
    RETRIES,
    Letter,
    Rendered,
    mailbox_item,
    mailbox_numbers,
    queue,
    render,
    send_due,
)
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.i18n import force_language
from tests.factories.world import World

LONG = "这一段没有换行，" * 200
MAIL = Rendered(
    subject="请确认邮箱\r\nBcc: everybody@evil.example",
    paragraphs=["第一段 <b>&", LONG],
    facts=[("编号", "SC-1")],
    action=("打开", "http://site.example/zh/?a=1&b=2"),
    reason="您收到这封信，是因为测试。",
)


class Server:
    """A mail server that keeps what it takes, and refuses the first ``refusals`` mails."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refusals: list[str] = []
        self.callers: set[tuple[str, int]] = set()

    async def handle_DATA(self, _server: Any, caller: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail, or answer the next refusal."""
        self.taken.append(envelope)
        self.callers.add(caller.peer)
        return self.refusals.pop(0) if self.refusals else "250 OK"

    def mail(self, number: int) -> EmailMessage:
        """One mail that arrived, refused ones included."""
        content = self.taken[number].content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@pytest.fixture
def smtp(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A real mail server, to which the site sends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setitem(app.config, "MAIL_TRANSPORT", "smtp")
    monkeypatch.setattr(app.extensions["mail"], "server", "127.0.0.1")
    monkeypatch.setattr(app.extensions["mail"], "port", port)
    yield server
    controller.stop()


def _queue(dedupe: str = "event:1", recipient: str = "wang@people.example") -> None:
    with current_app.test_request_context(base_url="http://site.example"), unit_of_work():
        queue([Letter(dedupe, recipient, "zh", MAIL)])


def _rows() -> list[OutboxMail]:
    session().rollback()
    return list(session().scalars(select(OutboxMail).order_by(OutboxMail.id)))


def test_a_mail_is_written_once_for_each_dedupe(app: Flask) -> None:
    _queue()
    _queue()
    _queue("event:2")
    assert [(r.dedupe, r.message_id) for r in _rows()] == [
        ("event:1", "<event.1@marketplace.example>"),
        ("event:2", "<event.2@marketplace.example>"),
    ]


def test_a_subject_is_one_line(app: Flask) -> None:
    _queue()
    assert _rows()[0].subject == "请确认邮箱 Bcc: everybody@evil.example"


def test_a_long_subject_arrives_as_it_was_written(app: Flask, smtp: Server) -> None:
    title = "新榜题：" + "冷库夜间整托出入库与跨层转运 " * 12 + "（第 3 期）"
    with app.test_request_context(base_url="http://site.example"), unit_of_work():
        queue([Letter("event:1", "wang@people.example", "zh", replace(MAIL, subject=title))])
    assert send_due() == 1
    assert smtp.mail(0)["Subject"] == title
    content = smtp.taken[0].content
    assert isinstance(content, bytes)
    assert max(len(line) for line in content.split(b"\r\n\r\n")[0].split(b"\r\n")) <= 78  # RFC 5322, 2.1.1


def test_what_is_rolled_back_is_never_sent(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(ZeroDivisionError), unit_of_work():  # noqa: PT012
        queue([Letter("event:1", "wang@people.example", "zh", MAIL)])
        raise ZeroDivisionError
    assert _rows() == []
    assert send_due() == 0


def test_a_mail_asks_no_name_server_for_the_machine(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(_name: str = "") -> str:
        raise AssertionError("a mail asked for the machine's name")

    _queue()
    app.config["MAIL_TRANSPORT"] = "files"
    monkeypatch.setattr("socket.getfqdn", asked)
    assert send_due() == 1
    assert session().scalars(select(OutboxMail.last_error)).all() == [""]


def test_a_mail_arrives_whole_in_base64_with_both_bodies(app: Flask, smtp: Server) -> None:
    _queue()
    assert send_due() == 1
    (envelope,) = smtp.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("robots@marketplace.example", ["wang@people.example"])
    assert isinstance(envelope.content, bytes)
    assert max(len(line) for line in envelope.content.split(b"\r\n")) <= 998
    assert envelope.content.isascii()
    mail = smtp.mail(0)
    assert mail["Subject"] == "请确认邮箱 Bcc: everybody@evil.example"
    assert mail["Bcc"] is None
    assert mail["Message-ID"] == "<event.1@marketplace.example>"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "zh")
    parts = {p.get_content_type(): p for p in mail.walk() if not p.is_multipart()}
    assert sorted(parts) == ["text/html", "text/plain"]
    assert {p["Content-Transfer-Encoding"] for p in parts.values()} == {"base64"}
    text, html = parts["text/plain"].get_content(), parts["text/html"].get_content()
    assert LONG in text
    assert "http://site.example/zh/?a=1&b=2" in text
    assert "第一段 &lt;b&gt;&amp;" in html
    assert "http://site.example/zh/?a=1&amp;b=2" in html
    assert "<script" not in html
    assert "<img" not in html


def test_a_mail_that_was_sent_is_not_sent_again(app: Flask, smtp: Server) -> None:
    _queue()
    assert [send_due(), send_due()] == [1, 0]
    assert len(smtp.taken) == 1
    assert (_rows()[0].sent_at, _rows()[0].attempts) == (site_clock.real_now(), 1)


def test_a_refused_mail_is_tried_again_later_with_the_same_message_id(
    app: Flask, smtp: Server, clock: time_machine.Coordinates
) -> None:
    smtp.refusals = ["451 4.7.1 Greylisted, try again later"]
    _queue()
    assert send_due() == 1
    row = _rows()[0]
    assert (row.sent_at, row.attempts) == (None, 1)
    assert "Greylisted" in row.last_error
    assert row.next_attempt_at == site_clock.real_now() + timedelta(minutes=1)
    clock.shift(timedelta(seconds=59))
    assert send_due() == 0
    clock.shift(timedelta(seconds=1))
    assert send_due() == 1
    row = _rows()[0]
    assert (row.sent_at, row.attempts, row.last_error) == (site_clock.real_now(), 2, "")
    assert smtp.mail(0)["Message-ID"] == smtp.mail(1)["Message-ID"] == "<event.1@marketplace.example>"


def test_one_refused_mail_does_not_hold_up_the_others(app: Flask, smtp: Server) -> None:
    smtp.refusals = ["550 5.1.1 No such person"]
    _queue("event:1", "gone@people.example")
    _queue("event:2", "wang@people.example")
    assert send_due() == 2
    assert [r.sent_at is not None for r in _rows()] == [False, True]


def test_mails_of_one_batch_share_a_connection_until_there_is_trouble(app: Flask, smtp: Server) -> None:
    for number in range(4):
        _queue(f"event:{number}")
    assert send_due() == 4
    assert (len(smtp.taken), len(smtp.callers)) == (4, 1)
    smtp.callers.clear()
    smtp.refusals = ["421 4.3.2 Closing"]
    for number in range(4, 8):
        _queue(f"event:{number}")
    assert send_due() == 4
    assert (len(smtp.taken), len(smtp.callers)) == (8, 2)
    assert [r.sent_at is not None for r in _rows()] == [True] * 4 + [False] + [True] * 3


def test_waiting_grows_with_each_attempt_and_after_the_last_the_mail_is_named(
    app: Flask, clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplace.console.checks import differences

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody_listens = free.getsockname()[1]
    monkeypatch.setitem(app.config, "MAIL_TRANSPORT", "smtp")
    monkeypatch.setattr(app.extensions["mail"], "server", "127.0.0.1")
    monkeypatch.setattr(app.extensions["mail"], "port", nobody_listens)
    _queue()
    waited = []
    for _attempt in RETRIES:
        assert send_due() == 1
        wait = _rows()[0].next_attempt_at - site_clock.real_now()
        waited.append(int(wait.total_seconds() // 60))
        clock.shift(wait)
    assert waited == [1, 5, 15, 60, 240, 720]
    assert "outbox: 1 mails were given up; see outbox_mail.last_error" not in list(differences())
    assert send_due() == 1
    clock.shift(timedelta(days=365))
    assert send_due() == 0
    assert (_rows()[0].attempts, _rows()[0].sent_at) == (7, None)
    assert "outbox: 1 mails were given up; see outbox_mail.last_error" in list(differences())


@pytest.mark.db
def test_others_may_write_while_a_mail_server_takes_its_time(app: Flask, smtp: Server) -> None:
    """No transaction is open while a mail is on its way: SQLite has one writer only."""
    written: list[bool] = []

    def write() -> None:
        with app.app_context(), unit_of_work() as work:
            work.connection().exec_driver_sql("UPDATE outbox_mail SET last_error = 'noticed'")
        written.append(True)

    async def take(_server: Any, _session: Any, envelope: Envelope) -> str:
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(5)
        smtp.taken.append(envelope)
        return "250 OK"

    smtp.handle_DATA = take  # type: ignore[method-assign]
    _queue()
    assert send_due() == 1
    assert (written, _rows()[0].sent_at) == ([True], site_clock.real_now())


def test_the_moved_clock_of_the_site_does_not_hold_mails_back(app: Flask) -> None:
    with site_clock.moved_to(site_clock.real_now() + timedelta(days=30)):
        _queue()
        assert send_due() == 1
    assert _rows()[0].sent_at == site_clock.real_now()


def test_the_demo_writes_each_mail_into_a_folder(app: Flask) -> None:
    _queue()
    _queue("event:2", "li@people.example")
    assert send_due() == 2
    numbers = mailbox_numbers()
    for head_only in (False, True):
        heads = [mailbox_item(number, head_only=head_only) for number in numbers]
        assert [m["To"] for m in heads] == ["li@people.example", "wang@people.example"]
    assert not list(Path(app.config["MAILBOX"]).glob("*.part"))
    assert mailbox_numbers("li@people.example") == numbers[:1]
    assert mailbox_numbers("nobody@people.example") == []


def test_a_template_is_rendered_in_the_language_of_its_reader(world: World) -> None:
    context = {"link": "http://site.example/x", "user": None}
    with world.app.test_request_context("/"):
        with force_language("en"):
            english = render("accounts/reset_asked", context)
        with force_language("zh"):
            chinese = render("accounts/reset_asked", context)
    assert chinese.subject == "重设密码，链接 2 小时内有效"
    assert english.subject.isascii()
    assert (english.action or ("", ""))[1] == "http://site.example/x"
