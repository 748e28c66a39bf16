"""The search pages: everything is in the address, nothing in it can break them, and a stale index leaks nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from marketplace.challenges import services
from marketplace.challenges.models import Challenge, ChallengeVersion
from marketplace.infra.search.documents import Document
from marketplace.infra.search.services import engine, rebuild
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from marketplace.kernel.text import Text
from tests.factories import stages
from tests.factories.stages import Stages
from tests.factories.world import World


def _titles(page: str) -> list[str]:
    """The titles on a page of challenges, in order."""
    return [stages.said(t) for t in re.findall(r'<h3>\s*<a href="/\w\w/challenges/\d+">(.*?)</a>\s*</h3>', page, re.S)]


def _total(page: str) -> str:
    return stages.said(re.findall(r'<h2 id="r"[^>]*>(.*?)</h2>', page, re.S)[0])


def _facet(page: str, name: str) -> dict[str, tuple[int, bool]]:
    """A facet's values with their counts and whether each is chosen."""
    pattern = rf'name="{name}" value="([^"]*)"[^>]*?( checked)?>.*?<span class="num">(\d+)</span>'
    return {v: (int(n), bool(on)) for v, on, n in re.findall(pattern, page, re.S)}


def _chips(page: str) -> dict[str, str]:
    """The chips with the address that each leads to."""
    found = re.findall(r'<a class="chip" href="([^"]*)">(.*?)</a>', page, re.S)
    return {stages.said(label).removeprefix("去掉条件： "): url.replace("&amp;", "&") for url, label in found}


@pytest.fixture
def browser(world: World, clock: time_machine.Coordinates) -> stages.Browser:
    """Somebody who looks at three challenges: one small, one large and one that closes within a week."""
    world.challenge("药品标本转运", days=20, budget_max=150)
    world.challenge("手术器械配送", days=30, budget_max=900, district="310101")
    world.challenge("热轧车间巡检", days=60, domain="manufacturing", task="inspection")
    closes_at = session().scalars(select(Challenge.closes_at).order_by(Challenge.id)).first()
    session().rollback()
    assert closes_at is not None
    clock.move_to(closes_at - timedelta(days=3))
    world.work()
    return stages.client(world)


def test_each_card_shows_the_picture_of_its_task(browser: stages.Browser, world: World) -> None:
    def pictures(page: str) -> list[tuple[str, str]]:
        return re.findall(r'<svg class="pic" data-domain="(\w+)".*?pictures\.svg\?v=\w+#(\w+)"', page)

    medical, patrol = ("healthcare", "medical_assistance"), ("manufacturing", "inspection")
    assert pictures(browser.get("/zh/challenges").text) == [medical, medical, patrol]
    world.product()
    world.work()
    assert pictures(browser.get("/zh/products").text) == [medical]


def test_without_conditions_all_are_shown_the_nearest_deadline_first(browser: stages.Browser) -> None:
    page = browser.get("/zh/challenges").text
    assert _titles(page) == ["药品标本转运", "手术器械配送", "热轧车间巡检"]
    assert (_total(page), _chips(page)) == ("找到 3 项", {})


def test_words_facets_order_and_view_stand_in_the_address_and_are_shown_again(browser: stages.Browser) -> None:
    address = "/zh/challenges?q=配送&domain=healthcare&budget=large&sort=newest&view=table"
    page = browser.get(address).text
    assert ('value="配送"' in page, '<option value="newest" selected>' in page) == (True, True)
    assert '<input type="hidden" name="view" value="table">' in page
    assert (_titles(page), _total(page), page.count("<tr>")) == ([], "找到 1 项", 2)
    assert _facet(page, "budget")["large"] == (1, True)
    chips = _chips(page)
    assert list(chips) == ["医疗康养", "500 万元以上"]
    for url in chips.values():
        assert "sort=newest" in url
        assert "view=table" in url
        assert ("domain=" in url) != ("budget=" in url)
        assert _total(browser.get(url).text) == "找到 1 项"


@pytest.mark.parametrize(
    ("sort", "first"), [("closing", "药品标本转运"), ("newest", "热轧车间巡检"), ("budget", "手术器械配送")]
)
def test_the_order_is_the_one_asked_for(browser: stages.Browser, sort: str, first: str) -> None:
    assert _titles(browser.get(f"/zh/challenges?sort={sort}").text)[0] == first


def test_counts_of_a_facet_ignore_its_own_choice_and_heed_the_others(browser: stages.Browser) -> None:
    page = browser.get("/zh/challenges").text
    assert {v: n for v, (n, _on) in _facet(page, "domain").items()} == {"healthcare": 2, "manufacturing": 1}
    assert {v: n for v, (n, _on) in _facet(page, "state").items()} == {"open": 3, "soon": 1}
    page = browser.get("/zh/challenges?domain=healthcare").text
    assert _facet(page, "domain") == {"healthcare": (2, True), "manufacturing": (1, False)}
    assert {v: n for v, (n, _on) in _facet(page, "budget").items()} == {"small": 1, "large": 1}
    page = browser.get("/zh/challenges?domain=healthcare&domain=manufacturing&state=soon").text
    assert (_titles(page), _total(page)) == (["药品标本转运"], "找到 1 项")


