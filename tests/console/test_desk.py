"""My desk and the lists behind it: what is due first stands on top, the rest is counted and has pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from marketplace.bids import queries as bids
from marketplace.console import queries as console
from tests.factories.stages import counted, words
from tests.factories.world import World


def test_my_products_have_pages_and_are_counted_by_state(world: World) -> None:
    for number in range(51):
        world.product(name=f"拂晓 M{number}", listed=number > 2)
    browser = world.client("vendor")
    assert "共 51 项 · 草稿 3 · 已公开 48" in words(browser, "/zh/my/products")
    assert "第 1 页，共 2 页" in words(browser, "/zh/my/products")
    assert words(browser, "/zh/my/products?page=2").count("项规格") == 1
    assert words(browser, "/zh/my/products?page=é").count("项规格") == 50
    assert "51 in all · Draft 3 · Public 48" in words(browser, "/en/desk")
    assert words(browser, "/zh/desk").count("M3 · ") == 6


@pytest.mark.parametrize("path", ["/zh/my/products", "/zh/desk"])
def test_a_vendor_s_pages_ask_as_often_for_thirty_products_as_for_one(world: World, path: str) -> None:
    browser = world.client("vendor")
    counts = []
    for more in (1, 29):
        for number in range(more):
            world.product(name=f"拂晓 {more}-{number}")
        browser.get(path)  # what is new in the market is read once, by whoever comes first
        with counted(world.app) as statements:
            browser.get(path)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 20


@pytest.mark.db
def test_my_bids_begin_with_the_nearest_deadline_and_end_with_the_oldest(
    world: World, clock: time_machine.Coordinates
) -> None:
    challenges = {days: world.challenge(f"{days} 天后截止", days=days) for days in (16, 18, 60, 40)}
    numbers = {world.bid(challenge).challenge_id: days for days, challenge in challenges.items()}
    clock.shift(timedelta(days=30))
    assert [numbers[b.challenge_id] for b in bids.mine(world.vendor, 10)] == [40, 60, 18, 16]


def test_an_officer_s_desk_says_what_falls_due_first(world: World) -> None:
    world.submitted("先交的场景")
    world.submitted("后交的场景")
    text = words(world.client("officer"), "/zh/desk")
    assert text.index("期限近的先办") < text.index("先交的场景") < text.index("后交的场景") < text.index("全部队列")


@pytest.mark.db
def test_an_officer_s_desk_counts_how_far_scenarios_came(world: World) -> None:
    world.submitted("初审中的场景")
    world.challenge("已发榜的场景")
    assert dict(console.funnel()) == {"submitted": 2, "admitted": 1, "listed": 1, "evaluation": 0, "shortlisted": 0}


def test_what_needs_a_vendor_today_begins_with_the_nearest_deadline(world: World) -> None:
    far, near = world.challenge("晚截止的榜题", days=40), world.challenge("早截止的榜题", days=20)
    for challenge in (far, near):
        world.bid(challenge)
    text = words(world.client("vendor"), "/zh/desk")
    assert text.index("待办") < text.index("早截止的榜题") < text.index("晚截止的榜题")
    assert "申报书没有提交，截止前填完" in text
