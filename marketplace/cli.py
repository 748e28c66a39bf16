"""The command line: run, serve, worker, check, reindex, workflow, and what an installation needs."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import structlog

from config import Settings


def _app(settings: Settings | None = None) -> Any:
    from marketplace.app import create_app

    return create_app(settings)


def _upgrade(app: Any, revision: str = "head") -> None:
    from marketplace.app import upgrade_database

    upgrade_database(app, revision)


@click.group()
def main() -> None:
    """The marketplace of robots and scenarios."""


def _secrets(data: Path) -> None:
    """Put secret and master key into the environment; a fresh demo writes random ones beside its data."""
    path = data / "secrets.env"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(
            f"MARKETPLACE_SECRET_KEY={secrets.token_hex(32)}\nMARKETPLACE_MASTER_KEY={secrets.token_hex(32)}\n"
        )
    for line in path.read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


# For glibc: threads share what they free, and large pieces go back to the system at once.
FREES_MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072"}


@main.command()
@click.option("--port", default=8000, help="Where the site listens.")
@click.option("--host", default="127.0.0.1", help="The address it listens on.")
@click.option("--data", default="var", type=click.Path(path_type=Path), help="The folder of everything it writes.")
def run(port: int, host: str, data: Path) -> None:
    """Make the database, seed the demo once, start web and worker; Ctrl-C stops both."""
    data = data.resolve()
    _secrets(data)
    os.environ.update(MARKETPLACE_MODE="demo", MARKETPLACE_DATA=str(data), MARKETPLACE_SITE_URL=f"http://{host}:{port}")
    from marketplace.demo.seed import seed

    app = _app()
    # What this process and its children log goes to a file: the terminal shows progress, addresses and accounts only.
    log = (data / "log.jsonl").open("a")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
    _upgrade(app)
    with app.app_context():
        seed(click.echo)
    for name, value in FREES_MEMORY.items():
        os.environ.setdefault(name, value)
    command = [sys.executable, "-m", "marketplace"]
    children = [
        subprocess.Popen([*command, "serve", "--port", str(port), "--host", host], stdout=log, stderr=log),
        subprocess.Popen([*command, "worker"], stdout=log, stderr=log),
    ]
    _announce(app, f"http://{host}:{port}", data)
    _supervise(children)


def _announce(app: Any, address: str, data: Path) -> None:
    import json

    accounts = json.loads((data / "demo-accounts.json").read_text("utf-8"))
    click.echo(f"\n  {address}/zh/    {address}/en/    mails: {address}/mailbox\n")
    shown = [a for number, a in enumerate(accounts) if a["role"] not in {b["role"] for b in accounts[:number]}]
    for account in shown:
        click.echo(f"  {account['role']:<16} {account['email']:<32} {account['password']}   {account['organisation']}")
    click.echo(f"  and {len(accounts) - len(shown)} more in {data / 'demo-accounts.json'}")
    click.echo(f"\n  log: {data / 'log.jsonl'}    stop: Ctrl-C\n")


def _supervise(children: list[subprocess.Popen[bytes]]) -> None:
    stopping = False

    def stop(_number: int, _frame: Any) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        while not stopping and all(child.poll() is None for child in children):
            time.sleep(0.2)
    finally:
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
    if not stopping:
        click.echo("The site stopped by itself. The reason stands at the end of the log; is the port in use?", err=True)
        sys.exit(1)


@main.command()
@click.option("--port", default=8000)
@click.option("--host", default="127.0.0.1")
def serve(port: int, host: str) -> None:
    """Serve the site with waitress, for demo and development; production uses gunicorn with wsgi:app."""
    from waitress import serve as serve_

    from marketplace.matching.market import warm

    settings = Settings()
    app = _app(settings)
    warm(app)
    serve_(
        app,
        host=host,
        port=port,
        threads=8,
        ident="",
        max_request_body_size=settings.max_request_bytes,
        # The site itself decides which proxies it believes.
        clear_untrusted_proxy_headers=not settings.trusted_proxies,
    )


@main.command()
def worker() -> None:
    """Run the worker: mails, index, whatever time makes due."""
    from marketplace.infra.jobs.services import consume
    from marketplace.matching.market import warm

    app = _app()
    warm(app)
    consume(app)


@main.command()
def migrate() -> None:
    """Bring the database to the newest migration."""
    _upgrade(_app())


@main.command("make-migration")
@click.argument("message")
def make_migration(message: str) -> None:
    """Write a migration for what the models say and the database does not."""
    from flask_migrate import migrate as write

    from marketplace.app import with_migrations

    with with_migrations(_app()).app_context():
        write(message=message)


@main.command()
def reindex() -> None:
    """Build the search index anew beside the old one and swap it in; the site goes on answering."""
    with _app().app_context():
        from marketplace.infra.search.services import rebuild

        click.echo(f"{rebuild()} documents")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="The person in whose name it is done.")
@click.option(
    "--organisation", "code", help="The organisation's USCC, where the person has several or types for another."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="In which to name mistakes.")
def import_(file: Path, email: str, code: str | None, dry_run: bool, language: str) -> None:
    """Import scenarios or products from Excel or JSON: all of FILE, or nothing; every mistake is named at its place."""
    with _app().app_context():
        from marketplace.exchange.command import carry_out
        from marketplace.kernel.errors import Refused
        from marketplace.kernel.i18n import force_language

        with force_language(language):
            try:
                sys.exit(carry_out(click.echo, file, email=email, code=code, dry_run=dry_run))
            except Refused as refusal:
                click.echo(refusal.message or "not found", err=True)
                sys.exit(1)


@main.command()
@click.argument("scenario", type=click.File("rb"))
@click.argument("products", type=click.File("rb"))
@click.option("--explain", default=50, show_default=True, help="How many of each ranking to explain.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day on which evidence must stand; today if left out."
)
def match(scenario: Any, products: Any, explain: int, on: Any) -> None:
    """Rank the products of one file for each scenario of another, and print why, as JSON; no database is asked.

    Both are in the import format as JSON (/schemas/scenarios-1.json, /schemas/products-1.json). Track records, which it
    does not hold, play no part. The score and its parts: decision 0013.
    """
    import json

    import marketplace.features  # noqa: F401
    from marketplace.exchange.fitting import Wrong, matched
    from marketplace.kernel import clock
    from marketplace.kernel.errors import Invalid

    day = on.date() if on else clock.today()
    try:
        found = matched(scenario.read(), products.read(), today=day, explained=explain)
    except Wrong as wrong:
        raise click.ClickException("\n".join(map(str, wrong.problems))) from wrong
    except Invalid as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@main.command()
def check() -> None:
    """Compare rows, files, index, outbox and audit chain, and say what differs; exit 1 when something does."""
    app = _app()
    with app.app_context():
        from marketplace.console.checks import differences
        from marketplace.infra.jobs.services import load_clock

        load_clock(app)
        found = list(differences())
        for line in found:
            click.echo(line)
        click.echo("no difference" if not found else f"{len(found)} differences")
        sys.exit(1 if found else 0)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write the running site's rows and stored files into FILE; the keys that open sealed bids are not in it."""
    from marketplace.infra.backup.services import BackupRefused
    from marketplace.infra.backup.services import backup as write
    from marketplace.kernel.db import db

    app = _app()
    with app.app_context():
        try:
            manifest, digest = write(db.engine, app.extensions["file_store"], file)
        except BackupRefused as refused:
            raise click.ClickException(str(refused)) from refused
    click.echo(f"{file}: {manifest.rows} rows, {manifest.files} files, schema {manifest.schema}, {manifest.made_at}")
    click.echo(f"SHA-256 of its manifest: {digest}")
    click.echo("Not in it: master key and secret key (keep them apart), the search index (restore builds it).")


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--data", required=True, type=click.Path(path_type=Path), help="An empty or new folder.")
@click.option("--database", envvar="MARKETPLACE_DATABASE", default="", help="An empty one; left out: SQLite in --data.")
def restore(file: Path, data: Path, database: str) -> None:
    """Restore FILE into an empty data folder and database, migrate forward, build the index, compare everything.

    Give MARKETPLACE_MASTER_KEY in the environment, and the answer says whether it opens the sealed bids.
    """
    from marketplace.infra.backup.services import BackupRefused
    from marketplace.infra.backup.services import restore as read
    from marketplace.kernel.db import db

    if data.exists() and any(data.iterdir()):
        raise click.ClickException(f"{data} is not empty; a backup is restored into an empty folder only.")
    # Whatever mode the site will run in: production would not start without a master key, and rows come back without.
    settings = Settings(mode="development", data=data, database=database)
    app = _app(settings)
    with app.app_context():
        try:
            manifest = read(file, db.engine, app.extensions["file_store"], lambda revision: _upgrade(app, revision))
        except BackupRefused as refused:
            raise click.ClickException(str(refused)) from refused
        click.echo(f"{manifest.rows} rows and {manifest.files} files of {manifest.made_at} are back.")
        _finish_restore()


