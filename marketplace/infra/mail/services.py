"""Queueing, rendering and sending mail."""

from __future__ import annotations

import re
import secrets
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email import charset as mail_charset
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import Compat32
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import flask_mail
from flask import current_app, render_template
from flask_mail import Message
from mjml import mjml2html
from sqlalchemy import String, Table, delete, literal, select, update
from sqlalchemy import cast as cast_to

from marketplace.infra.mail.models import OutboxMail
from marketplace.infra.mail.transports import transport
from marketplace.kernel import clock
from marketplace.kernel.db import session, unit_of_work

# Flask-Mail switches UTF-8 bodies to raw 8-bit, whose long lines mail servers refuse. Base64 takes half the room of
# quoted-printable for Chinese, and a fraction of its time.
mail_charset.add_charset("utf-8", mail_charset.SHORTEST, mail_charset.BASE64, "utf-8")

# A mail's id stands in its row. Flask-Mail makes one of its own first and asks the name server for the machine's name
# each time, which takes a fifth of a second where there is none to answer.
flask_mail.make_msgid = lambda *_parts: ""


class _AsTheyStand(Compat32):
    """Short plain headers are written as they are; taking each apart and folding it anew took a fifth of a mail's time."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """One header on the wire."""
        short = isinstance(value, str) and len(name) + len(value) < 76
        if short and value.isascii() and "\n" not in value and "\r" not in value:
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


_ON_THE_WIRE = _AsTheyStand(linesep="\r\n")

RETRIES = (1, 5, 15, 60, 240, 720)
"""Minutes to wait after each failed attempt; after the last one the mail stays and `marketplace check` names it."""
BATCH = 50


@dataclass(frozen=True)
class Rendered:
    """A mail's content in one language, from one template file that names its parts."""

    subject: str
    paragraphs: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    action: tuple[str, str] | None = None
    reason: str = ""

    def text(self) -> str:
        """The plain-text body."""
        return self._text

    def html(self) -> str:
        """The HTML body, from MJML; no picture, script or font is loaded from anywhere."""
        return self._html

    # Rendered once for all who read the same language: MJML takes longer than everything else about a mail.
    @cached_property
    def _text(self) -> str:
        return render_template("mail/_layout.txt", mail=self)

    @cached_property
    def _html(self) -> str:
        return str(mjml2html(render_template("mail/_layout.mjml", mail=self), fonts={}))


def render(template: str, context: dict[str, Any]) -> Rendered:
    """Render ``templates/mail/<template>.jinja`` in the current language."""
    found = current_app.jinja_env.get_template(f"mail/{template}.jinja").make_module(context)
    parts = cast(Any, found)
    return Rendered(
        subject=str(parts.subject),
        paragraphs=[str(p) for p in parts.paragraphs if p],
        facts=[(str(a), str(b)) for a, b in getattr(parts, "facts", []) if b not in ("", None)],
        action=getattr(parts, "action", None),
        reason=str(getattr(parts, "reason", "")),
    )


@dataclass(frozen=True)
class Letter:
    """One mail to one address; ``dedupe`` makes the same announcement reach a person once."""

    dedupe: str
    recipient: str
    language: str
    rendered: Rendered


def queue(letters: Sequence[Letter]) -> None:
    """Add mails to the outbox; one whose ``dedupe`` is known already is left out."""
    work = session()
    wanted = {letter.dedupe: letter for letter in letters}
    known = set(work.scalars(select(OutboxMail.dedupe).where(OutboxMail.dedupe.in_(wanted))))
    domain = current_app.config["MAIL_DEFAULT_SENDER"].rpartition("@")[2]
    for dedupe, letter in wanted.items():
        if dedupe in known:
            continue
        work.add(
            OutboxMail(
                dedupe=dedupe,
                recipient=letter.recipient,
                language=letter.language,
                subject=" ".join(letter.rendered.subject.split())[:300],
                text=letter.rendered.text(),
                html=letter.rendered.html(),
                message_id=f"<{dedupe.replace(':', '.')}@{domain}>",
                created_at=clock.now(),
                next_attempt_at=clock.real_now(),
            )
        )
    work.flush()


def forget(recipient: str) -> None:
    """Erase what the outbox holds of an address: what was not sent yet is dropped, what was sent loses its content."""
    work = session()
    mine = OutboxMail.recipient == recipient
    work.execute(delete(OutboxMail).where(mine, OutboxMail.sent_at.is_(None)))
    # The keys of a mail to somebody without an account name the address, too.
    named = literal("forgotten:") + cast_to(OutboxMail.id, String)
    empty = {"recipient": "", "subject": "", "text": "", "html": "", "last_error": ""}
    work.execute(update(OutboxMail).where(mine).values(dedupe=named, message_id=named, **empty))


