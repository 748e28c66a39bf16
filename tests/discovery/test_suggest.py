"""Suggestions while somebody types: what they may see and no more, in the reader's language, whatever is typed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from sqlalchemy import select

from marketplace.challenges import services
from marketplace.challenges.models import Challenge, ChallengeVersion
from marketplace.infra.search.documents import Document
from marketplace.infra.search.services import engine, rebuild
from marketplace.kernel import clock as site_clock
from marketplace.kernel.db import session, unit_of_work
from tests.factories import stages
from tests.factories.world import World


def _ask(browser: stages.Browser, typed: str, place: str = "", code: str = "zh") -> dict[str, Any]:
    answer = browser.get(f"/{code}/suggest", query_string={"q": typed, "in": place})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    found: Any = answer.json
    return dict(found)


def _texts(found: dict[str, Any]) -> dict[str, list[str]]:
    """The texts of each group by its heading."""
    return {g["title"]: ["".join(t for t, _on in i["pieces"]) for i in g["items"]] for g in found["groups"]}


def _items(found: dict[str, Any], title: str) -> list[dict[str, Any]]:
    return next(g["items"] for g in found["groups"] if g["title"] == title)


@pytest.fixture
def browser(world: World, clock: time_machine.Coordinates) -> stages.Browser:
    """Somebody not signed in, with two challenges and a product to be found."""
    world.challenge("病区药品转运")
    world.challenge("热轧车间巡检", domain="manufacturing", task="inspection")
    world.product(name="药品转运机器人")
    world.work()
    return stages.client(world)


def test_titles_words_and_synonyms_each_under_a_heading_the_box_s_own_list_first(browser: stages.Browser) -> None:
    found = _ask(browser, "药品")
    assert _texts(found) == {"榜题": ["病区药品转运"], "产品": ["药品转运机器人"]}
    assert list(_texts(_ask(browser, "药品", "products"))) == ["产品", "榜题"]
    assert found["said"] == "2 条建议，用上下键选"
    (item,) = _items(found, "榜题")
    assert item["pieces"] == [["病区", False], ["药品", True], ["转运", False]]
    number = item["note"][0][0]
    assert number.startswith("SH-2026-")
    assert browser.get(item["url"]).status_code == 200
    assert _texts(_ask(browser, number)) == {"榜题": ["病区药品转运"]}


def test_what_leads_to_a_narrowed_list_leads_to_that_of_the_box(browser: stages.Browser) -> None:
    for place, path in (("challenges", "/zh/challenges"), ("products", "/zh/products"), ("nonsense", "/zh/challenges")):
        (item,) = _items(_ask(browser, "青浦", place), "按领域、任务和所在区")
        assert (item["url"], item["note"]) == (f"{path}?district=310118", [["所在区", ""]])
    assert _ask(browser, "青浦", "notices")["groups"] == []  # notices have no district
    (item,) = _items(_ask(browser, "分选"), "也搜索同义词")
    assert item["url"] == f"/zh/challenges?q={quote('分选')}"
    assert item["note"] == [["分拣", ""], ["sorting", ""]]


def test_an_english_reader_gets_english_and_chinese_is_marked_as_such(browser: stages.Browser) -> None:
    (item,) = _items(_ask(browser, "sort", code="en"), "Also searches synonyms")
    assert (item["url"], item["lang"]) == ("/en/challenges?q=sorting", "")
    assert item["note"] == [["分拣", "zh-CN"], ["分选", "zh-CN"]]
    (item,) = _items(_ask(browser, "qingpu", code="en"), "By domain, task and district")
    assert item["url"] == "/en/challenges?district=310118"
    assert _texts(_ask(browser, "药品", code="en"))["Challenges"] == ["EN 病区药品转运"]


@pytest.mark.parametrize("typed", ["藥品", "　药品", "药品 转运", "转运 药", "ＥＮ 病区"])
def test_script_width_and_order_of_words_do_not_matter(browser: stages.Browser, typed: str) -> None:
    assert _texts(_ask(browser, typed))["榜题"] == ["病区药品转运"]


def test_a_word_that_is_never_displayed_leads_to_one_that_is(browser: stages.Browser) -> None:
    found = _ask(browser, "痴呆")
    assert _texts(found) == {"也搜索同义词": ["认知症"]}
    assert "痴呆" not in str(found)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "a", "-", "\0", "%", "_", "*", "'", '"><script>alert(1)</script>', "\\", "(", "[", "🤖", "x" * 9000,
     "药" * 500, "\n", "‮药品", "{{7*7}}", "%00", "&#x3c;"],
)  # fmt: skip
def test_whatever_is_typed_is_answered(browser: stages.Browser, typed: str) -> None:
    found = _ask(browser, typed)
    assert "<script>" not in str(found)
    assert found["said"]
    assert _ask(browser, typed, typed, "en")["said"]


def test_nobody_is_suggested_what_they_may_not_see(world: World, clock: time_machine.Coordinates) -> None:
    scenario_id = world.admitted("秘密草稿").id
    with unit_of_work():
        draft_id = services.create(world.officer, scenario_id).id
    product_id = world.product(name="秘密产品", listed=False).id
    world.work()
    own = _items(_ask(stages.client(world, "vendor"), "秘密"), "产品")
    assert [i["url"] for i in own] == [f"/zh/products/{product_id}"]
    for name in ("", "stranger", "rival", "owner", "administrator"):
        assert _ask(stages.client(world, name), "秘密")["groups"] == [], name
    # An index that is wrong or behind says they are everybody's: the rows decide.
    everybody = frozenset({"any"})
    facets, numbers = {"state": ("published",)}, {"closes": site_clock.now().timestamp() + 9e5}
    leak = Document(title=("秘密草稿",), body=(), facets=facets, numbers=numbers, keys=everybody)
    product = Document(title=("秘密产品",), body=(), keys=everybody)
    engine().apply({("challenge", draft_id): leak, ("product", product_id): product, ("notice", 9999): leak})
    for name in ("", "stranger", "rival"):
        found = _ask(stages.client(world, name), "秘密")
        assert (found["groups"], found["said"]) == ([], "没有建议"), name


def test_open_challenges_come_before_closed_ones(
    world: World, browser: stages.Browser, clock: time_machine.Coordinates
) -> None:
    world.challenge("药品早截止", days=20)
    world.work()
    assert _texts(_ask(browser, "药品"))["榜题"] == ["药品早截止", "病区药品转运"]
    closes_at = session().scalars(select(Challenge.closes_at).order_by(Challenge.closes_at)).first()
    session().rollback()
    assert closes_at is not None
    clock.move_to(closes_at)
    assert _texts(_ask(browser, "药品"))["榜题"] == ["病区药品转运", "药品早截止"]


def test_thirty_rows_take_as_many_queries_as_one(world: World, browser: stages.Browser) -> None:
    signed_in = stages.client(world, "stranger")
    _ask(signed_in, "药品")
    with stages.counted(world.app) as one:
        _ask(signed_in, "药品")
    first = session().scalars(select(Challenge.id).order_by(Challenge.id)).first()
    assert first is not None
    version = session().scalars(select(ChallengeVersion.id).where(ChallengeVersion.challenge_id == first)).one()
    for copy in stages.copies(Challenge, first, 29):
        stages.copies(ChallengeVersion, version, 1, challenge_id=copy)
    rebuild()
    with stages.counted(world.app) as thirty:
        found = _ask(signed_in, "药品")
    assert len(_items(found, "榜题")) == 5
    assert (len(thirty), len(one) <= 8) == (len(one), True)
