"""A challenge taken through its stages: many bidders, opened, judged, staged, released; and pages read as text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select
from werkzeug.test import TestResponse

from marketplace.bids.document import BidDocument, Declarations, Response
from marketplace.bids.models import Bid
from marketplace.bids.services import choosing, drafting, submitting
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Evidence, PriceKind
from marketplace.challenges.models import Challenge
from marketplace.evaluation import queries as evaluations
from marketplace.evaluation import services as evaluation
from marketplace.evaluation.models import Outcome
from marketplace.infra.mail.models import OutboxMail
from marketplace.kernel import clock
from marketplace.kernel.db import Base, db, session, unit_of_work
from marketplace.kernel.text import Text
from marketplace.publicity.models import Notice
from marketplace.vocabulary.parameters import parameters, parse
from tests.factories.world import PASSWORD, World

MINUTE = timedelta(seconds=60)


class Stages:
    """What many bidders and an officer do with one challenge."""

    def __init__(self, world: World, now: time_machine.Coordinates) -> None:
        self.world, self.now = world, now

    def vendor(self, name: str) -> tuple[int, int]:
        """A verified vendor managed by ``name``, and its one listed product."""
        vendor_id = self.world.organisation(name, "vendor", name=f"{name}示例机器人").id
        data = catalogue.ProductData(
            name=Text.of(f"{name} 转运车", f"{name} carrier"),
            model="M3",
            domain="healthcare",
            tasks=("medical_assistance",),
            summary=Text.of("转运"),
            description=Text.of("转运"),
            price_kind=PriceKind.FIXED,
            price_max=18,
        )
        typed = {"payload": "50", "runtime": "12", "lift_ride": "yes"}
        actor = self.world.person(name)
        with unit_of_work():
            product_id = catalogue.create(actor, vendor_id, data).id
        with unit_of_work():
            catalogue.set_specifications(
                actor,
                product_id,
                [
                    catalogue.SpecificationData(
                        parameter=k, value=parse(parameters()[k], v), condition=Text(), evidence=Evidence.CLAIMED
                    )
                    for k, v in typed.items()
                ],
            )
            catalogue.list_(actor, product_id)
        return vendor_id, product_id

    def draft(self, challenge_id: int, name: str, *, change: Any = None, vendor: tuple[int, int] | None = None) -> int:
        """A complete draft of a new vendor (or the one given) managed by ``name``; ``change`` may spoil it."""
        vendor_id, product_id = vendor or self.vendor(name)
        actor = self.world.person(name)
        with unit_of_work():
            bid_id = drafting.start(actor, challenge_id, vendor_id).id

        def fill(document: BidDocument) -> None:
            for wanted in session().get_one(Challenge, challenge_id).content.requirements:
                document.responses[wanted.key] = Response(answer="meets", value=wanted.value, note=f"{name} 说明")
            choosing.choose_products(actor, document, vendor_id, [product_id])
            document.offers[0].quantity, document.offers[0].unit_price = 8, 180_000
            document.total_investment = 1_440_000
            document.solution = {"approach": f"{name} 方案", "safety": "急停", "schedule": "六个月"}
            document.declarations = Declarations(unclassified=True, truthful=True, unaffiliated=True, declared_by=name)
            if change is not None:
                change(document)

        with unit_of_work():
            drafting.change(actor, bid_id, fill)
        return bid_id

    def submit(self, bid_id: int, name: str) -> None:
        """Submit the draft now."""
        with unit_of_work():
            submitting.submit(self.world.person(name), bid_id, received_at=clock.now())

    def to_opening(self, challenge_id: int) -> None:
        """Move the clock to the first moment at which the bids may be opened."""
        closes_at = session().get_one(Challenge, challenge_id).closes_at
        assert closes_at is not None
        self.now.move_to(closes_at + MINUTE)

    def opened(self, *names: str, challenge_id: int | None = None, change: Any = None) -> tuple[int, dict[str, int]]:
        """A challenge whose bids, one of each name, were opened."""
        challenge_id = challenge_id or self.world.challenge().id
        bids = {}
        for name in names:
            bids[name] = self.draft(challenge_id, name, change=change)
            self.submit(bids[name], name)
        self.to_opening(challenge_id)
        self.world.open_bids(session().get_one(Challenge, challenge_id))
        return challenge_id, bids

    def begun(self, *names: str, **given: Any) -> tuple[int, dict[str, int]]:
        """The same with the eligibility check begun."""
        challenge_id, bids = self.opened(*names, **given)
        with unit_of_work():
            evaluation.begin(self.world.officer, challenge_id)
        return challenge_id, bids

    def decide(self, challenge_id: int, failed: dict[int, str]) -> None:
        """Decide every bid: those in ``failed`` with that reason, the others pass."""
        officer = self.world.officer
        with unit_of_work():
            for row in evaluations.stages(officer, challenge_id):
                reason = failed.get(row.bid_id, "")
                evaluation.decide(officer, row.id, passed=not reason, reason=reason)

    def eligible(self, *names: str, failed: dict[str, str] | None = None) -> tuple[int, dict[str, int]]:
        """The same with the check closed; ``failed`` names who failed and why."""
        challenge_id, bids = self.begun(*names)
        self.decide(challenge_id, {bids[n]: reason for n, reason in (failed or {}).items()})
        with unit_of_work():
            evaluation.close(self.world.officer, challenge_id)
        return challenge_id, bids

    def stage(self, challenge_id: int, outcomes: dict[int, Outcome]) -> None:
        """Stage decisions, each with a reason that names its bid."""
        with unit_of_work():
            evaluation.stage(self.world.officer, challenge_id, {b: (o, f"理由第{b}号") for b, o in outcomes.items()})

    def release(self, challenge_id: int, *, seen: str | None = None) -> None:
        """Release what was staged: as it stands now, unless what was seen of it is given."""
        with unit_of_work():
            now = evaluation.seal_of(evaluations.decisions(self.world.officer, challenge_id))
            evaluation.release(self.world.officer, challenge_id, seen=now if seen is None else seen)

    def shortlisted(self, *names: str) -> tuple[int, dict[str, int], int]:
        """A released shortlist of the first name only, with its notice."""
        challenge_id, bids = self.eligible(*names)
        first, *rest = bids.values()
        self.stage(challenge_id, {first: Outcome.SELECTED} | dict.fromkeys(rest, Outcome.NOT_SELECTED))
        self.release(challenge_id)
        notice_id = session().scalars(select(Notice.id).where(Notice.challenge_id == challenge_id)).one()
        return challenge_id, bids, notice_id


class Browser(FlaskClient):
    """A browser whose every request has an application context of its own, as on a real site.

    Without it Flask would reuse the test's context, whose ``g`` still knows who made the last request.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a request; what the test has read so far is forgotten."""
        session().rollback()
        with self.application.app_context():
            return super().open(*args, **kwargs)