def _finish_restore() -> None:
    from marketplace.console.checks import differences
    from marketplace.infra.sealing.services import openable
    from marketplace.infra.search.services import rebuild

    click.echo(f"Search index: {rebuild()} documents.")
    keys, opened = openable()
    if not keys:
        click.echo("Nothing is sealed.")
    elif not os.environ.get("MARKETPLACE_MASTER_KEY"):
        click.echo("No MARKETPLACE_MASTER_KEY was given: sealed bids are there and stay sealed; all else is restored.")
    elif opened < keys:
        click.echo(
            f"WRONG MASTER KEY: it opens {opened} of {keys} keys. Sealed bids stay sealed; all else is restored."
        )
    else:
        click.echo(f"The master key opens the sealed bids: {opened} of {keys} keys.")
    found = list(differences())
    click.echo("\n".join(found) or "Compared: no difference.")
    sys.exit(1 if found or (opened < keys and os.environ.get("MARKETPLACE_MASTER_KEY")) else 0)


@main.command()
@click.argument("name", required=False)
def workflow(name: str | None) -> None:
    """Print the state machines as Mermaid diagrams."""
    import marketplace.features  # noqa: F401
    from marketplace.kernel.workflow import WORKFLOWS

    for subject, table in WORKFLOWS.items():
        if name in (None, subject):
            click.echo(f"%% {subject}\n{table.diagram()}\n")


