"""The demo's calendar: acts at their own time, each one call of a service in its own transaction."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.demo.content import PASSWORD
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session, unit_of_work
from marketplace.matching.telling import tell
from marketplace.vocabulary import calendar
from marketplace.web.actor import actor_of

Say = Callable[[str], Any]
Act = Callable[[], Any]
STEPS_BETWEEN_NEWS = 150


@dataclass
class Demo:
    """Everything made so far, by the keys of the data files, and the acts still to come."""

    now: datetime
    say: Say
    acts: list[tuple[datetime, int, str, Act]] = field(default_factory=list)
    planned: int = 0
    people: dict[str, int] = field(default_factory=dict)
    orgs: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    scenarios: dict[str, int] = field(default_factory=dict)
    challenges: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    bids: dict[tuple[str, str], int] = field(default_factory=dict)
    listing: list[dict[str, str]] = field(default_factory=list)
    hashed: str = ""
    """The hash of the one password that everybody here has; hashing is slow on purpose."""

    def at(self, moment: datetime, what: str, act: Act) -> None:
        """Do ``act`` when its time has come; what lies in the future is done now."""
        heapq.heappush(self.acts, (min(moment, self.now), self.planned, what, act))
        self.planned += 1

    def ago(self, days: float) -> datetime:
        """The moment so many days before now."""
        return self.now - timedelta(days=days)

    def actor(self, who: str) -> Actor:
        """A person of the demo, with today's roles and memberships."""
        row = session().get_one(User, self.people[who])
        return actor_of(row.id, row.name)

    @property
    def calling(self) -> int | None:
        """The first round while it called for scenarios: what was submitted then belongs to it."""
        inside = self.ago(150) <= clock.now() < self.ago(62)
        return self.rounds.get("past") if inside else None

    def add_person(
        self, key: str, *, email: str, name: str, role: str, organisation: str, roles: tuple[str, ...] = ()
    ) -> None:
        """An account that the demo names to its visitors."""
        row = accounts.create_confirmed(email=email, name=name, password=PASSWORD, roles=roles, hashed=self.hashed)
        self.hashed = row.password_hash
        self.people[key] = row.id
        self.listing.append({"role": role, "email": email, "password": PASSWORD, "organisation": organisation})

    def play(self) -> None:
        """Do all acts in the order of time, each in its own transaction."""
        done = 0
        while self.acts:
            moment, _number, _what, act = heapq.heappop(self.acts)
            with clock.moved_to(moment):
                with unit_of_work():
                    act()
                tell()  # on the day, while the market is what it was then
            done += 1
            if done % STEPS_BETWEEN_NEWS == 0:
                self.say(f"  {moment:%Y-%m-%d}  {done} of {done + len(self.acts)} steps")


def working_morning(moment: datetime) -> datetime:
    """Half past nine in Beijing on that day, or on the working day before it."""
    local = clock.beijing(moment)
    day = local.date()
    while not calendar.is_working(day):
        day -= timedelta(days=1)
    return local.replace(year=day.year, month=day.month, day=day.day, hour=9, minute=30, second=0, microsecond=0)
