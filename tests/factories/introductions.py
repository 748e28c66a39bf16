"""What direct matching needs, made through the services: scenarios in matching, introductions as far as a test wants."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from marketplace.introductions import services
from marketplace.introductions.models import Introduction, Meeting, Result, Slot
from marketplace.introductions.states import SlotState
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import session, unit_of_work
from tests.factories.stages import mails
from tests.factories.world import World

NOTE = "同类现场做过三个。"
PLACE = "门诊楼一层东门"


class Introductions:
    """Ids of rows, each made anew."""

    def __init__(self, world: World) -> None:
        self.world = world

    def scenario(self, title: str = "药品标本转运") -> int:
        """A scenario of the owner in direct matching."""
        scenario_id = self.world.admitted(title).id
        with unit_of_work():
            services.open_route(self.world.owner, scenario_id)
        return scenario_id

    def interest(self, scenario_id: int | None = None, *, vendor: str = "vendor", note: str = NOTE) -> int:
        """A vendor's interest that waits."""
        scenario_id = scenario_id or self.scenario()
        product_id = self.world.product(vendor, name=f"{vendor} 转运车").id
        with unit_of_work():
            return services.show_interest(self.world.person(vendor), scenario_id, product_id=product_id, note=note).id

    def invitation(self, scenario_id: int | None = None, *, vendor_id: int | None = None) -> int:
        """An owner's invitation that waits."""
        scenario_id = scenario_id or self.scenario()
        with unit_of_work():
            return services.invite(
                self.world.owner, scenario_id, vendor_id=vendor_id or self.world.vendor_id, note=NOTE
            ).id

    def accepted(self, scenario_id: int | None = None, *, vendor: str = "vendor") -> int:
        """An interest that the owner accepted."""
        number = self.interest(scenario_id, vendor=vendor)
        with unit_of_work():
            services.accept(self.world.owner, number)
        return number

    def starts(self, count: int = 3, *, days: int = 3) -> list[datetime]:
        """So many moments, a day apart, the first in ``days`` days."""
        return [clock.now() + timedelta(days=days + n) for n in range(count)]

    def offer(self, number: int, *, days: int = 3, count: int = 3) -> list[int]:
        """Times that the owner offers; their ids."""
        data = services.SlotData(kind=Meeting.SITE_VISIT, place=PLACE, minutes=90, starts=self.starts(count, days=days))
        with unit_of_work():
            return [s.id for s in services.offer(self.world.owner, number, data)]

    def booked(self, number: int, *, days: int = 3, vendor: str = "vendor") -> int:
        """The first of three offered times, taken."""
        first = self.offer(number, days=days)[0]
        with unit_of_work():
            services.book(self.world.person(vendor), number, first)
        return first

    def report(
        self, actor: Actor, number: int, result: Result = Result.LEASE, amount: int = 30, starts_on: date | None = None
    ) -> Introduction:
        """What one side says."""
        if result is Result.NOTHING:
            data = services.OutcomeData(result=result, reason="门太窄。")
        else:
            data = services.OutcomeData(result=result, amount=amount, starts_on=starts_on or date(2026, 4, 1))
        with unit_of_work():
            services.report(actor, number, data)
        return self.get(number)

    def get(self, number: int) -> Introduction:
        """The row as it stands."""
        return session().get_one(Introduction, number)

    def told(self, words: str) -> list[str]:
        """The names of those who got a mail with these words in its subject, once the worker has run."""
        return [name for name, subject in mails(self.world) if words in subject]

    def states(self, number: int) -> list[SlotState]:
        """The states of an introduction's times, in order."""
        return [s.state for s in session().query(Slot).filter_by(introduction_id=number).order_by(Slot.id)]