def client(world: World, name: str = "") -> Browser:
    """A browser in which ``name`` is signed in, or nobody."""
    browser = Browser(world.app, world.app.response_class, use_cookies=True)
    if name:
        world.person(name)
        answer = browser.post("/zh/sign-in", data={"email": f"{name}@people.example", "password": PASSWORD})
        assert answer.status_code == 302, answer.text
    return browser


def bid(bid_id: int) -> Bid:
    """The bid as it stands in the database now."""
    session().rollback()
    return session().get_one(Bid, bid_id)


def challenge(challenge_id: int) -> Challenge:
    """The challenge as it stands in the database now."""
    session().rollback()
    return session().get_one(Challenge, challenge_id)


def mails(world: World, *, since: int = 0) -> list[tuple[str, str]]:
    """Recipient's name and subject of every mail after number ``since``, in order, once the worker has run."""
    world.work()
    rows = session().scalars(select(OutboxMail).where(OutboxMail.id > since).order_by(OutboxMail.id))
    found = [(row.recipient.partition("@")[0], row.subject) for row in rows]
    session().rollback()
    return found


def last_mail(world: World) -> int:
    """The number of the newest mail, once the worker has run."""
    world.work()
    newest = session().scalar(select(OutboxMail.id).order_by(OutboxMail.id.desc()).limit(1))
    session().rollback()
    return newest or 0


def mail_bodies(name: str, *, since: int = 0) -> str:
    """Everything that the person's mails after ``since`` say."""
    rows = session().scalars(
        select(OutboxMail).where(OutboxMail.recipient == f"{name}@people.example", OutboxMail.id > since)
    )
    text = "\n".join(f"{row.subject}\n{row.text}\n{row.html}" for row in rows)
    session().rollback()
    return text


def words(browser: FlaskClient, address: str, status: int = 200) -> str:
    """A page as a reader reads it, without tags."""
    answer = browser.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return said(answer.text)


def said(page: str) -> str:
    """HTML without tags, scripts and superfluous space."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.replace("<wbr>", ""))).split())


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is asked within the block."""
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def copies(model: type[Base], row_id: int, count: int, **changes: Any) -> list[int]:
    """Rows like the one given, written straight into the table: many, cheaply."""
    table: Any = model.__table__
    found = []
    with unit_of_work() as work:
        row = dict(work.execute(select(table).where(table.c.id == row_id)).mappings().one())
        del row["id"]
        for number in range(count):
            given = {k: v(number) if callable(v) else v for k, v in changes.items()}
            found.append(work.execute(insert(table).values(**(row | given))).inserted_primary_key[0])
    return found
