"""The quick reading of Whoosh's postings against Whoosh itself: the same documents with the same scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from marketplace.infra.search import analysis
from marketplace.infra.search.documents import Document
from marketplace.infra.search.engines.whoosh import WhooshEngine
from marketplace.infra.search.engines.writing import BOOSTS
from marketplace.infra.search.queries import Query
from tests.bench.corpus import document, queries

SIZE = 300


def _is_plain(text: str) -> bool:
    """A lone character is looked up in the texts here, which Whoosh cannot do."""
    return bool(text) and all(len(t) > 1 or not analysis.is_han(t) for g in analysis.query_terms(text) for t in g)


PLAIN = [text for _kind, text in queries(240) if _is_plain(text)]


class Reference:
    """Whoosh as its manual shows it: a matcher for each document, phrases by positions."""

    def __init__(self, path: Path) -> None:
        from whoosh.analysis import SpaceSeparatedTokenizer
        from whoosh.fields import ID, NUMERIC, TEXT, Schema
        from whoosh.index import create_in

        path.mkdir()
        texts = {
            name: TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True, field_boost=boost)
            for name, boost in BOOSTS.items()
        }
        self.index = create_in(str(path), Schema(uid=ID(unique=True, stored=True), row=NUMERIC(stored=True), **texts))

    def write(self, changes: dict[int, Document | None]) -> None:
        writer = self.index.writer()
        for number, found in changes.items():
            if found is None:
                writer.delete_by_term("uid", str(number))
                continue
            title, body = (analysis.analyse("\n".join(part)) for part in (found.title, found.body))
            writer.update_document(
                uid=str(number),
                row=number,
                t_words=" ".join(title.words),
                t_grams=" ".join(title.grams),
                b_words=" ".join(body.words),
                b_grams=" ".join(body.grams),
            )
        writer.commit(merge=False)

    def search(self, text: str) -> dict[int, float]:
        from whoosh.query import And, Or

        groups = [Or([self._term(t) for t in sorted(group)]) for group in analysis.query_terms(text)]
        with self.index.searcher() as searcher:
            hits = searcher.search(And(groups), limit=None)
            if not hits and len(groups) > 1:
                hits = searcher.search(Or(groups), limit=None)
            return {hit["row"]: hit.score for hit in hits}

    def _term(self, term: str) -> Any:
        from whoosh.query import Or, Phrase, Term

        grams = analysis.grams(term)
        pieces: list[Any] = []
        for place in ("t", "b"):
            if analysis.is_han(term):
                pieces.append(Term(f"{place}_words", term))
            pieces.append(Term(f"{place}_grams", grams[0]) if len(grams) == 1 else Phrase(f"{place}_grams", grams))
        return Or(pieces)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[WhooshEngine, Reference]:
    """The same documents in both: written in three goes, some changed, some removed."""
    folder = tmp_path_factory.mktemp("pair")
    engine, reference = WhooshEngine(folder / "ours"), Reference(folder / "theirs")
    goes: list[dict[int, Document | None]] = [
        {n: document(n) for n in range(1, 200)},
        {n: document(n) for n in range(200, SIZE)},
        {5: None, 6: document(906), 250: None, **{n: document(n) for n in range(SIZE, SIZE + 6)}},
    ]
    for go in goes:
        engine.apply({("challenge", n): found for n, found in go.items()})
        reference.write(go)
    return engine, reference


def _ours(engine: WhooshEngine, text: str) -> dict[int, float]:
    """Every document found with its score, read through the order of the answer."""
    scores: dict[int, float] = {}

    def order(table: Any, hits: Any, found: Any) -> Any:
        scores.update(zip(table.row_ids[hits].tolist(), found.tolist()))
        return -found

    keys = frozenset({"any", *(f"org:{n}" for n in range(51))})
    result = engine.search(Query("challenge", keys, text, order=order, limit=SIZE * 2))
    assert len(result.ids) == result.total == len(scores)
    assert result.ids == sorted(result.ids, key=lambda i: (-scores[i], -i))
    return scores


@pytest.mark.parametrize("text", PLAIN, ids=range(len(PLAIN)))
def test_a_query_finds_and_ranks_what_whoosh_itself_finds(pair: tuple[WhooshEngine, Reference], text: str) -> None:
    engine, reference = pair
    ours, theirs = _ours(engine, text), reference.search(text)
    assert set(ours) == set(theirs)
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_some_of_the_queries_find_something_and_some_find_few(pair: tuple[WhooshEngine, Reference]) -> None:
    sizes = [len(_ours(pair[0], text)) for text in PLAIN]
    assert sum(1 for s in sizes if s) > len(sizes) * 0.7
    assert sum(1 for s in sizes if 0 < s < 20) > 10


def test_one_character_finds_every_text_that_holds_it(pair: tuple[WhooshEngine, Reference]) -> None:
    wanted = {
        n
        for n in range(1, SIZE + 6)
        if n not in (5, 250)
        for found in [document(906 if n == 6 else n)]
        if "箱" in "".join((*found.title, *found.body))
    }
    assert set(_ours(pair[0], "箱")) == wanted


def test_whoosh_reads_the_segments_written_here(pair: tuple[WhooshEngine, Reference]) -> None:
    from whoosh.index import open_dir
    from whoosh.query import Term

    reference = pair[1]
    terms = [t for text in PLAIN for group in analysis.query_terms(text) for t in group][:200]
    with open_dir(pair[0].snapshot().folder).searcher() as ours, reference.index.searcher() as theirs:
        for term in terms:
            asked = Term("b_words", term)
            assert [round(h.score, 3) for h in ours.search(asked, limit=None)] == [
                round(h.score, 3) for h in theirs.search(asked, limit=None)
            ]
