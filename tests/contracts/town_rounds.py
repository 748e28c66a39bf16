"""The town's rounds, its recommending body and what passes it."""

from __future__ import annotations

from marketplace.challenges.models import Challenge
from marketplace.households import services as households
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.text import Text
from marketplace.organisations.models import MemberRole, Organisation
from marketplace.recommending import services as recommending
from marketplace.rounds import services as rounds
from marketplace.rounds.models import Stage
from marketplace.scenarios import services as scenarios
from tests.factories.homes import home
from tests.factories.rounds import Rounds
from tests.factories.world import World


def before(world: World, ids: dict[str, int]) -> Rounds:
    """What must be old when the town is seen: a round whose bids are opened, one whose body let its days pass."""
    made = Rounds(world)
    ids["body"] = made.body()
    world.join("body-viewer", session().get_one(Organisation, ids["body"]), MemberRole.VIEWER)
    ids["closed_round"] = made.open(stage=Stage.BIDS, title=made.data().title)
    challenge = made.challenge(ids["closed_round"], "旧批次")
    ids["recommended_challenge"] = challenge.id
    ids["recommended_bid"] = world.submitted_bid(challenge).id
    ids["opened_recommendation"] = made.cover(ids["recommended_bid"])
    made.recommend(ids["opened_recommendation"])
    ids["past_round"] = made.open(stage=Stage.SCENARIOS, recommend_until=made.data().call_closes_at)
    ids["lapsed_scenario"] = made.sent(ids["past_round"], "过期的")
    ids["archived_round"] = made.open()
    with unit_of_work():
        rounds.close(world.officer, ids["archived_round"])
    with unit_of_work():
        rounds.archive(world.officer, ids["archived_round"])
    return made


def _homes(world: World, ids: dict[str, int]) -> None:
    ids["service_body"] = world.organisation("helper", "service_body").id
    world.join("helper-viewer", session().get_one(Organisation, ids["service_body"]), MemberRole.VIEWER)
    homes = [home(world, ids["service_body"]) for _each in range(6)]
    with unit_of_work():
        ids["pooled_scenario"] = households.pool(
            world.person("helper"), ids["service_body"], homes[:5], title=Text.of("夜间看护")
        ).id


def after(world: World, ids: dict[str, int], made: Rounds) -> None:
    """What runs now: scenarios in every state before the body, and a sealed bid's cover sheet."""
    recommending.lapse_due()
    world.open_bids(session().get_one(Challenge, ids["recommended_challenge"]))
    with unit_of_work():
        rounds.close(world.officer, ids["closed_round"])
    ids["draft_round"] = made.draft()
    ids["scenario_round"] = made.open(stage=Stage.SCENARIOS)
    for name in ("held", "recommended", "declined", "gone"):
        ids[f"{name}_scenario"] = made.sent(ids["scenario_round"], name)
        ids[f"{name}_recommendation"] = made.of_scenario(ids[f"{name}_scenario"])
    made.recommend(ids["recommended_recommendation"])
    made.decline(ids["declined_recommendation"])
    with unit_of_work():
        scenarios.withdraw(world.owner, ids["gone_scenario"])
    _homes(world, ids)
    ids["bid_round"] = made.open(stage=Stage.BIDS)
    challenge = made.challenge(ids["bid_round"], "新批次")
    ids["covered_bid"] = world.submitted_bid(challenge).id
    ids["sealed_recommendation"] = made.cover(ids["covered_bid"])
