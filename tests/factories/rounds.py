"""Rounds and a recommending body, made through the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from marketplace.challenges import services as challenges
from marketplace.challenges.models import Challenge
from marketplace.kernel import clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.text import Text
from marketplace.organisations import services as organisations
from marketplace.recommending import services as recommending
from marketplace.recommending.models import Recommendation
from marketplace.rounds import services as rounds
from marketplace.rounds.models import Stage
from marketplace.scenarios import services as scenarios
from tests.factories.world import FEW, World

HERE = "310115"
"""The district of every organisation of the world."""


class Rounds:
    """What staff, a body and those who ask it do with rounds."""

    def __init__(self, world: World) -> None:
        self.world = world

    def data(self, **given: Any) -> rounds.RoundData:
        """A round whose call runs from now for forty days, recommending until the fiftieth."""
        now = clock.now()
        fields: dict[str, Any] = {
            "title": Text.of("第一批", "First round"),
            "note": Text.of("说明", "A note"),
            "call_opens_at": now,
            "call_closes_at": now + timedelta(days=40),
        }
        if given.get("stage", Stage.NONE) is not Stage.NONE:
            fields["recommend_until"] = now + timedelta(days=50)
        return rounds.RoundData(**(fields | given))

    def draft(self, **given: Any) -> int:
        """A round that only staff see."""
        with unit_of_work():
            return rounds.create(self.world.officer, self.data(**given)).id

    def open(self, **given: Any) -> int:
        """A round that takes scenarios."""
        round_id = self.draft(**given)
        with unit_of_work():
            rounds.open_(self.world.officer, round_id)
        return round_id

    def body(self, person: str = "body", *, districts: tuple[str, ...] = (HERE,), members: tuple[str, ...] = ()) -> int:
        """A verified recommending body that ``person`` manages."""
        body_id = self.world.organisation(person, "owner", name=f"{person}示例推荐办").id
        with unit_of_work():
            organisations.set_scope(
                self.world.officer, body_id, is_body=True, districts=list(districts), codes=list(members)
            )
        return body_id

    def sent(self, round_id: int | None, title: str = "夜间配送") -> int:
        """The owner's complete scenario, submitted to the round."""
        scenario_id = self.world.draft(title).id
        with unit_of_work():
            scenarios.submit(self.world.owner, scenario_id, declared_by="owner", round_id=round_id)
        return scenario_id

    def challenge(self, round_id: int, title: str = "夜间配送", *, closes_at: datetime | None = None) -> Challenge:
        """A published challenge of the round; the round must not ask for scenarios to be recommended."""
        scenario_id = self.sent(round_id, title)
        with unit_of_work():
            scenarios.admit(self.world.officer, scenario_id, reason="同类已论证。")
        with unit_of_work():
            challenge_id = challenges.create(self.world.officer, scenario_id).id
        closes = closes_at or clock.now() + timedelta(days=30)
        with unit_of_work():
            challenges.publish(self.world.officer, challenge_id, closes_at=closes, few_reason=FEW)
        return session().get_one(Challenge, challenge_id)

    def cover(self, bid_id: int, vendor: str = "vendor") -> int:
        """The vendor sends its cover sheet to its body; answers the recommendation."""
        with unit_of_work():
            return recommending.send_bid(self.world.person(vendor), bid_id).id

    def of_scenario(self, scenario_id: int) -> int:
        """The recommendation of a scenario."""
        session().rollback()
        return session().query(Recommendation.id).filter_by(scenario_id=scenario_id).one()[0]

    def recommend(self, recommendation_id: int, person: str = "body") -> None:
        """The body recommends."""
        with unit_of_work():
            recommending.recommend(self.world.person(person), recommendation_id)

    def decline(self, recommendation_id: int, reason: str = "缺少资金来源。", person: str = "body") -> None:
        """The body declines."""
        with unit_of_work():
            recommending.decline(self.world.person(person), recommendation_id, reason=reason)


def recommendation(recommendation_id: int) -> Recommendation:
    """The recommendation as it stands in the database now."""
    session().rollback()
    return session().get_one(Recommendation, recommendation_id)
