"""The market in memory: every listed product as columns and every published need as a board, in step with the database.

Each process keeps its own and reads, before it answers, which products and challenges were acted on since: the audit
names each act in the order of the commits, so that nothing is missed and nothing is read twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog
from flask import Flask, current_app
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from marketplace.challenges.models import Challenge, ChallengeVersion
from marketplace.challenges.states import State
from marketplace.fit.needs import Need
from marketplace.fit.offers import Offer
from marketplace.infra.audit.models import AuditRow
from marketplace.kernel import clock
from marketplace.kernel.db import session
from marketplace.matching.offering import need_of, offers

if TYPE_CHECKING:  # NumPy is loaded with the first question, not with the site
    from marketplace.fit.board import Board
    from marketplace.fit.vectors import Array

T = TypeVar("T")
log = structlog.get_logger()
PRODUCTS = ("product", "ProductChanged")
"""How the audit names acts on products."""
MANY = 1_000
"""More changes than these, and everything is read anew."""
ACTS = (
    select(AuditRow.id, AuditRow.digest, AuditRow.subject, AuditRow.subject_id)
    .where(AuditRow.id >= bindparam("last"))
    .order_by(AuditRow.id)
    .limit(MANY)
)
"""What was acted on from a row on; put together once, since every question to the market asks it."""
KEPT = 500
"""Products kept whole: those that are explained again and again."""
ANSWERS = 500
"""Answers remembered; then all are forgotten, and what is asked again is worked out again."""
DRIFT = 8
"""When the catalogue has grown or shrunk by one part in so many, words are weighed anew and the board is rebuilt."""


class Market:
    """What is offered and what is asked, held against each other by ``fit``. Used under the lock of ``market()``."""

    def __init__(self) -> None:
        from marketplace.fit.columns import Catalogue

        self.lock = threading.RLock()
        self.catalogue = Catalogue()
        self.needs: dict[int, Need] = {}
        """Every published challenge by its id."""
        self.closing: dict[int, datetime] = {}
        """Until when each challenge that is published and not suspended accepts bids."""
        self.vendors: dict[int, int] = {}
        """Whose each listed product is."""
        self._known: dict[int, Offer] = {}
        self.version = 0
        """Grows with each change that is taken in: what was worked out from an older one is worked out anew."""
        self._seen: tuple[int, str] | None = None
        self.depth = 0
        """How many times the process' present user has taken it: followed once, not at each."""
        self._board: tuple[Board, int] | None = None
        self._open: tuple[int, datetime, datetime, frozenset[int]] = -1, clock.now(), clock.now(), frozenset()
        """Which challenges accept bids, of which version, from when and until when."""
        self._answers: dict[Hashable, Any] = {}
        self._answered: tuple[int, date] | None = None

    def worked_out(self, question: Hashable, work: Callable[[], T]) -> T:
        """The answer to a question about this market, worked out once until something in it changes or the day ends."""
        as_of = self.version, clock.today()
        if self._answered != as_of or len(self._answers) > ANSWERS:
            self._answers, self._answered = {}, as_of
        if question not in self._answers:
            self._answers[question] = work()
        return cast(T, self._answers[question])

    def follow(self) -> None:
        """Take in what was acted on since the last time."""
        found = self._acts()
        if found is None:
            self._read_all()
            return
        products, challenges = found
        self.version += bool(products or challenges)
        if products:
            fresh = offers(sorted(products))
            for product_id in products:
                self._known.pop(product_id, None)
            known = set(self.catalogue.ids.tolist())
            for product_id in sorted(products):
                if product_id in fresh:
                    self.catalogue.put(fresh[product_id])
                    self.vendors[product_id] = fresh[product_id].vendor_id
                elif product_id in known:
                    self.catalogue.drop(product_id)
                    del self.vendors[product_id]
        if challenges:
            self._board = None
            for challenge_id in challenges:
                self.needs.pop(challenge_id, None)
                self.closing.pop(challenge_id, None)
            self._ask(challenges)

    def _acts(self) -> tuple[set[int], set[int]] | None:
        """Ids of the products and the challenges that were acted on, or nothing when all must be read."""
        if self._seen is None:
            return None
        last, digest = self._seen
        rows = session().execute(ACTS, {"last": last}).all()
        if len(rows) == MANY or not rows or rows[0].digest != digest:
            return None
        self._seen = rows[-1].id, rows[-1].digest
        products = {row.subject_id for row in rows[1:] if row.subject in PRODUCTS}
        challenges = {row.subject_id for row in rows[1:] if row.subject == "challenge"}
        return products, challenges

    def _read_all(self) -> None:
        from marketplace.fit.columns import Catalogue

        newest = session().execute(select(AuditRow.id, AuditRow.digest).order_by(AuditRow.id.desc()).limit(1)).first()
        self._seen = (newest.id, newest.digest) if newest else None
        everything = offers()
        self._known = {}
        self.catalogue = Catalogue(everything.values())
        self.vendors = {offer.id: offer.vendor_id for offer in everything.values()}
        self.needs, self.closing = {}, {}
        self._ask()
        self.version += 1
        self._board = None

    def _ask(self, ids: set[int] | None = None) -> None:
        """Take in the published challenges, all of them or these, by their newest version."""
        query: Any = (
            select(ChallengeVersion, Challenge.state, Challenge.closes_at)
            .join(Challenge)
            .where(Challenge.is_public, ChallengeVersion.number == Challenge.version)
        )
        if ids is not None:
            query = query.where(Challenge.id.in_(sorted(ids)))
        for row, state, closes_at in session().execute(query):
            self.needs[row.challenge_id] = need_of(row.challenge_id, row.content)
            if state is State.PUBLISHED:
                self.closing[row.challenge_id] = closes_at

    def open(self) -> frozenset[int]:
        """Ids of the challenges that accept bids at this moment."""
        at = clock.now()
        version, since, until, known = self._open
        if version != self.version or not since <= at < until:
            ahead = {i: closes_at for i, closes_at in self.closing.items() if at < closes_at}
            known = frozenset(ahead)
            self._open = self.version, at, min(ahead.values(), default=datetime.max.replace(tzinfo=UTC)), known
        return known

    def offers(self, ids: Sequence[int]) -> dict[int, Offer]:
        """Listed products by their ids, those asked for lately from memory."""
        missing = [i for i in ids if i not in self._known]
        if missing:
            if len(self._known) > KEPT:
                self._known = {i: self._known[i] for i in ids if i in self._known}
            self._known |= offers(missing)
        return {i: self._known[i] for i in ids if i in self._known}

    def of_vendors(self, vendor_ids: Collection[int]) -> list[int]:
        """Ids of the listed products of these vendors."""
        return sorted(i for i, vendor_id in self.vendors.items() if vendor_id in vendor_ids)

    @property
    def board(self) -> Board:
        """All published needs at once, for one product."""
        from marketplace.fit.board import Board

        size = len(self.catalogue)
        if self._board is None or abs(self._board[1] - size) * DRIFT > size:
            needs = sorted(self.needs.values(), key=lambda need: need.id)
            self._board = Board(needs, self.catalogue.weigh), size
        return self._board[0]

    def asked_in(self, domain: str) -> Array:
        """Which needs of the board are of that domain."""
        import numpy as np

        ids = self.board.ids.tolist()
        return self.worked_out(("domain", domain), lambda: np.array([self.needs[i].domain == domain for i in ids]))


@contextmanager
def market() -> Iterator[Market]:
    """The market as it is now; nobody else of this process reads or changes it meanwhile."""
    found: Market | None = current_app.extensions.get("market")
    if found is None:  # a Market is not cheap to make: not one for each question
        found = current_app.extensions.setdefault("market", Market())
    with found.lock:
        if not found.depth:
            found.follow()
        found.depth += 1
        try:
            yield found
        finally:
            found.depth -= 1


def warm(app: Flask) -> None:
    """Read the market beside whatever the process does first, so that no visitor and no writer waits for it."""

    def read() -> None:
        with app.app_context():
            try:
                with market():
                    pass
            except SQLAlchemyError:
                log.warning("market_not_read", exc_info=True)  # the first who asks reads it then

    threading.Thread(target=read, name="market", daemon=True).start()
