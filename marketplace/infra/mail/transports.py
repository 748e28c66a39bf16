"""How a mail leaves: into files for the demo, or over SMTP with one connection for a batch."""

from __future__ import annotations

import contextlib
import smtplib
from pathlib import Path
from typing import Protocol

from flask import Flask
from flask_mail import Connection, Mail, Message


class Transport(Protocol):
    """Takes mails one by one; raises ``OSError`` or ``SMTPException`` for one that it could not hand over."""

    def send(self, number: int, message: Message) -> None:
        """Hand over the mail of the outbox row ``number``."""

    def close(self) -> None:
        """Let go of what was opened."""


class Files:
    """Each mail is a file in the mailbox's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, number: int, message: Message) -> None:
        """Write the mail under its number; a partial file is never seen."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{number:08d}.eml"
        partial = path.with_suffix(".part")
        partial.write_bytes(message.as_bytes())
        partial.replace(path)

    def close(self) -> None:
        """Nothing is open."""


class Smtp:
    """One connection, made for the first mail and again after any trouble."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._connection: Connection | None = None

    def send(self, number: int, message: Message) -> None:
        """Hand the mail to the server; after a failure the next one gets a fresh connection."""
        if self._connection is None:
            self._connection = self._mail.connect().__enter__()
        try:
            self._connection.send(message)
        except (OSError, smtplib.SMTPException):
            self.close()
            raise

    def close(self) -> None:
        """Say goodbye; a server that is gone already does not mind."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.host is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.host.quit()


def transport(app: Flask) -> Transport:
    """What the settings ask for."""
    if app.config["MAIL_TRANSPORT"] == "files":
        return Files(Path(app.config["MAILBOX"]))
    return Smtp(app.extensions["mail"])