def all_sent(recipient: str) -> bool:
    """Whether something was written to that address and nothing waits to be sent any more."""
    query = select(OutboxMail.sent_at, OutboxMail.attempts).where(OutboxMail.recipient == recipient)
    found = session().execute(query).tuples().all()
    return bool(found) and all(sent or attempts > len(RETRIES) for sent, attempts in found)


class _Letter(Message):
    """A message whose headers are written as they stand; parsing each anew for the wire took half of a mail's time."""

    boundary = ""

    def _message(self) -> Any:
        built = super()._message()
        built.policy = _ON_THE_WIRE  # first: only this policy takes a header that folds itself
        for number, part in enumerate(p for p in built.walk() if p.is_multipart()):
            part.set_boundary(f"=_{self.boundary}.{number}")  # no line of base64 reads so: no need to look for one
        if not self.subject.isascii():  # as one chain of encoded words, between which no space counts
            folds: Any = Header(self.subject, "utf-8", header_name="Subject")  # compat32 takes one; its stub knows str
            built.replace_header("Subject", folds)
        return built


def _message(row: Any) -> Message:
    message = _Letter(subject=row.subject, recipients=[row.recipient], body=row.text, html=row.html)
    message.msgId, message.boundary = row.message_id, secrets.token_hex(12)
    message.date = clock.real_now().timestamp()
    message.extra_headers = {"Auto-Submitted": "auto-generated", "Content-Language": row.language}
    return message


def send_due() -> int:
    """Send what is due; answers how many were tried.

    No transaction is open while a mail server is spoken to: a slow one must not hold up those who write. What was
    accepted is recorded at once; a worker that dies between the two sends a second copy with the same Message-ID.
    """
    work = session()
    work.rollback()
    due = list(
        work.scalars(
            select(OutboxMail.id)
            .where(OutboxMail.sent_at.is_(None), OutboxMail.next_attempt_at <= clock.real_now())
            .order_by(OutboxMail.id)
            .limit(BATCH)
        )
    )
    way = transport(current_app._get_current_object())  # type: ignore[attr-defined]
    waiting = iter(due)
    row = _next(waiting)
    work.rollback()
    try:
        while row is not None:
            problem = ""
            try:
                way.send(row.id, _message(row))
            except (OSError, smtplib.SMTPException) as error:
                problem = f"{type(error).__name__}: {error}"[:300]
            with unit_of_work() as writing:
                writing.execute(update(_MAILS).where(_MAILS.c.id == row.id).values(_outcome(row.attempts, problem)))
                row = _next(waiting)
    finally:
        way.close()
    work.rollback()
    return len(due)


def _next(waiting: Iterator[int]) -> Any:
    """The next mail as it is now: what somebody had erased since it was due is not sent."""
    for mail_id in waiting:
        found = session().execute(_CONTENT.where(_MAILS.c.id == mail_id, _MAILS.c.sent_at.is_(None))).one_or_none()
        if found is not None:
            return found
    return None


# Columns of the table, not of the mapped class: 0.8 ms instead of 1.1 for each mail that is read and recorded.
_MAILS = cast(Table, OutboxMail.__table__)
_CONTENT = select(
    *(_MAILS.c[n] for n in ("id", "recipient", "language", "subject", "text", "html", "message_id", "attempts"))
)


def _outcome(attempts: int, problem: str) -> dict[str, Any]:
    """What is recorded of an attempt after ``attempts`` others."""
    tried: dict[str, Any] = {"attempts": attempts + 1, "last_error": problem}
    if not problem:
        return tried | {"sent_at": clock.real_now()}
    wait = RETRIES[min(attempts, len(RETRIES) - 1)]
    far = timedelta(days=3650) if attempts + 1 > len(RETRIES) else timedelta(minutes=wait)
    return tried | {"next_attempt_at": clock.real_now() + far}


def mailbox_numbers(to: str = "") -> list[int]:
    """The numbers of the mails that the "files" transport wrote, newest first; ``to``: only those to an address that holds this."""
    paths = sorted(Path(current_app.config["MAILBOX"]).glob("*.eml"), reverse=True)
    return [int(p.stem) for p in paths if not to or to.encode() in _receivers(p.read_bytes())]


def _receivers(mail: bytes) -> bytes:
    # Only the head is read: a year of mails is searched for each page.
    head = re.split(rb"\r?\n\r?\n", mail, maxsplit=1)[0]
    found = re.search(rb"^To:.*(?:\r?\n[ \t].*)*", head, re.IGNORECASE | re.MULTILINE)
    return found.group() if found else b""


def mailbox_item(number: int, *, head_only: bool = False) -> EmailMessage:
    """One of them, or its head alone, which a list shows; ``FileNotFoundError`` when there is none."""
    path = Path(current_app.config["MAILBOX"]) / f"{number:08d}.eml"
    parser: BytesParser[EmailMessage] = BytesParser(policy=policy.default)
    return parser.parsebytes(path.read_bytes(), headersonly=head_only)
