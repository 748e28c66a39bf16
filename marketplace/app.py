"""create_app: reads as a table of contents."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import structlog
from argon2 import PasswordHasher
from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_mail import Mail
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from config import Settings
from marketplace import features
from marketplace.accounts import identity, proof
from marketplace.infra import metrics
from marketplace.infra.audit import anchor
from marketplace.infra.audit import services as audit
from marketplace.infra.files.services import LocalStore
from marketplace.infra.jobs import services as jobs
from marketplace.infra.search.engines.whoosh import WhooshEngine
from marketplace.kernel import i18n
from marketplace.kernel.db import db
from marketplace.organisations.queries import memberships_of
from marketplace.vocabulary import helpers as vocabulary_helpers
from marketplace.web import actor, errors, helpers, language, parts, scripts, security, statics
from marketplace.web.limits import limiter

ROOT = Path(__file__).parents[1]
DEMO_OPERATOR = ("示例项目办公室 Example Programme Office", "privacy@programme.example")
"""Who runs the demo, as invented as everything in it."""


class DatabaseInteger(IntegerConverter):
    """A row's id in an address: no larger than a database takes; anything else is no address of this site."""

    def __init__(self, map: object, **kwargs: object) -> None:
        super().__init__(map, max=2_147_483_647, **kwargs)  # type: ignore[arg-type]


def create_app(settings: Settings | None = None) -> Flask:
    """The site, wired."""
    settings = settings or Settings()
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    configure(app, settings)
    start_logging(settings)
    start_data(app, settings)
    start_languages(app)
    start_web(app, settings)
    start_features(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Settings as Flask and its extensions read them."""
    data = settings.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    app.config.update(
        MODE=settings.mode,
        DATA=str(data),
        SITE_URL=settings.site_url,
        SHOWS_WORKINGS=settings.shows_workings,
        SECRET_KEY=settings.secret_key,
        MASTER_KEY=settings.master_key,
        ALLOWED_HOSTS=settings.allowed_hosts,
        TRUSTED_PROXIES=settings.trusted_proxies,
        METRICS_TOKEN=settings.metrics_token,
        ICP_NUMBER=settings.icp_number,
        POLICE_NUMBER=settings.police_number,
        OPERATOR_NAME=settings.operator_name or (DEMO_OPERATOR[0] if settings.mode == "demo" else ""),
        OPERATOR_CONTACT=settings.operator_contact or (DEMO_OPERATOR[1] if settings.mode == "demo" else ""),
        SECOND_FACTOR_FOR_STAFF=settings.holds_staff_to_second_factor,
        WAKE_WORKER=settings.mode != "test",
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "json_serializer": lambda value: json.dumps(value, ensure_ascii=False),
            **({"pool_pre_ping": True} if settings.database else {}),
        },
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=7 * 24 * 3600,
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_TRANSLATION_DIRECTORIES=str(i18n.CATALOGUES),
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        RATELIMIT_STORAGE_URI=settings.limits_storage,
        LIMITS_ENABLED=settings.limits_enabled,
        MAIL_SERVER=settings.smtp_host,
        MAIL_PORT=settings.smtp_port,
        MAIL_USERNAME=settings.smtp_user or None,
        MAIL_PASSWORD=settings.smtp_password or None,
        MAIL_USE_TLS=settings.smtp_tls,
        MAIL_DEFAULT_SENDER=settings.mail_sender,
        MAIL_TRANSPORT=settings.mail_transport,
        MAILBOX=str(data / "mailbox"),
        PROPAGATE_EXCEPTIONS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.url_map.converters["int"] = DatabaseInteger


def start_logging(settings: Settings) -> None:
    """One structured line per request and job, to standard error."""
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if settings.mode == "test" else logging.INFO
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def start_data(app: Flask, settings: Settings) -> None:
    """Database, files, index, jobs, mail, audit."""
    db.init_app(app)
    app.extensions["file_store"] = LocalStore(settings.data.resolve() / "files")
    app.extensions["search_engine"] = WhooshEngine(settings.data.resolve() / "index")
    app.extensions["password_hasher"] = (
        PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if settings.mode == "test" else PasswordHasher()
    )
    Mail(app)
    audit.start()
    jobs.create_huey(app)
    jobs.start()
    jobs.on_beat(anchor.note)


def upgrade_database(app: Flask, revision: str = "head") -> None:
    """Bring the database to a migration, the newest if none is named; Alembic is heavy and loaded here only."""
    from flask_migrate import upgrade

    with_migrations(app)
    with app.app_context():
        upgrade(revision=revision)


def with_migrations(app: Flask) -> Flask:
    """The application with Alembic at hand."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    return app


def start_languages(app: Flask) -> None:
    """Chinese and English, in addresses and texts."""
    Babel(app, locale_selector=i18n.select, default_locale=i18n.LOCALES["zh"])
    app.jinja_env.install_gettext_callables(i18n.gettext, i18n.plural, newstyle=True)  # type: ignore[attr-defined]
    language.start(app)


def start_web(app: Flask, settings: Settings) -> None:
    """The proxy in front, headers, forgery protection, limits, errors, helpers, sign-in."""
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    metrics.start(app, processes=settings.web_processes)
    security.start(app)
    CSRFProtect(app)
    limiter.init_app(app)
    errors.start(app)
    helpers.start(app)
    parts.start(app)
    statics.start(app)
    scripts.start(app)
    vocabulary_helpers.start(app)
    Bootstrap5(app)
    identity.start(app)
    proof.start(app)
    actor.provide_memberships(memberships_of)


def start_features(app: Flask) -> None:
    """Every feature's pages."""
    for blueprint in features.PAGES:
        app.register_blueprint(blueprint, url_prefix="/<any(zh,en):lang>")
    for blueprint in features.ROOT:
        app.register_blueprint(blueprint)
