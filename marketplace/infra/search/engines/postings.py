"""Whoosh's postings as arrays: one segment of an index, read block by block instead of document by document.

It reads what Whoosh 2.7.5 writes (the version is pinned); a test compares every answer with Whoosh's own.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, _lenfield
from whoosh.reading import TermNotFound
from whoosh.util.numeric import _length_byte_cache

from marketplace.infra.search.columns import Dictionary, Entry, Part, part

FIELDS = ("t_words", "t_grams", "b_words", "b_grams")

Ids = NDArray[np.int32]
Weights = NDArray[np.float32]
Postings = tuple[Ids, Weights]
EMPTY: Postings = (np.zeros(0, np.int32), np.zeros(0, np.float32))


class Kept:
    """The arrays used last, up to some megabytes; threads may share it."""

    def __init__(self, megabytes: int) -> None:
        self._limit = megabytes * 1024 * 1024
        self._bytes = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()

    def get(self, wanted: tuple[str, str]) -> Postings | None:
        """What was kept under this name, if it still is."""
        with self._lock:
            found = self._kept.get(wanted)
            if found is not None:
                self._kept.move_to_end(wanted)
            return found

    def put(self, wanted: tuple[str, str], found: Postings) -> Postings:
        """Keep something, let go of what was not used for longest, and answer the same."""
        with self._lock:
            if wanted not in self._kept:
                self._kept[wanted] = found
                self._bytes += _bytes(found)
            while self._bytes > self._limit and len(self._kept) > 1:
                self._bytes -= _bytes(self._kept.popitem(last=False)[1])
        return found


def _bytes(found: Postings) -> int:
    return found[0].nbytes + found[1].nbytes + 200


class _Window(io.RawIOBase):
    """A file over a mapped piece of the index: Whoosh itself copies each piece into memory, once in every process."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer, self._at = buffer, 0

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def seekable(self) -> bool:
        """From anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go somewhere, as in any file."""
        self._at = offset + (0, self._at, len(self._buffer))[whence]
        return self._at

    def readinto(self, into: Any, /) -> int:
        """The next bytes."""
        found = self._buffer[self._at : self._at + len(into)]
        into[: len(found)] = found
        self._at += len(found)
        return len(found)


def _mapped(file: Any) -> None:
    if isinstance(getattr(file, "_buf", None), memoryview):
        file.file = io.BufferedReader(_Window(file._buf))


class Segment:
    """One immutable segment: lengths, texts and facets in memory, postings read when a term is asked for first."""

    def __init__(self, reader: Any, dictionary: Dictionary) -> None:
        self._terms, self.size = reader._terms, reader.doc_count_all()
        _mapped(self._terms._postfile)
        _mapped(self._terms._tindex.dbfile)
        self._schema = reader.schema
        self._lock = threading.Lock()
        self._kept = Kept(24)
        perdoc = reader._perdoc
        self.lengths = {name: lengths()[length_bytes(perdoc, name, self.size)] for name in FIELDS}
        self.totals = {name: reader.field_length(name) for name in FIELDS}
        self.titles: list[str] = []
        self.bodies: list[str] = []
        self.plain: list[str] = []
        kinds: dict[str, list[tuple[int, Entry]]] = {}
        for place in range(self.size):
            stored = perdoc.stored_fields(place)
            entry, title, body, _digest, plain = stored["entry"]
            self.titles.append(title)
            self.bodies.append(body)
            self.plain.append(plain)
            kinds.setdefault(entry[0], []).append((place, Entry(*entry)))
        self.parts: dict[str, Part] = {kind: part(entries, dictionary) for kind, entries in kinds.items()}

    def postings(self, field: str, term: str) -> Postings:
        """Places of the documents that hold the term, in order, with its weight in each."""
        known = self._kept.get((field, term))
        if known is not None:
            return known
        with self._lock:  # Whoosh's files have one reading position each
            try:
                found = self._read(field, term)
            except TermNotFound:
                found = EMPTY
        return self._kept.put((field, term), found)

    def _read(self, field: str, term: str) -> Postings:
        matcher = self._terms.matcher(field, term.encode(), self._schema[field].format)
        blocks: list[NDArray[np.int64]] = []
        weights: list[Weights] = []
        while True:
            matcher._read_data()
            deltas, weight, _values = matcher._data
            blocks.append(np.cumsum(np.array(deltas, dtype=np.int64)))
            if weight is None or isinstance(weight, float):
                weights.append(np.full(len(deltas), 1.0 if weight is None else weight, dtype=np.float32))
            else:
                weights.append(np.array(weight, dtype=np.float32))
            if matcher._lastblock:
                return np.concatenate(blocks).astype(np.int32), np.concatenate(weights)
            matcher._next_block()

    def holding(self, field: str, pattern: str) -> Postings:
        """The same for a piece of text that is no term of the index: each text is looked through, once."""
        wanted = (f"{field} text", pattern)
        known = self._kept.get(wanted)
        if known is not None:
            return known
        texts = self.titles if field.startswith("t_") else self.bodies
        counted = [(place, text.count(pattern)) for place, text in enumerate(texts) if pattern in text]
        boost = float(self._schema[field].format.field_boost)
        found = (
            np.array([place for place, _count in counted], dtype=np.int32),
            np.array([count * boost for _place, count in counted], dtype=np.float32),
        )
        return self._kept.put(wanted, found)

    def verified(self, places: Ids, field: str, pattern: str, known: Ids) -> NDArray[np.bool_]:
        """Which of ``places`` really hold ``pattern``; those in ``known`` are taken as read."""
        texts: Sequence[str] = self.titles if field.startswith("t_") else self.bodies
        sure = np.zeros(self.size, dtype=bool)
        sure[known] = True
        found = sure[places]
        for number in np.flatnonzero(~found):
            found[number] = pattern in texts[places[number]]
        return found


@lru_cache(maxsize=1)
def lengths() -> NDArray[np.float32]:
    """The length in terms that each of Whoosh's 256 length bytes stands for."""
    return np.array(_length_byte_cache, dtype=np.float32)


def length_bytes(perdoc: Any, field: str, size: int) -> NDArray[np.uint8]:
    """The length byte of each document of a segment in one field."""
    found = np.zeros(size, dtype=np.uint8)
    name = _lenfield(field)
    if perdoc.has_column(name):
        column = perdoc.column_reader(name, LENGTHS_COLUMN)
        written = min(column._count, size)
        found[:written] = np.frombuffer(column._dbfile.get(column._basepos, written), dtype=np.uint8)
    return found
