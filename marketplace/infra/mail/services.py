"""Queueing, rendering and sending mail."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import charset as mail_charset
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from flask import current_app, render_template
from flask_mail import Mail, Message
from mjml import mjml2html
from sqlalchemy import select

from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel import clock
from marketplace.kernel.db import session, unit_of_work

# Flask-Mail switches UTF-8 bodies to raw 8-bit, whose long lines mail servers refuse.
mail_charset.add_charset("utf-8", mail_charset.SHORTEST, mail_charset.QP, "utf-8")

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
        return render_template("mail/_layout.txt", mail=self)

    def html(self) -> str:
        """The HTML body, from MJML; no picture, script or font is loaded from anywhere."""
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


def queue(*, dedupe: str, recipient: str, language: str, rendered: Rendered) -> None:
    """Add a mail to the outbox; nothing happens when ``dedupe`` is known already."""
    work = session()
    if work.scalar(select(OutboxMail.id).where(OutboxMail.dedupe == dedupe)):
        return
    domain = current_app.config["MAIL_DEFAULT_SENDER"].rpartition("@")[2]
    work.add(
        OutboxMail(
            dedupe=dedupe,
            recipient=recipient,
            language=language,
            subject=" ".join(rendered.subject.split())[:300],
            text=rendered.text(),
            html=rendered.html(),
            message_id=f"<{dedupe.replace(':', '.')}@{domain}>",
            created_at=clock.now(),
            next_attempt_at=clock.real_now(),
        )
    )
    work.flush()


def _message(row: OutboxMail) -> Message:
    message = Message(subject=row.subject, recipients=[row.recipient], body=row.text, html=row.html)
    message.msgId = row.message_id
    message.date = clock.real_now().timestamp()
    message.extra_headers = {"Auto-Submitted": "auto-generated", "Content-Language": row.language}
    return message


def send_due() -> int:
    """Send what is due, one transaction a mail; answers how many were tried."""
    folder = Path(current_app.config["MAILBOX"])
    by_file = current_app.config["MAIL_TRANSPORT"] == "files"
    with unit_of_work() as work:
        due = list(
            work.scalars(
                select(OutboxMail.id)
                .where(OutboxMail.sent_at.is_(None), OutboxMail.next_attempt_at <= clock.real_now())
                .order_by(OutboxMail.id)
                .limit(BATCH)
            )
        )
    mail: Mail = current_app.extensions["mail"]
    for mail_id in due:
        with unit_of_work() as work:
            row = work.get(OutboxMail, mail_id, with_for_update=True)
            if row is None or row.sent_at is not None:
                continue
            row.attempts += 1
            try:
                if by_file:
                    _write(folder, row)
                else:
                    mail.send(_message(row))
                row.sent_at, row.last_error = clock.real_now(), ""
            except (OSError, smtplib.SMTPException) as error:
                row.last_error = f"{type(error).__name__}: {error}"[:300]
                wait = RETRIES[min(row.attempts - 1, len(RETRIES) - 1)]
                far = timedelta(days=3650) if row.attempts > len(RETRIES) else timedelta(minutes=wait)
                row.next_attempt_at = clock.real_now() + far
    return len(due)


def _write(folder: Path, row: OutboxMail) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{row.id:08d}.eml"
    partial = path.with_suffix(".part")
    partial.write_bytes(_message(row).as_bytes())
    partial.replace(path)


def mailbox(limit: int = 200) -> Iterator[tuple[int, EmailMessage]]:
    """The mails that the "files" transport wrote, newest first, with their numbers."""
    folder = Path(current_app.config["MAILBOX"])
    for path in sorted(folder.glob("*.eml"), reverse=True)[:limit]:
        yield int(path.stem), mailbox_item(int(path.stem))


def mailbox_item(number: int) -> EmailMessage:
    """One of them; ``FileNotFoundError`` when there is none."""
    path = Path(current_app.config["MAILBOX"]) / f"{number:08d}.eml"
    return cast(EmailMessage, message_from_bytes(path.read_bytes(), policy=policy.default))
