"""Whoosh: terms segmented beforehand, nothing stored but ids and the values of facets, rights and sorting."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from marketplace.infra.search import analysis
from marketplace.infra.search.documents import Document
from marketplace.infra.search.queries import Entry, Query, Result

_TEXTS = (("t_words", 4.0), ("t_grams", 3.0), ("b_words", 1.0), ("b_grams", 0.7))


def _schema() -> Any:
    from whoosh.analysis import SpaceSeparatedTokenizer
    from whoosh.fields import ID, STORED, TEXT, Schema

    texts = {name: TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True, field_boost=boost) for name, boost in _TEXTS}
    return Schema(uid=ID(unique=True, stored=True), kind=ID, entry=STORED, **texts)


class WhooshEngine:
    """An index in a folder; ``current`` names the generation that is read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._opened: tuple[str, Any, Any, list[Entry | None]] | None = None

    def _folder(self) -> Path:
        pointer = self.root / "current"
        if not pointer.exists():
            self._swap(self._new())
        return self.root / pointer.read_text().strip()

    def _new(self) -> Path:
        from whoosh.index import create_in

        folder = self.root / f"index-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        create_in(str(folder), _schema())
        return folder

    def _swap(self, folder: Path) -> None:
        partial = self.root / "current.part"
        partial.write_text(folder.name)
        partial.replace(self.root / "current")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        import fcntl

        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def apply(self, changes: Mapping[tuple[str, int], Document | None]) -> None:
        """Write or remove documents in the current index; waits while it is being rebuilt."""
        from whoosh.index import open_dir

        with self._writing():
            writer = open_dir(str(self._folder())).writer(limitmb=64)
            for (kind, row_id), document in changes.items():
                if document is None:
                    writer.delete_by_term("uid", f"{kind}:{row_id}")
                else:
                    writer.update_document(**_fields(kind, row_id, document))
            writer.commit()

    def rebuild(self, documents: Mapping[tuple[str, int], Document]) -> None:
        """Write all documents to a new index, swap it in, remove the old one."""
        from whoosh.index import open_dir

        with self._writing():
            folder = self._new()
            writer = open_dir(str(folder)).writer(limitmb=128)
            for (kind, row_id), document in documents.items():
                writer.add_document(**_fields(kind, row_id, document))
            writer.commit(optimize=True)
            old = [p for p in self.root.glob("index-*") if p != folder]
            self._swap(folder)
            for path in old:
                shutil.rmtree(path, ignore_errors=True)

    def _reader(self) -> tuple[Any, list[Entry | None]]:
        from whoosh.index import open_dir

        with self._lock:
            folder = self._folder()
            if (
                self._opened
                and self._opened[0] == str(folder)
                and self._opened[1].latest_generation() == self._opened[2].generation
            ):
                return self._opened[2].searcher, self._opened[3]
            index = open_dir(str(folder))
            searcher = index.searcher()
            reader = searcher.reader()
            entries: list[Entry | None] = [None] * reader.doc_count_all()
            for number, stored in reader.iter_docs():
                entries[number] = Entry(*stored["entry"])
            self._opened = (str(folder), index, _Opened(searcher, index.latest_generation()), entries)
            return searcher, entries

    def known(self) -> set[tuple[str, int]]:
        """Every document in the current index."""
        _searcher, entries = self._reader()
        return {(e.kind, e.row_id) for e in entries if e is not None}

    def search(self, query: Query) -> Result:
        """Rank, filter by the viewer's keys, count facets, sort and cut a page."""
        searcher, entries = self._reader()
        terms = analysis.query_terms(query.text)
        relaxed = False
        if not terms:
            scores = {n: 0.0 for n, e in enumerate(entries) if e is not None and e.kind == query.kind}
            if query.text.strip():
                scores = {}
        else:
            scores = _matches(searcher, _all_of(terms), query.kind, entries)
            if not scores and len(terms) > 1:
                scores = _matches(searcher, _any_of(terms), query.kind, entries)
                relaxed = bool(scores)
        seen = [(n, entry) for n in scores if (entry := entries[n]) is not None and entry.keys & query.keys]
        return _answer(query, seen, scores, relaxed, terms)


class _Opened:
    def __init__(self, searcher: Any, generation: int) -> None:
        self.searcher = searcher
        self.generation = generation


def _fields(kind: str, row_id: int, document: Document) -> dict[str, Any]:
    title, body = "\n".join(document.title), "\n".join(document.body)
    return {
        "uid": f"{kind}:{row_id}",
        "kind": kind,
        "entry": (kind, row_id, dict(document.facets), dict(document.numbers), document.keys),
        "t_words": " ".join(analysis.words(title)),
        "t_grams": " ".join(analysis.grams(title)),
        "b_words": " ".join(analysis.words(body)),
        "b_grams": " ".join(analysis.grams(body)),
    }


def _term(term: str) -> Any:
    """One term in any text field; Chinese also by neighbouring characters, several words as a phrase."""
    from whoosh.query import Or, Phrase, Prefix, Term

    pieces: list[Any] = []
    for place in ("t", "b"):
        if analysis.is_han(term):
            pieces.append(Term(f"{place}_words", term))
        grams = analysis.grams(term)
        if len(term) == 1 and analysis.is_han(term):
            pieces.append(Prefix(f"{place}_grams", term))
        elif len(grams) == 1:
            pieces.append(Term(f"{place}_grams", grams[0]))
        elif grams:
            pieces.append(Phrase(f"{place}_grams", grams))
    return Or(pieces)


def _all_of(terms: list[frozenset[str]]) -> Any:
    from whoosh.query import And, Or

    return And([Or([_term(t) for t in sorted(group)]) for group in terms])


def _any_of(terms: list[frozenset[str]]) -> Any:
    from whoosh.query import Or

    return Or([_term(t) for group in terms for t in sorted(group)])


def _matches(searcher: Any, question: Any, kind: str, entries: list[Entry | None]) -> dict[int, float]:
    from whoosh.query import Term

    hits = searcher.search(question, limit=None, filter=Term("kind", kind))
    return {number: score for score, number in hits.top_n if entries[number] is not None}


def _answer(
    query: Query, seen: list[tuple[int, Entry]], scores: dict[int, float], relaxed: bool, terms: list[frozenset[str]]
) -> Result:
    names = [f.name for f in query.facets]
    values = {n: {f.name: f.values(e) for f in query.facets} for n, e in seen}
    chosen = {name: wanted for name, wanted in query.chosen.items() if wanted and name in names}

    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    kept: list[tuple[int, Entry]] = []
    for number, entry in seen:
        failed = [name for name, wanted in chosen.items() if not wanted.intersection(values[number][name])]
        if not failed:
            kept.append((number, entry))
        if len(failed) > 1:
            continue
        for name in failed or names:
            for value in values[number][name]:
                counts[name][value] = counts[name].get(value, 0) + 1
    order = query.order or (lambda _entry, score: (-score,))
    kept.sort(key=lambda pair: (*order(pair[1], scores[pair[0]]), -pair[1].row_id))
    page = kept[query.offset : query.offset + query.limit]
    return Result([e.row_id for _n, e in page], len(kept), counts, relaxed, terms)
