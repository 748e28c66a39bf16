"""Every setting of the site, read from environment variables that begin with ``MARKETPLACE_``.

Each has a default that is right for the demo; production refuses to start with an unsafe one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

UNSAFE_SECRET = "only-for-development"  # noqa: S105 - refused in production


class Settings(BaseSettings):
    """The site's settings."""

    model_config = SettingsConfigDict(
        env_prefix="MARKETPLACE_",
        extra="ignore",
        hide_input_in_errors=True,  # the message of a refusal ends up in logs
    )

    # What this installation is. Demo and development show the clock bar and the mailbox; production refuses both.
    mode: Literal["demo", "development", "test", "production"] = "development"
    # The folder of everything the site writes: database, files, index, mails, logs, secrets.
    data: Path = Path("var")
    # Where the site is reached; used in mails, never taken from a request.
    site_url: str = "http://127.0.0.1:8000"
    # SQLAlchemy address of the database; empty means SQLite in the data folder. postgresql://user@host/name works.
    database: str = Field(default="", repr=False)
    # Signs sessions, links in mails and jobs. `make run` writes a random one into the data folder.
    secret_key: str = Field(default=UNSAFE_SECRET, repr=False)
    # Wraps the keys of sealed bids: 64 hexadecimal digits. Never in the database or a backup; losing it loses the bids.
    master_key: str = Field(default="", repr=False)
    # How mails leave: "files" writes .eml files into the data folder, "smtp" sends them.
    mail_transport: Literal["files", "smtp"] = "files"
    # The sender of every mail.
    mail_sender: str = "robots@marketplace.example"
    # SMTP server, port, user, password and whether to speak TLS; used with mail_transport=smtp only.
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = Field(default="", repr=False)
    smtp_tls: bool = False
    # Where rate limits are counted: memory:// for one process, redis://… for several.
    limits_storage: str = "memory://"
    # Off in tests only.
    limits_enabled: bool = True
    # How many proxies stand in front of the site; only what they add to X-Forwarded-For is believed. 0: none.
    trusted_proxies: int = 0
    # How many web processes share one address; more than one needs a shared limits_storage.
    web_processes: int = 1
    # Hosts that may be asked for; empty allows any (demo only). Comma-separated.
    allowed_hosts: str = ""
    # Who may read /metrics: a bearer of this token; while empty, requests from this machine that no proxy passed on.
    metrics_token: str = Field(default="", repr=False)
    # Cookies travel over TLS only; on in production.
    secure_cookies: bool = False
    # Largest request body in bytes; a single file is checked against its own limit before.
    max_request_bytes: int = 80 * 1024 * 1024
    # Whether staff have to have a second factor; empty means in production only. Until one is set up, they can open
    # nothing but the page that sets it up.
    second_factor_for_staff: bool | None = None
    # ICP and police filing numbers of the footer; nothing is shown while empty.
    icp_number: str = ""
    police_number: str = ""
    # Who runs the site and how to reach them, for the privacy notice (Personal Information Protection Law, art. 17).
    operator_name: str = ""
    operator_contact: str = ""

    @property
    def database_url(self) -> str:
        """The address SQLAlchemy connects to."""
        return self.database or f"sqlite:///{(self.data / 'marketplace.db').resolve()}"

    @property
    def is_production(self) -> bool:
        """Whether real people's work is at stake."""
        return self.mode == "production"

    @property
    def holds_staff_to_second_factor(self) -> bool:
        """Whether staff without a second factor are sent to set one up."""
        return self.is_production if self.second_factor_for_staff is None else self.second_factor_for_staff

    @property
    def shows_workings(self) -> bool:
        """Whether the clock bar, the mailbox and the demo's accounts may be shown."""
        return self.mode in ("demo", "development", "test")

    def _weak_keys(self) -> Iterator[str]:
        if self.secret_key == UNSAFE_SECRET or len(self.secret_key) < 32 or len(set(self.secret_key)) < 8:
            yield "MARKETPLACE_SECRET_KEY needs at least 32 random characters"
        if not re.fullmatch(r"[0-9a-fA-F]{64}", self.master_key) or len(set(self.master_key)) < 2:
            yield "MARKETPLACE_MASTER_KEY needs 64 random hexadecimal digits"
        if self.master_key and self.master_key == self.secret_key:
            yield "MARKETPLACE_MASTER_KEY must differ from MARKETPLACE_SECRET_KEY"
        if self.metrics_token and len(self.metrics_token) < 16:
            yield "MARKETPLACE_METRICS_TOKEN needs at least 16 random characters"

    def _open_doors(self) -> Iterator[str]:
        hosts = {h.strip() for h in self.allowed_hosts.split(",") if h.strip()}
        if not hosts or "*" in hosts:
            yield "MARKETPLACE_ALLOWED_HOSTS must name the site's host"
        if not self.site_url.startswith("https://"):
            yield "MARKETPLACE_SITE_URL must begin with https://"
        elif hosts and "*" not in hosts and urlsplit(self.site_url).hostname not in hosts:
            yield "MARKETPLACE_ALLOWED_HOSTS must hold the host of MARKETPLACE_SITE_URL"
        if os.environ.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"):
            yield "FLASK_DEBUG must be off"
        if not self.limits_enabled:
            yield "MARKETPLACE_LIMITS_ENABLED may be off in tests only"
        if self.web_processes > 1 and self.limits_storage.startswith("memory"):
            yield "MARKETPLACE_LIMITS_STORAGE must be shared when there are several web processes"
        if self.smtp_password and not self.smtp_tls and self.smtp_host not in ("127.0.0.1", "::1", "localhost"):
            yield "MARKETPLACE_SMTP_TLS must be on when a password travels to another machine"
        if self.data.exists() and self.data.stat().st_mode & 0o002:
            yield f"everybody on this machine may write into {self.data}: chmod o-w"

    def _lost_work(self) -> Iterator[str]:
        if self.mail_transport == "files":
            yield "MARKETPLACE_MAIL_TRANSPORT must be smtp: nobody reads mails that are written into files"
        if self.web_processes > 1 and self.database_url.startswith("sqlite"):
            yield "MARKETPLACE_DATABASE must be PostgreSQL when there are several web processes"

    @model_validator(mode="after")
    def safe(self) -> Settings:
        """Production refuses what would be unsafe."""
        if not self.is_production:
            return self
        wrong = [*self._weak_keys(), *self._open_doors(), *self._lost_work()]
        if wrong:
            raise ValueError("; ".join(wrong))
        self.secure_cookies = True
        return self