def test_open_and_closing_soon_are_read_from_the_clock_without_a_new_index(
    browser: stages.Browser, clock: time_machine.Coordinates
) -> None:
    clock.shift(timedelta(days=3))
    page = browser.get("/zh/challenges").text
    assert {v: n for v, (n, _on) in _facet(page, "state").items()}["closed"] == 1
    assert _titles(page)[-1] == "药品标本转运"
    assert _titles(browser.get("/zh/challenges?state=closed").text) == ["药品标本转运"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=nothing", "view=list", "page=0", "page=-1", "page=abc", f"page={'9' * 30}", "page=１", "colour=red",
        "lang=en", "endpoint=x", "_external=1", "_method=POST", "_anchor=a", "q=%20", "sort=",
    ],
)  # fmt: skip
def test_unknown_parameters_and_values_are_ignored(browser: stages.Browser, query: str) -> None:
    answer = browser.get(f"/zh/challenges?{query}")
    assert (answer.status_code, _total(answer.text)) == (200, "找到 3 项")
    assert len(_titles(answer.text)) == 3


@pytest.mark.parametrize("query", ["domain=nothing", "state=draft", "budget=%00", "district=" + "9" * 500])
def test_an_unknown_value_of_a_facet_is_ignored(browser: stages.Browser, query: str) -> None:
    answer = browser.get(f"/zh/challenges?{query}")
    assert answer.status_code == 200
    assert _total(answer.text) == "找到 3 项"


def test_a_page_beyond_the_last_is_empty_and_not_an_error(browser: stages.Browser) -> None:
    answer = browser.get("/zh/challenges?page=9999")
    assert (answer.status_code, _titles(answer.text)) == (200, [])


def test_thirty_rows_make_two_pages_that_keep_every_condition(world: World, browser: stages.Browser) -> None:
    first = session().scalars(select(Challenge.id).order_by(Challenge.id)).first()
    assert first is not None
    version = session().scalars(select(ChallengeVersion.id).where(ChallengeVersion.challenge_id == first)).one()
    for copy in stages.copies(Challenge, first, 29):
        stages.copies(ChallengeVersion, version, 1, challenge_id=copy)
    rebuild()
    one = browser.get("/zh/challenges?domain=healthcare&sort=newest").text
    (following,) = re.findall(r'rel="next" href="([^"]*)"', one)
    two = browser.get(following.replace("&amp;", "&")).text
    assert (len(_titles(one)), len(_titles(two)), _total(two)) == (20, 11, "找到 31 项")
    assert (_facet(two, "domain")["healthcare"], 'value="newest" selected' in two) == ((31, True), True)
    assert 'rel="next"' not in two
    assert re.findall(r'rel="prev" href="([^"]*)"', two)[0].replace("&amp;", "&") == (
        "/zh/challenges?domain=healthcare&sort=newest"
    )


def test_both_languages_find_and_name_the_same_challenge(browser: stages.Browser) -> None:
    zh, en = browser.get("/zh/challenges?q=巡检").text, browser.get("/en/challenges?q=巡检").text
    assert [t.replace(" ", "") for t in _titles(zh)] == ["热轧车间巡检"]
    assert [t.replace(" ", "") for t in _titles(en)] == ["EN热轧车间巡检"]
    assert 'href="/en/challenges?q=' in zh
    assert browser.get("/en/challenges?q=boxes").status_code == 200
    for code in ("zh", "en"):
        for kind in ("challenges", "products", "notices"):
            assert browser.get(f"/{code}/{kind}?q=robot").status_code == 200


def test_what_was_typed_is_shown_as_text(browser: stages.Browser) -> None:
    page = browser.get("/zh/challenges", query_string={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page
    page = browser.get("/zh/challenges", query_string={"domain": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_a_stale_index_shows_no_draft(world: World, clock: time_machine.Coordinates) -> None:
    scenario_id = world.admitted("秘密草稿").id
    with unit_of_work():
        draft_id = services.create(world.officer, scenario_id).id
    product_id = world.product(name="未公开产品", listed=False).id
    world.challenge("公开榜题")
    world.work()
    numbers = {"closes": site_clock.now().timestamp() + 9e5, "published": 0.0, "budget": 1.0, "period": 1.0}
    facets = {"domain": ("healthcare",), "state": ("published",)}
    leak = Document(title=("秘密草稿",), body=("x",), facets=facets, numbers=numbers, keys=frozenset({"any"}))
    product = Document(
        title=("未公开产品",), body=("x",), facets=facets, numbers={"changed": 0.0}, keys=frozenset({"any"})
    )
    engine().apply({("challenge", draft_id): leak, ("product", product_id): product, ("challenge", 9999): leak})
    for name in ("", "stranger", "vendor"):
        browser = stages.client(world, name)
        assert _titles(browser.get("/zh/challenges").text) == ["公开榜题"]
        assert _titles(browser.get("/zh/challenges?q=秘密草稿").text) == []
        assert f"/zh/challenges/{draft_id}" not in browser.get("/zh/challenges?view=table").text
    page = stages.client(world, "stranger").get("/zh/products").text
    assert ("未公开产品" in page, f"/zh/products/{product_id}" in page) == (False, False)


def test_search_follows_what_happens_to_a_challenge(world: World, clock: time_machine.Coordinates) -> None:
    challenge_id = world.challenge().id
    world.work()
    browser = stages.client(world)
    assert list(_facet(browser.get("/zh/challenges").text, "state")) == ["open"]
    with unit_of_work():
        services.suspend(world.officer, challenge_id, reason="停电")
    world.work()
    assert list(_facet(browser.get("/zh/challenges").text, "state")) == ["suspended"]
    with unit_of_work():
        services.resume(world.officer, challenge_id)
        later = site_clock.now() + timedelta(days=60)
    with unit_of_work():
        services.extend(world.officer, challenge_id, closes_at=later, reason=Text.of("晚"))
    world.work()
    Stages(world, clock).to_opening(challenge_id)
    assert list(_facet(browser.get("/zh/challenges").text, "state")) == ["closed"]
    world.open_bids(stages.challenge(challenge_id))
    world.work()
    assert list(_facet(browser.get("/zh/challenges").text, "state")) == ["ended"]
