"""The market stays in step with the database, whoever changes it, and answers what a plain loop over the rows answers."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Evidence, Product
from marketplace.challenges import services as challenges
from marketplace.challenges.content import content_of
from marketplace.challenges.models import Challenge
from marketplace.fit.explain import Standing, explain
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.text import Text
from marketplace.matching import market as markets
from marketplace.matching import queries
from marketplace.matching.market import Market, market
from marketplace.matching.offering import need_of, offers
from marketplace.vocabulary.parameters import parameters, parse
from tests.factories.world import FEW, World

pytestmark = pytest.mark.db


def _specify(world: World, row: Product, **typed: str) -> None:
    with unit_of_work():
        catalogue.set_specifications(
            world.vendor,
            row.id,
            [
                catalogue.SpecificationData(
                    parameter=k, value=parse(parameters()[k], v), condition=Text(), evidence=Evidence.CLAIMED
                )
                for k, v in typed.items()
            ],
        )


def _meeting(challenge: Challenge) -> list[int]:
    """Ids of the products that meet every must, as the market has it."""
    with market() as now:
        judged = now.catalogue.judge(now.needs[challenge.id], clock.now().date())
    return [int(i) for i, s in zip(judged.ids, judged.standings, strict=True) if s == int(Standing.MEETS)]


def test_a_product_is_in_the_market_while_it_is_listed_and_as_it_stands(world: World) -> None:
    challenge = world.challenge()
    assert _meeting(challenge) == []
    row = world.product(listed=False)
    assert _meeting(challenge) == []
    with unit_of_work():
        catalogue.list_(world.vendor, row.id)
    assert _meeting(challenge) == [row.id]
    _specify(world, row, payload="30", runtime="8", lift_ride="yes")
    assert _meeting(challenge) == []
    _specify(world, row, payload="45", runtime="8", lift_ride="yes")
    assert _meeting(challenge) == [row.id]
    with unit_of_work():
        catalogue.withdraw(world.vendor, row.id)
    assert _meeting(challenge) == []
    with market() as now:
        assert len(now.catalogue) == 0
        assert now.vendors == {}


def test_only_published_challenges_are_needs_and_only_open_ones_are_open(
    world: World, clock: time_machine.Coordinates
) -> None:
    scenario_id = world.admitted().id
    with unit_of_work():
        challenge_id = challenges.create(world.officer, scenario_id).id
    with market() as now:
        assert challenge_id not in now.needs
    with unit_of_work():
        challenges.publish(world.officer, challenge_id, closes_at=_in(30), few_reason=FEW)
    with market() as now:
        assert now.needs[challenge_id].title.zh == "药品标本转运"
        assert challenge_id in now.open()
    clock.shift(timedelta(days=60))
    with market() as now:
        assert challenge_id in now.needs
        assert challenge_id not in now.open()


def _in(days: int) -> Any:
    return clock.now() + timedelta(days=days)


def test_what_is_rolled_back_never_stays_in_the_market(world: World) -> None:
    challenge = world.challenge()
    row = world.product()
    assert _meeting(challenge) == [row.id]
    with pytest.raises(ZeroDivisionError), unit_of_work():  # noqa: PT012
        catalogue.withdraw(world.vendor, row.id)
        assert _meeting(challenge) == []
        raise ZeroDivisionError
    assert _meeting(challenge) == [row.id]


def test_many_changes_at_once_are_read_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = world.challenge()
    with market():
        pass
    monkeypatch.setattr(markets, "MANY", 3)
    rows = [world.product(name=f"拂晓 {n}") for n in range(3)]
    assert _meeting(challenge) == [r.id for r in rows]


def test_the_market_says_what_the_rows_say_one_by_one(app: Flask, world: World) -> None:
    challenge = world.challenge()
    world.product()
    world.product(name="拂晓 小", payload="20")
    world.product(name="拂晓 远", payload="200")
    need = need_of(challenge.id, challenge.content)
    found = queries.against(need, offers().values())
    with market() as now:
        weigh = now.catalogue.weigh
        alone = Market()
        alone.follow()
        board, other = now.board.suit, alone.board.suit
        for offer in offers().values():
            one = explain(need, offer, today=clock.now().date(), weigh=weigh)
            assert one in found
            assert board(offer, clock.now().date()).scores.tolist() == other(offer, clock.now().date()).scores.tolist()
            assert board(offer, clock.now().date()).scores.tolist() == [one.score]


def test_an_owner_learns_how_many_answer_and_what_costs_most_before_anybody_is_named(world: World) -> None:
    world.product()
    world.product(name="拂晓 小", payload="35")
    world.product("rival", name="对手", payload="38")
    row = world.draft()
    found = queries.response(need_of(row.id, content_of(row)))
    assert (found.products, found.meeting, found.doing, found.vendors) == (3, 1, 1, 1)
    dear = queries.costliest(found)
    assert dear is not None
    assert (dear[0].parameter, dear[1], dear[2]) == ("payload", 1, 3)
    steps = next(c.steps for c in found.relaxation.costs if c.requirement is dear[0])
    assert [(s.value.typed, s.meeting) for s in steps] == [("38", 2), ("35", 3)]


def test_a_vendor_sees_the_open_challenges_that_its_products_suit_and_what_another_figure_would_bring(
    world: World, clock: time_machine.Coordinates
) -> None:
    light = world.challenge("轻活")
    product = world.product(payload="30")
    mine = offers([product.id])[product.id]
    (one,) = queries.suitable(world.vendor, [product.id], 5)
    assert (one.challenge.id, one.match.standing) == (light.id, Standing.SHORT)
    _specify(world, product, payload="50", runtime="12", lift_ride="yes")
    better = offers([product.id])[product.id]
    assert queries.what_if(mine, better) == queries.WhatIf(0, 1, (light.id,))
    clock.shift(timedelta(days=60))
    assert queries.suitable(world.vendor, [product.id], 5) == []


def test_partners_are_found_where_nobody_meets_all_alone(world: World) -> None:
    challenge = world.challenge()
    strong = world.product(name="力大", lift_ride="no")
    climber = world.product("rival", name="乘梯", payload="10")
    found = queries.partners(challenge.id)
    assert found is not None
    assert [sorted(p.offer_id for p in one) for one in found[0].by_products] == [sorted([strong.id, climber.id])]
    assert found[0].nobody == ()


def test_a_process_reads_the_market_before_anybody_asks(app: Flask, world: World) -> None:
    world.product()
    markets.warm(app)
    for thread in threading.enumerate():
        if thread.name == "market":
            thread.join(20)
    assert len(app.extensions["market"].catalogue) == 1
