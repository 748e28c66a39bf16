"""Whoosh's segments written from arrays: terms are counted in memory and whole blocks handed to its codec.

Whoosh's own writer passes every posting through a sorted pool on disk, which takes ten times as long. The files are
the same: a test reads them with Whoosh itself.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.codec.whoosh3 import W3Codec
from whoosh.fields import ID, STORED, FieldType, Schema
from whoosh.formats import Existence
from whoosh.index import open_dir
from whoosh.writing import SegmentWriter

from marketplace.infra.search.engines.postings import length_bytes, lengths

BLOCK = 4096
"""Postings in one block: more than Whoosh's 128, because whole blocks become arrays."""
BOOSTS = {"t_words": 4.0, "t_grams": 3.0, "b_words": 1.0, "b_grams": 0.7}


class _Terms(FieldType):  # type: ignore[misc]
    """Terms with their weight in each document; neither positions nor stored text."""

    def __init__(self, boost: float) -> None:
        self.format = Existence(field_boost=boost)
        self.analyzer = SpaceSeparatedTokenizer()
        self.scorable = True
        self.stored = False
        self.unique = False


def schema() -> Any:
    """The fields of the index."""
    return Schema(uid=ID(unique=True), entry=STORED, **{name: _Terms(boost) for name, boost in BOOSTS.items()})


class _Pool:
    """Postings by field and term, in memory."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[bytes, tuple[Any, Any]]] = {}

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """One posting, as Whoosh passes it when it merges small segments."""
        name, term, place, weight, _value = item
        self.put(name, term, place, weight)

    def put(self, name: str, term: bytes, place: int, weight: float) -> None:
        """One posting; places of a term come in rising order."""
        terms = self.fields.setdefault(name, {})
        known = terms.get(term)
        if known is None:
            known = terms[term] = (array("I"), array("f"))
        known[0].append(place)
        known[1].append(weight)

    def cleanup(self) -> None:
        """Nothing lies on disk."""


class Writer(SegmentWriter):  # type: ignore[misc]
    """One change of the index; closed by ``commit``."""

    def __init__(self, folder: str) -> None:
        super().__init__(open_dir(folder), codec=W3Codec(blocklimit=BLOCK))
        self.pool = _Pool()

    def add(self, uid: str, entry: Any, terms: Mapping[str, Sequence[str]]) -> None:
        """Add a document with its stored entry and the terms of each text field."""
        place, kept = self.docnum, self.perdocwriter
        kept.start_doc(place)
        kept.add_field("entry", self.schema["entry"], entry, 0)
        for name, found in terms.items():
            boost = BOOSTS[name]
            for term, count in Counter(found).items():
                self.pool.put(name, term.encode(), place, count * boost)
            kept.add_field(name, self.schema[name], None, len(found))
        self.pool.put("uid", uid.encode(), place, 1.0)
        kept.finish_doc()
        self._added = True
        self.docnum += 1

    def _flush_segment(self) -> None:
        """Whoosh's last step, with blocks instead of postings."""
        self.perdocwriter.close()
        reader = self.per_document_reader()
        for name in sorted(self.pool.fields):
            field = self.schema[name]
            by_place = lengths()[length_bytes(reader, name, self.docnum)] if field.scorable else None
            self.fieldwriter.start_field(name, field)
            postings = self.fieldwriter._postwriter
            terms = self.pool.fields[name]
            for term in sorted(terms):
                places, weights = terms[term]
                self.fieldwriter.start_term(term)
                for start in range(0, len(places), BLOCK):
                    if start:
                        postings._write_block()
                    postings._ids, postings._weights = places[start : start + BLOCK], weights[start : start + BLOCK]
                    postings._maxweight = max(postings._weights)
                    if by_place is not None:
                        found = by_place[postings._ids]
                        postings._minlength, postings._maxlength = int(found.min()), int(found.max())
                self.fieldwriter.finish_term()
            self.fieldwriter.finish_field()
        self.fieldwriter.close()
        reader.close()
