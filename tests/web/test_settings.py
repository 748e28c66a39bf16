"""Production refuses to start with a setting that would be unsafe, and says which; secrets stay out of what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import UNSAFE_SECRET, Settings

SAFE: dict[str, Any] = {
    "mode": "production",
    "secret_key": "correct horse battery staple and some more",
    "master_key": "0123456789abcdef" * 4,
    "site_url": "https://robots.example",
    "allowed_hosts": "robots.example, www.robots.example",
    "mail_transport": "smtp",
}


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of whoever runs the tests says nothing."""
    monkeypatch.delenv("FLASK_DEBUG", raising=False)


def test_what_is_safe_starts_with_cookies_over_tls_only(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, **SAFE)
    assert (settings.secure_cookies, settings.shows_workings) == (True, False)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"secret_key": UNSAFE_SECRET}, "SECRET_KEY needs"),
        ({"secret_key": "short"}, "SECRET_KEY needs"),
        ({"secret_key": "x" * 40}, "SECRET_KEY needs"),
        ({"master_key": ""}, "MASTER_KEY needs"),
        ({"master_key": "ab" * 16}, "MASTER_KEY needs"),
        ({"master_key": "no hexadecimal digit".ljust(64, "z")}, "MASTER_KEY needs"),
        ({"master_key": "0" * 64}, "MASTER_KEY needs"),
        ({"secret_key": SAFE["master_key"]}, "must differ"),
        ({"metrics_token": "guess"}, "METRICS_TOKEN"),
        ({"allowed_hosts": ""}, "ALLOWED_HOSTS must name"),
        ({"allowed_hosts": "*"}, "ALLOWED_HOSTS must name"),
        ({"allowed_hosts": "other.example"}, "must hold the host"),
        ({"site_url": "http://robots.example"}, "SITE_URL"),
        ({"limits_enabled": False}, "LIMITS_ENABLED"),
        ({"web_processes": 2, "database": "postgresql://x/y"}, "LIMITS_STORAGE"),
        ({"web_processes": 2, "limits_storage": "redis://localhost"}, "must be PostgreSQL"),
        ({"smtp_password": "p", "smtp_host": "mail.example"}, "SMTP_TLS"),
        ({"mail_transport": "files"}, "MAIL_TRANSPORT"),
    ],
)
def test_what_is_unsafe_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(data=tmp_path, **(SAFE | changes))
    assert named in str(refused.value)
    assert str(refused.value).count("; ") == 0, "one fault, one sentence"


def test_debugging_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(ValidationError, match="FLASK_DEBUG"):
        Settings(data=tmp_path, **SAFE)


def test_a_data_folder_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(ValidationError, match="chmod o-w"):
        Settings(data=tmp_path, **SAFE)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValidationError, match="mode"):
        Settings(mode="producton")  # type: ignore[arg-type]


def test_a_password_may_travel_within_the_machine_or_over_tls(tmp_path: Path) -> None:
    assert Settings(data=tmp_path, **SAFE, smtp_password="p").smtp_host == "127.0.0.1"
    assert Settings(data=tmp_path, **SAFE, smtp_password="p", smtp_host="mail.example", smtp_tls=True).smtp_tls


def test_several_processes_with_shared_limits_on_postgresql_start(tmp_path: Path) -> None:
    shared = {"web_processes": 2, "limits_storage": "redis://localhost", "database": "postgresql://x/y"}
    assert Settings(data=tmp_path, **SAFE, **shared).web_processes == 2


def test_neither_a_refusal_nor_the_settings_printed_show_a_secret(tmp_path: Path) -> None:
    secrets = {
        "secret_key": "the secret of the site, 32 letters long",
        "smtp_password": "the password of the mail server",
        "metrics_token": "the token of the figures",
        "database": "postgresql://robot:the-password-of-the-database@db/x",
    }
    given = SAFE | secrets
    with pytest.raises(ValidationError) as refused:
        Settings(data=tmp_path, **(given | {"site_url": "http://robots.example"}))
    shown = repr(refused.value) + repr(Settings(data=tmp_path, **given))
    assert [
        name for name, value in (given | {"x": "the-password-of"}).items() if name in secrets and value in shown
    ] == []
    assert SAFE["master_key"] not in shown
