"""The demo: filled through the services that users call, each act at its own time over the last year."""

from __future__ import annotations

import json
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.demo import content, direct, figures, market, media, rounds, shelf, stories
from marketplace.demo.timeline import Demo, Say
from marketplace.infra.jobs.services import run_pending
from marketplace.kernel import clock
from marketplace.kernel.db import db, session, unit_of_work
from marketplace.kernel.i18n import force_language


def seed(say: Say) -> bool:
    """Fill an empty database with the demo; answers whether it did."""
    if session().scalar(select(func.count()).select_from(User)):
        return False
    session().rollback()
    say("Making the demo: organisations, products, scenarios, challenges and bids of a year …")
    wakes, current_app.config["WAKE_WORKER"] = current_app.config["WAKE_WORKER"], False
    demo = Demo(clock.real_now(), say)
    _sync(False)
    with current_app.test_request_context(base_url=current_app.config["SITE_URL"]), force_language("zh"):
        _staff(demo)
        _leavers(demo)
        market.plan(demo)
        shelf.plan(demo)
        media.plan(demo)
        stories.plan(demo)
        rounds.plan(demo)
        direct.plan(demo)
        figures.plan(demo)
        demo.play()
        say("  mails and search index …")
        run_pending()
    _sync(True)
    current_app.config["WAKE_WORKER"] = wakes
    path = Path(current_app.config["DATA"]) / "demo-accounts.json"
    path.write_text(json.dumps(demo.listing, ensure_ascii=False, indent=2) + "\n", "utf-8")
    say("The demo is ready.")
    return True


LEAVERS = {
    "deactivated": lambda who, _admin: accounts.deactivate(who),
    "blocked": lambda who, admin: accounts.block(admin, who.user_id, reason="已调离项目办公室。"),
    "leaving": lambda who, _admin: accounts.ask_deletion(who),
    "deleted": lambda who, _admin: accounts.ask_deletion(who),
}
"""People who use their accounts no more, each in another way; the worker deletes what was asked for a week ago."""


def _leavers(demo: Demo) -> None:
    with clock.moved_to(demo.ago(300)), unit_of_work():
        for name in LEAVERS:
            row = accounts.create_confirmed(
                email=f"{name}@people.example", name="离开示例", password=content.PASSWORD, hashed=demo.hashed
            )
            demo.people[name] = row.id
    for name, act in LEAVERS.items():
        moment = demo.ago(3 if name == "leaving" else 20)
        demo.at(moment, name, lambda name=name, act=act: act(demo.actor(name), demo.actor("administrator")))


def _sync(to_disk: bool) -> None:
    """Let SQLite wait for the disk at each commit, or not: a demo that a power cut interrupts is made anew."""
    if db.engine.dialect.name != "sqlite":
        return
    connection = db.engine.raw_connection()
    try:
        connection.cursor().execute(f"PRAGMA synchronous={'FULL' if to_disk else 'OFF'}")
    finally:
        connection.close()  # back to the pool, from which the session takes it


def _staff(demo: Demo) -> None:
    with clock.moved_to(demo.ago(460)), unit_of_work():
        for number, (role, email, name) in enumerate(content.STAFF):
            key = role if number != 1 else "officer2"
            demo.add_person(key, email=email, name=name, role=role, organisation="项目办公室", roles=(role,))