@main.command("create-administrator")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create_administrator(email: str, name: str, password: str) -> None:
    """Make the first administrator of an installation."""
    with _app().app_context():
        from marketplace.accounts.services import check_password_rules, create_confirmed
        from marketplace.kernel.db import unit_of_work

        check_password_rules(password, email)
        with unit_of_work():
            create_confirmed(email=email, name=name, password=password, roles=("administrator",))
    click.echo(f"{email} may now give roles to others.")


@main.command("reset-second-factor")
@click.argument("email")
@click.option("--reason", prompt=True, help="Why; it stands in the audit and in the mail to the person.")
def reset_second_factor(email: str, reason: str) -> None:
    """Take the second factor away from somebody who lost it, when no administrator can."""
    with _app().app_context():
        from marketplace.accounts import queries, services
        from marketplace.kernel.actor import SYSTEM
        from marketplace.kernel.db import unit_of_work
        from marketplace.kernel.errors import Refused

        user = queries.by_email(email)
        if user is None:
            raise click.ClickException(f"There is no account {email}.")
        try:
            with unit_of_work():
                services.reset_second_factor(SYSTEM, user.id, reason=reason)
        except Refused as refusal:
            raise click.ClickException(refusal.message) from refusal
    click.echo(f"{email} now signs in with the password alone, and is told so by mail.")


@main.command()
@click.option("--data", default="var", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(data: Path, yes: bool) -> None:
    """Throw the demo's data away, so that the next run begins anew."""
    data = data.resolve()
    bases = [f"{name}.db{end}" for name in ("marketplace", "jobs") for end in ("", "-wal", "-shm")]
    folders = ["files", "imports", "index", "mailbox", "metrics"]
    notes = ["secrets.env", "demo-accounts.json", "log.jsonl", "worker.lock", "audit-heads.jsonl"]
    doomed = [p for p in (data / name for name in (*bases, *folders, *notes)) if p.exists()]
    if doomed and not yes and not click.confirm(f"Delete {len(doomed)} entries in {data}?"):
        return
    remove: Callable[[Path], Any]
    for path in doomed:
        remove = shutil.rmtree if path.is_dir() else Path.unlink
        remove(path)
    click.echo(f"{data} is empty; `make run` begins anew.")
