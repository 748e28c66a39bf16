"""Whoosh: terms segmented beforehand, nothing stored but ids, flat texts and the values of facets, rights and sorting."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketplace.infra.search import analysis
from marketplace.infra.search.documents import Document
from marketplace.infra.search.queries import Beginning, Query, Result

if TYPE_CHECKING:
    from marketplace.infra.search.engines.snapshot import Snapshot


FORMAT = 3
"""Grows with what is written; an index of another format is not read, and built anew by the worker."""


class WhooshEngine:
    """An index in a folder of its own; a rebuilt one is swapped in by writing the pointer."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._refreshing = threading.Lock()
        self._own = threading.local()
        self._opened: Snapshot | None = None

    @property
    def is_outdated(self) -> bool:
        """Whether there is no index of today's format: after an upgrade, a restore, or at the very beginning."""
        return self._current() is None

    def _current(self) -> Path | None:
        pointer = self.root / "current"
        name = pointer.read_text().strip() if pointer.exists() else ""
        return self.root / name if name.startswith(f"index-{FORMAT}-") else None

    @property
    def generation(self) -> str:
        """Which state of the index is read: it changes with every write and every rebuild."""
        opened = self.snapshot()
        return f"{Path(opened.folder).name}.{opened.generation}" if opened.folder else "none"

    def _new(self) -> Path:
        from whoosh.index import create_in

        from marketplace.infra.search.engines.writing import schema

        folder = self.root / f"index-{FORMAT}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        create_in(str(folder), schema())
        return folder

    def _swap(self, folder: Path) -> None:
        partial = self.root / "current.part"
        partial.write_text(folder.name)
        partial.replace(self.root / "current")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes meanwhile, in any process: what is read inside is what will be written."""
        import fcntl

        if getattr(self._own, "alone", False):
            yield
            return
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._own.alone = True
            try:
                yield
            finally:
                self._own.alone = False

    def apply(self, changes: Mapping[tuple[str, int], Document | None]) -> None:
        """Write or remove documents in the current index; waits while it is being rebuilt."""
        from marketplace.infra.search.engines.writing import Writer

        with self.alone():
            folder = self._current()
            if folder is None:
                folder = self._new()
                self._swap(folder)
            writer = Writer(str(folder))
            for (kind, row_id), document in changes.items():
                writer.delete_by_term("uid", f"{kind}:{row_id}")
                if document is not None:
                    writer.add(*_fields(kind, row_id, document))
            writer.commit()

    def rebuild(self, documents: Mapping[tuple[str, int], Document]) -> None:
        """Write all documents to a new index, swap it in, remove the old one."""
        from marketplace.infra.search.engines.writing import Writer

        with self.alone():
            folder = self._new()
            writer = Writer(str(folder))
            for (kind, row_id), document in documents.items():
                writer.add(*_fields(kind, row_id, document))
            writer.commit()
            old = [p for p in self.root.glob("index-*") if p != folder]
            self._swap(folder)
            for path in old:
                shutil.rmtree(path, ignore_errors=True)

    def snapshot(self) -> Snapshot:
        """The newest state of the index. While one request loads it, others are answered from the state before."""
        from marketplace.infra.search.engines import snapshot

        opened, folder = self._opened, self._current()
        if folder is None:
            return snapshot.EMPTY
        if opened is not None and opened.is_newest(folder):
            return opened
        if not self._refreshing.acquire(blocking=opened is None):
            assert opened is not None
            return opened
        try:
            if self._opened is None or not self._opened.is_newest(folder):
                self._opened = snapshot.load(folder, self._opened)
            return self._opened
        finally:
            self._refreshing.release()

    def known(self) -> set[tuple[str, int]]:
        """Every document in the current index."""
        return self.snapshot().known()

    def digests(self) -> dict[tuple[str, int], list[str]]:
        """The digest of every document in the current index; more than one where a row stands twice."""
        from whoosh.index import open_dir

        found: dict[tuple[str, int], list[str]] = {}
        folder = self._current()
        if folder is not None:
            with open_dir(str(folder)).reader() as reader:
                for _number, stored in reader.iter_docs():
                    entry, _title, _body, digest, _plain = stored["entry"]
                    found.setdefault((entry[0], entry[1]), []).append(digest)
        return found

    def search(self, query: Query) -> Result:
        """Rank, filter by the viewer's keys, count facets, sort and cut a page."""
        return self.snapshot().search(query)

    def beginning(self, query: Beginning) -> list[int]:
        """Ids of rows whose title holds what somebody has begun to type."""
        return self.snapshot().beginning(query)


def _fields(kind: str, row_id: int, document: Document) -> tuple[str, Any, dict[str, list[str]]]:
    title, body = (analysis.analyse("\n".join(part)) for part in (document.title, document.body))
    entry = (kind, row_id, dict(document.facets), dict(document.numbers), document.keys)
    terms = {"t_words": title.words, "t_grams": title.grams, "b_words": body.words, "b_grams": body.grams}
    plain = analysis.plain(document.title)
    return f"{kind}:{row_id}", (entry, title.flat, body.flat, document.digest, plain), terms
