"""The README's chapter on deployment, run word for word: every command of it, and the files beside it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Settings
from tests.drills.installation import MailServer, fresh_database
from tests.factories.running import ROOT, answers, free_port

DEPLOY = ROOT / "docs" / "deploy"
CHAPTER = (ROOT / "README.md").read_text("utf-8").partition("## Deploy")[2].partition("\n## ")[0]
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", CHAPTER, re.DOTALL)
    for line in block.splitlines()
]
BIN = Path(sys.executable).parent


def _command(beginning: str) -> list[str]:
    (found,) = [c for c in COMMANDS if c.startswith(f".venv/bin/{beginning}")]
    program, *rest = shlex.split(found)
    return [str(BIN / Path(program).name), *rest]


def _environment(changes: dict[str, str]) -> dict[str, str]:
    """The documented file, filled in for this machine."""
    lines = (DEPLOY / "marketplace.env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines) | changes
    return {k: v for k, v in os.environ.items() if not k.startswith("MARKETPLACE_")} | given


def _run(command: list[str], environment: dict[str, str], typed: str = "") -> str:
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, input=typed)
    assert answer.returncode == 0, f"{command}: {answer.stdout}{answer.stderr}"
    return answer.stdout


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """Where the documented site sends its mail."""
    with MailServer().listening() as server:
        yield server


def test_the_chapter_is_followed_word_for_word(postgres: str, mails: MailServer, tmp_path: Path) -> None:
    with fresh_database(postgres, "documented") as first, fresh_database(postgres, "documented_too") as second:
        _follow(first, second, mails, tmp_path)


def _follow(first: str, second: str, mails: MailServer, tmp_path: Path) -> None:
    secrets = {"MARKETPLACE_SECRET_KEY": os.urandom(32).hex(), "MARKETPLACE_MASTER_KEY": os.urandom(32).hex()}
    here = {"MARKETPLACE_DATA": str(tmp_path / "data"), "MARKETPLACE_DATABASE": first}
    there = {"MARKETPLACE_DATA": str(tmp_path / "other"), "MARKETPLACE_DATABASE": second}
    environment = _environment(secrets | here | {"MARKETPLACE_SMTP_PORT": str(mails.port)})
    _run(_command("python -m marketplace migrate"), environment)
    typed = "root@people.example\nAdmin\na long sentence\na long sentence\n"
    assert "may now give roles" in _run(_command("python -m marketplace create-administrator"), environment, typed)

    port = free_port()
    web = [part.replace(":8000", f":{port}") for part in _command("gunicorn")]
    log = (tmp_path / "log").open("wb")
    services = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        for command in (web, _command("python -m marketplace worker"))
    ]
    try:
        assert answers(f"http://127.0.0.1:{port}/readyz", services[0]), (tmp_path / "log").read_text()
        target = str(tmp_path / "site.backup")
        named = [target if part.endswith("site.backup") else part for part in _command("python -m marketplace backup")]
        assert "SHA-256 of its manifest" in _run(named, environment)
        assert "no difference" in _run(_command("python -m marketplace check"), environment)
    finally:
        for service in services:
            service.send_signal(signal.SIGTERM)
        for service in services:
            service.wait(40)
        log.close()

    restore = [target if part.endswith("site.backup") else part for part in _command("python -m marketplace restore")]
    restore[restore.index("--data") + 1] = there["MARKETPLACE_DATA"]
    assert "Compared: no difference." in _run(restore, environment | there)
    assert _run(_command("python -m marketplace reindex"), environment | there).strip() == "0 documents"


def test_every_command_of_the_chapter_is_run_or_named_here() -> None:
    run = ("migrate", "create-administrator", "worker", "backup", "check", "restore", "reindex")
    others = {
        "python3 -m venv .venv",
        ".venv/bin/pip install --require-hashes -r requirements-prod.lock",
        ".venv/bin/pybabel compile -d marketplace/translations",
        "openssl rand -hex 32",
        "set -a; . /etc/marketplace.env; set +a",
    }
    left = {c for c in COMMANDS if not c.startswith(tuple(f".venv/bin/python -m marketplace {r}" for r in run))}
    assert {c for c in left if not c.startswith(".venv/bin/gunicorn ")} == others
    assert (ROOT / "requirements-prod.lock").exists()


@pytest.mark.parametrize(("name", "beginning"), [("web", "gunicorn"), ("worker", "python -m marketplace worker")])
def test_a_unit_runs_what_the_chapter_says(name: str, beginning: str) -> None:
    unit = (DEPLOY / f"marketplace-{name}.service").read_text()
    started = re.search(r"^ExecStart=/opt/marketplace/(.*)$", unit, re.MULTILINE)
    assert started is not None
    assert started[1] in COMMANDS
    assert started[1].startswith(f".venv/bin/{beginning}")
    assert "EnvironmentFile=/etc/marketplace.env" in unit
    assert "ReadWritePaths=/srv/marketplace" in unit


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
@pytest.mark.parametrize("name", ["web", "worker"])
def test_systemd_understands_a_unit(name: str, tmp_path: Path) -> None:
    unit = (DEPLOY / f"marketplace-{name}.service").read_text()
    copy = tmp_path / f"marketplace-{name}.service"
    # The programs and the user stand on the real machine only.
    copy.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit).replace("=marketplace\n", "=root\n"))
    answer = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True)
    assert [line for line in answer.stderr.splitlines() if copy.name in line] == []


def test_the_documented_environment_is_what_the_settings_know_and_accept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = dict(line.split("=", 1) for line in (DEPLOY / "marketplace.env").read_text().splitlines())
    known = {f"MARKETPLACE_{name.upper()}" for name in Settings.model_fields}
    assert set(lines) - known == set()
    keys = {"MARKETPLACE_SECRET_KEY": os.urandom(32).hex(), "MARKETPLACE_MASTER_KEY": os.urandom(32).hex()}
    for name, value in (lines | keys | {"MARKETPLACE_DATA": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    assert Settings().is_production


def test_nginx_says_what_the_site_believes_of_it() -> None:
    conf = (DEPLOY / "nginx.conf").read_text()
    assert "proxy_pass http://127.0.0.1:8000;" in conf
    for line in (
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        'proxy_set_header X-Request-Start "t=${msec}";',
    ):
        assert conf.count(line) == 1
    assert re.search(r"location = /metrics \{\s+return 404;", conf)
    most = re.search(r"client_max_body_size (\d+)m;", conf)
    assert most is not None
    assert int(most[1]) * 1024 * 1024 > Settings(mode="test").max_request_bytes
    assert conf.count("{") - conf.count("${") == conf.count("}") - conf.count("${")
