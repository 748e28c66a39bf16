"""Search: words however they are written, rights and counts, and an index that only follows the rows."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.catalogue import services as catalogue
from marketplace.console.checks import differences
from marketplace.infra.search import services
from marketplace.infra.search.analysis import grams, highlight, normalise, query_terms, words
from marketplace.infra.search.documents import Document
from marketplace.infra.search.engines.whoosh import WhooshEngine
from marketplace.infra.search.models import IndexJob
from marketplace.infra.search.queries import Facet, Query, Result
from marketplace.kernel.db import session, unit_of_work
from tests.factories.world import World

ANY = frozenset({"any"})
TITLES = {
    1: "快递分拣机器人",
    2: "包裹分选线改造",
    3: "无人搬运车物流配送",
    4: "AGV fleet for totes",
    5: "夜间巡逻 Night patrol",
    6: "AMR 自主移动机器人",
}


def _document(title: str, *, keys: frozenset[str] = ANY, **facets: str) -> Document:
    return Document(title=(title,), body=(), facets={k: (v,) for k, v in facets.items()}, keys=keys)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    """An index with six titles, read only."""
    found = WhooshEngine(tmp_path_factory.mktemp("index"))
    found.apply({("challenge", n): _document(title) for n, title in TITLES.items()})
    return found


def _ask(engine: WhooshEngine, text: str) -> set[int]:
    result = engine.search(Query(kind="challenge", keys=ANY, text=text))
    return set() if result.relaxed else set(result.ids)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("分拣", {1, 2}),
        ("分选", {1, 2}),
        ("快递分拣", {1, 2}),
        ("sorting", {1, 2}),
        ("AGV", {3, 4}),
        ("agv", {3, 4}),
        ("ＡＧＶ", {3, 4}),
        ("无人搬运车", {3, 4}),
        ("自动导引车", {3, 4}),
        ("無人搬運車", {3, 4}),
        ("分揀", {1, 2}),
        ("夜間巡邏", {5}),
        ("NIGHT PATROL", {5}),
        ("patrols", {5}),
        ("Ｎｉｇｈｔ", {5}),
        ("移动机器人", {6}),
        ("不存在的词语", set()),
        ("！？。", set()),
    ],
)
def test_a_word_finds_its_synonyms_in_either_script_width_and_case(
    engine: WhooshEngine, text: str, found: set[int]
) -> None:
    assert _ask(engine, text) == found


def test_no_words_find_everything_of_the_kind(engine: WhooshEngine) -> None:
    assert set(engine.search(Query(kind="challenge", keys=ANY)).ids) == set(TITLES)
    assert engine.search(Query(kind="product", keys=ANY)).ids == []


def test_all_words_must_be_found_else_the_answer_says_that_some_were_left_out(engine: WhooshEngine) -> None:
    assert _ask(engine, "快递 分拣") == {1, 2}
    relaxed = engine.search(Query(kind="challenge", keys=ANY, text="巡逻 分拣"))
    assert (relaxed.relaxed, set(relaxed.ids)) == (True, {1, 2, 5})


def test_text_is_folded_before_it_is_cut_into_terms() -> None:
    assert normalise("無人搬運車ＡＧＶ Ⅳ") == "无人搬运车agv iv"
    assert words("Sorting robots 0.5 kg") == ["sort", "robot", "0.5", "kg"]
    assert grams("分拣线 AGV") == ["分拣", "拣线", "agv"]
    assert grams("箱") == ["箱"]


def test_a_synonym_is_one_term_and_a_latin_one_stands_alone() -> None:
    assert query_terms("无人搬运车") == query_terms("agv")
    assert {"agv", "无人搬运车"} <= query_terms("agv")[0]
    assert query_terms("agvs") == [frozenset({"agv"})]
    assert frozenset({"agf", "无人叉车", "autonomous forklift"}) in query_terms("autonomous forklift")
    assert query_terms("  ") == []


def test_what_was_asked_for_is_marked_in_the_text_as_written() -> None:
    assert highlight("快遞分揀", query_terms("分拣")) == [("快遞", False), ("分揀", True)]
    assert highlight("Night Patrols", query_terms("patrol")) == [("Night ", False), ("Patrols", True)]
    assert highlight("", query_terms("分拣")) == []


def _shop(path: Path) -> WhooshEngine:
    engine = WhooshEngine(path)
    engine.apply(
        {
            ("challenge", 1): _document("分拣一", domain="logistics", state="open"),
            ("challenge", 2): _document("分拣二", domain="logistics", state="closed"),
            ("challenge", 3): _document("分拣三", domain="retail", state="open"),
            ("challenge", 4): _document("巡逻", domain="retail", state="open"),
            ("challenge", 5): _document("分拣草稿", keys=frozenset({"org:1"}), domain="retail", state="open"),
        }
    )
    return engine


def _narrow(engine: WhooshEngine, text: str = "分拣", keys: frozenset[str] = ANY, **chosen: str) -> Result:
    facets = tuple(Facet(n, lambda table, hits, n=n: table.facet(n, hits)) for n in ("domain", "state"))  # type: ignore[misc]
    return engine.search(
        Query("challenge", keys, text, {k: frozenset({v}) for k, v in chosen.items()}, facets, limit=2)
    )


def test_a_facet_counts_what_choosing_another_of_its_values_would_give(tmp_path: Path) -> None:
    engine = _shop(tmp_path)
    free = _narrow(engine)
    assert free.counts == {"domain": {"logistics": 2, "retail": 1}, "state": {"open": 2, "closed": 1}}
    one = _narrow(engine, domain="logistics")
    assert (one.total, one.counts) == (
        2,
        {"domain": {"logistics": 2, "retail": 1}, "state": {"open": 1, "closed": 1}},
    )
    both = _narrow(engine, domain="logistics", state="open")
    assert (both.ids, both.total, both.counts) == (
        [1],
        1,
        {"domain": {"logistics": 1, "retail": 1}, "state": {"open": 1, "closed": 1}},
    )
    nothing = _narrow(engine, domain="household")
    assert (nothing.total, nothing.counts["domain"]) == (0, {"logistics": 2, "retail": 1})


def test_what_one_may_not_see_is_neither_found_nor_counted(tmp_path: Path) -> None:
    engine = _shop(tmp_path)
    assert _narrow(engine).total == 3
    mine = _narrow(engine, keys=frozenset({"any", "org:1"}))
    assert (mine.total, mine.counts["domain"]) == (4, {"logistics": 2, "retail": 2})


def test_a_page_is_cut_after_counting(tmp_path: Path) -> None:
    engine = _shop(tmp_path)
    first = engine.search(Query("challenge", ANY, "分拣", limit=2))
    second = engine.search(Query("challenge", ANY, "分拣", offset=2, limit=2))
    assert (first.total, len(first.ids), len(second.ids)) == (3, 2, 1)
    assert sorted(first.ids + second.ids) == [1, 2, 3]


def test_a_removed_document_is_not_found_and_a_changed_one_by_its_new_words_only(tmp_path: Path) -> None:
    engine = _shop(tmp_path)
    assert _narrow(engine).total == 3
    engine.apply({("challenge", 1): None, ("challenge", 2): _document("焊接")})
    assert _narrow(engine).ids == [3]
    assert _narrow(engine, "焊接").ids == [2]
    assert engine.known() == {("challenge", n) for n in (2, 3, 4, 5)}


def test_a_rebuild_is_swapped_in_and_the_index_keeps_answering(tmp_path: Path) -> None:
    engine, reader = _shop(tmp_path), WhooshEngine(tmp_path)
    before = (tmp_path / "current").read_text()
    assert _narrow(reader).total == 3
    engine.rebuild({("challenge", 7): _document("分拣七", domain="retail", state="open")})
    assert (tmp_path / "current").read_text() != before
    assert _narrow(reader).ids == [7]
    assert len(list(tmp_path.glob("index-*"))) == 1
    engine.apply({("challenge", 8): _document("分拣八", domain="retail", state="open")})
    assert sorted(_narrow(reader).ids) == [7, 8]


def _found(app: Flask, text: str) -> str:
    return app.test_client().get("/zh/challenges", query_string={"q": text}).text


def test_the_worker_applies_the_index_job_of_a_published_challenge(world: World) -> None:
    world.challenge("医院标本夜间转运")
    assert "<mark>" not in _found(world.app, "標本轉運")
    assert session().scalar(select(func.count()).select_from(IndexJob)) == 1
    assert world.work() > 0
    session().rollback()
    assert session().scalar(select(func.count()).select_from(IndexJob)) == 0
    page = _found(world.app, "標本轉運")
    assert "<mark>标本</mark>" in page
    assert [d for d in differences() if d.startswith("index")] == []


def test_a_draft_is_found_by_its_own_people_only(world: World) -> None:
    product_id = world.product(name="绝影未公开", listed=False).id
    world.work()
    address = "/zh/products?q=绝影未公开"
    shown = {
        who: f"/zh/products/{product_id}" in world.client(who).get(address).text
        for who in ("vendor", "rival", "officer")
    }
    assert (shown["vendor"], shown["rival"]) == (True, False)
    assert f"/zh/products/{product_id}" not in world.app.test_client().get(address).text
    vendor = world.vendor
    with unit_of_work():
        catalogue.list_(vendor, product_id)
    world.work()
    assert f"/zh/products/{product_id}" in world.client("rival").get(address).text


def test_a_stale_index_leaks_nothing(world: World) -> None:
    product_id = world.product(name="绝影已公开").id
    world.work()
    vendor = world.vendor
    with unit_of_work():
        catalogue.withdraw(vendor, product_id)
    assert f"/zh/products/{product_id}" not in world.client("rival").get("/zh/products?q=绝影已公开").text


def test_a_full_rebuild_holds_what_the_rows_call_for(world: World) -> None:
    world.challenge()
    world.product()
    services.engine().apply({("product", 12345): _document("幽灵")})
    assert services.rebuild() == 2
    assert {kind for kind, _row in services.engine().known()} == {"challenge", "product"}
    assert [d for d in differences() if d.startswith("index")] == []
    assert services.apply_pending() == 0  # what waited before the rows were read is in the new index


@pytest.mark.db
def test_a_change_that_comes_while_the_index_is_rebuilt_is_written_into_the_new_one(world: World) -> None:
    world.product(name="绝影旧名")
    world.work()
    session().rollback()
    rebuilding = services.engine()
    with rebuilding.alone():
        documents = services.all_documents()  # read before the other product is there
        session().rollback()
        product_id = world.product(name="绝影新名").id
        session().rollback()
        worker = threading.Thread(target=_worked, args=(world,))
        worker.start()
        worker.join(0.3)
        assert worker.is_alive()  # else it would write into the index that is about to go
        rebuilding.rebuild(documents)
    worker.join(20)
    assert ("product", product_id) in services.engine().known()
    assert [d for d in differences() if d.startswith("index")] == []


def _worked(world: World) -> None:
    with world.app.app_context():
        services.apply_pending()
