"""One state of the index, in memory as arrays: matching, ranking, rights, facets and pages without a loop over hits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from whoosh.index import TOC, open_dir

from marketplace.infra.search import analysis
from marketplace.infra.search.columns import Dictionary, Mask, Numbers, Table, first, table
from marketplace.infra.search.engines.postings import FIELDS, Kept, Segment
from marketplace.infra.search.engines.titles import Titles
from marketplace.infra.search.queries import Beginning, Query, Result

SATURATION, SLOPE = 1.2, 0.75
"""K1 and B of BM25 (Robertson and Zaragoza 2009, section 3), as in Whoosh."""
Scores = NDArray[np.float32]


def load(folder: Path, before: Snapshot | None) -> Snapshot:
    """Read the newest state; segments that the state before has loaded already are taken from it."""
    index = open_dir(str(folder))
    reader = index.reader()
    known = before.segments if before is not None and before.folder == str(folder) else {}
    dictionary = before.dictionary if before is not None else Dictionary()
    segments: dict[str, Segment] = {}
    placed: list[_Placed] = []
    for leaf, offset in reader.leaf_readers():
        if not leaf.doc_count_all():
            continue
        name = leaf.segment().segment_id()
        segment = segments[name] = known.get(name) or Segment(leaf, dictionary)
        live = np.ones(segment.size, dtype=bool)
        live[list(leaf.segment().deleted_docs())] = False
        placed.append(_Placed(segment, offset, live))
    return Snapshot(str(folder), index.latest_generation(), dictionary, segments, placed)


@dataclass(frozen=True)
class _Placed:
    """A segment, where its documents begin in this state, and which of them are not deleted."""

    segment: Segment
    offset: int
    live: Mask


class Snapshot:
    """A state of the index. Nothing in it changes; several threads may read it."""

    def __init__(
        self,
        folder: str,
        generation: int,
        dictionary: Dictionary,
        segments: Mapping[str, Segment],
        placed: list[_Placed],
    ) -> None:
        self.folder = folder
        self.generation = generation
        self.dictionary = dictionary
        self.segments = dict(segments)
        self._placed = placed
        self._size = sum(p.segment.size for p in placed)
        # Average length of each field, over deleted documents too, as Whoosh has it.
        self._average = {
            name: (sum(p.segment.totals[name] for p in placed) / self._size or 1.0) if self._size else 1.0
            for name in FIELDS
        }
        self._tables: dict[str, tuple[Table, NDArray[np.int64]]] = {}
        for kind in sorted({kind for p in placed for kind in p.segment.parts}):
            self._tables[kind] = self._table(kind)
        self._scored = Kept(max(32, self._size // 400))  # 2.5 KB a document: a common word takes 8 bytes of each
        self._titles: dict[str, Titles] = {}

    def _table(self, kind: str) -> tuple[Table, NDArray[np.int64]]:
        parts, places = [], []
        for p in self._placed:
            found = p.segment.parts.get(kind)
            if found is not None:
                live = p.live[found.places]
                parts.append((found, live))
                places.append(found.places[live] + p.offset)
        made, order = table(parts, self.dictionary)
        return made, np.concatenate(places)[order]

    def is_newest(self, folder: Path) -> bool:
        """Whether the index in ``folder`` is still as it was read: Whoosh numbers its states one by one."""
        if self.folder != str(folder):
            return False
        contents = TOC._filename("MAIN", self.generation), TOC._filename("MAIN", self.generation + 1)
        return (folder / contents[0]).exists() and not (folder / contents[1]).exists()

    def known(self) -> set[tuple[str, int]]:
        """Every document."""
        return {(kind, int(row_id)) for kind, (rows, _places) in self._tables.items() for row_id in rows.row_ids}

    def search(self, query: Query) -> Result:
        """Answer a query: all words must be found; if no document has all of them, any."""
        terms = analysis.query_terms(query.text)
        if query.kind not in self._tables or (query.text.strip() and not terms):
            return Result([], 0, {f.name: {} for f in query.facets}, False, terms)
        rows, places = self._tables[query.kind]
        allowed = rows.keys.any_of(query.keys)
        if not terms:
            return self._answer(query, np.flatnonzero(allowed), np.zeros(len(allowed)), False, terms)
        groups = [self._group(group)[places] for group in terms]
        hits = np.flatnonzero(np.logical_and.reduce([g > 0 for g in groups]) & allowed)
        relaxed = False
        if not len(hits) and len(groups) > 1:
            hits = np.flatnonzero(np.logical_or.reduce([g > 0 for g in groups]) & allowed)
            relaxed = bool(len(hits))
        scores: Numbers = np.array(groups).sum(axis=0, dtype=np.float64)
        return self._answer(query, hits, scores, relaxed, terms)

    def beginning(self, query: Beginning) -> list[int]:
        """Ids of the rows with a title that holds what was begun, in the order that the query asks for."""
        if query.kind not in self._tables:
            return []
        rows = self._tables[query.kind][0]
        titles = self._titles.get(query.kind)
        if titles is None:  # two threads may both make them; they come out the same
            titles = self._titles[query.kind] = self._titles_of(query.kind)
        found = titles.holding(query.text, rows.keys.any_of(query.keys))
        hits = np.array(list(found), dtype=np.intp)
        inside = np.array(list(found.values()), dtype=np.float64)
        values = query.order(rows, hits, inside) if query.order else inside
        return [int(i) for i in rows.row_ids[hits[first(values, query.limit)]]]

    def _titles_of(self, kind: str) -> Titles:
        texts = [text for p in self._placed for text in p.segment.plain]
        offsets = np.cumsum([0, *(p.segment.size for p in self._placed)])
        starts = np.array([p.offset for p in self._placed])
        places = self._tables[kind][1]
        segment = np.searchsorted(starts, places, side="right") - 1
        return Titles([texts[i] for i in places - starts[segment] + offsets[segment]])

    def _answer(
        self, query: Query, hits: NDArray[np.intp], scores: Numbers, relaxed: bool, terms: list[frozenset[str]]
    ) -> Result:
        rows = self._tables[query.kind][0]
        values = {f.name: f.values(rows, hits) for f in query.facets}
        passes = {
            name: values[name].any_of(wanted) for name, wanted in query.chosen.items() if wanted and name in values
        }
        failed = np.zeros(len(hits), dtype=np.int8)
        for passed in passes.values():
            failed += ~passed
        kept = failed == 0
        counts = {}
        for name, found in values.items():
            # A facet counts as if nothing were chosen in itself.
            counts[name] = found.counts(kept | ((failed == 1) & ~passes[name]) if name in passes else _all_or(kept))
        chosen = hits if not passes else hits[kept]
        sorting = query.order(rows, chosen, scores[chosen]) if query.order else -scores[chosen]
        page = first(sorting, query.offset + query.limit)[query.offset :]
        return Result([int(i) for i in rows.row_ids[chosen[page]]], len(chosen), counts, relaxed, terms)

    def _group(self, terms: frozenset[str]) -> Scores:
        """Scores of every document for interchangeable terms, 0 where it has none of them."""
        found = np.zeros(self._size, dtype=np.float32)
        for term in sorted(terms):
            for places, scores in self._term(term):
                found[places] += scores
        return found

    def _term(self, term: str) -> Iterator[tuple[NDArray[np.int32], Scores]]:
        """Where a term occurs, in any text field: Chinese also by neighbouring characters, several words in a row."""
        grams = analysis.grams(term)
        is_han = analysis.is_han(term)
        for place in ("t", "b"):
            if is_han:
                yield self._score(f"{place}_words", term)
            field = f"{place}_grams"
            if len(term) == 1 and is_han:
                yield self._score(field, term, in_text=True)
            elif len(grams) == 1:
                yield self._score(field, grams[0])
            elif grams:
                yield self._phrase(place, term, grams)

    def _score(
        self, field: str, term: str, *, in_text: bool = False, keep: bool = True
    ) -> tuple[NDArray[np.int32], Scores]:
        wanted = (field, f"text {term}" if in_text else term)
        known = self._scored.get(wanted)
        if known is not None:
            return known
        found = [p.segment.holding(field, term) if in_text else p.segment.postings(field, term) for p in self._placed]
        frequency = sum(len(ids) for ids, _weights in found)
        rarity = log(self._size / (frequency + 1)) + 1 if self._size else 0.0
        places, scores = [], []
        for p, (ids, weights) in zip(self._placed, found, strict=True):
            length = p.segment.lengths[field][ids]
            slowed = SATURATION * ((1 - SLOPE) + SLOPE * length / np.float32(self._average[field]))
            places.append(ids + np.int32(p.offset))
            scores.append(np.float32(rarity) * (weights * np.float32(SATURATION + 1) / (weights + slowed)))
        made = np.concatenate(places), np.concatenate(scores).astype(np.float32)
        return self._scored.put(wanted, made) if keep else made

    def _phrase(self, place: str, term: str, grams: list[str]) -> tuple[NDArray[np.int32], Scores]:
        field = f"{place}_grams"
        wanted = (field, f"phrase {term}")
        known = self._scored.get(wanted)
        if known is not None:
            return known
        total = np.zeros(self._size, dtype=np.float32)
        count = np.zeros(self._size, dtype=np.int16)
        distinct = list(dict.fromkeys(grams))
        for gram in distinct:
            # Not kept: a few phrases hold more pairs than all words that people ask for, and would crowd them out.
            places, scores = self._score(field, gram, keep=False)
            total[places] += scores * np.float32(grams.count(gram))
            count[places] += 1
        candidates = np.flatnonzero(count == len(distinct)).astype(np.int32)
        pattern = analysis.pattern(term)
        kept = []
        for p in self._placed:
            low, high = np.searchsorted(candidates, (p.offset, p.offset + p.segment.size))
            local = candidates[low:high] - np.int32(p.offset)
            whole, _weights = p.segment.postings(f"{place}_words", term)
            kept.append(candidates[low:high][p.segment.verified(local, field, pattern, whole)])
        places = np.concatenate(kept) if kept else candidates
        return self._scored.put(wanted, (places, total[places]))


def _all_or(kept: Mask) -> Mask | None:
    """Nothing to leave out is told apart, because counting all is quicker."""
    return None if kept.all() else kept


EMPTY = Snapshot("", 0, Dictionary(), {}, [])
"""What is read while there is no index."""
