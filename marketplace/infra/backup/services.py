"""Writing the one file, reading it back, and saying clearly what was found."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect

from marketplace.infra.backup import dump
from marketplace.infra.files.services import LocalStore, file_columns
from marketplace.kernel import clock

FORMAT = 1
MANIFEST = "manifest.json"
MEMBER = re.compile(r"database/([a-z][a-z0-9_]{0,62})\.jsonl|files/([0-9a-f]{32})")
PIECE = 1024 * 1024


class BackupRefused(Exception):
    """The backup cannot be made or restored; the message says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What must be in the file: schema, rows of each table, size and SHA-256 of each member."""

    made_at: str
    schema: str
    tables: dict[str, int]
    files: int
    members: dict[str, dict[str, Any]]

    @property
    def rows(self) -> int:
        """The number of rows in all tables."""
        return sum(self.tables.values())

    def as_json(self) -> bytes:
        """As it stands in the file."""
        return json.dumps({"format": FORMAT, **vars(self)}, ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read it; ``BackupRefused`` when it is none."""
        try:
            found = json.loads(data)
            if found.pop("format") != FORMAT:
                raise BackupRefused("The backup has a format that this release does not know.")
            manifest = cls(**found)
            wrong = not all({"size", "sha256"} <= set(m) for m in manifest.members.values())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupRefused("The backup's manifest cannot be read.") from error
        if wrong:
            raise BackupRefused("The backup's manifest cannot be read.")
        return manifest


def backup(engine: Engine, files: LocalStore, target: Path) -> tuple[Manifest, str]:
    """Write rows and files of a running site into ``target``; answers the manifest and its SHA-256.

    Rows come from one snapshot. Files are written before the rows that name them are committed and never change, so
    copying the files after the snapshot finds every one that its rows name; younger files are left out. Keys that open
    sealed bids and the search index are not in it: the one is kept apart, the other is built anew.
    """
    if target.exists():
        raise BackupRefused(f"{target} exists already; a backup is never overwritten.")
    partial = target.with_name(target.name + ".part")
    members: dict[str, dict[str, Any]] = {}
    counts: dict[str, int] = {}
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                with snapshot(engine) as connection:
                    made_at, schema = clock.real_now().isoformat(timespec="seconds"), dump.revision(connection)
                    found = dump.tables(connection)
                    for table in found:
                        name = f"database/{table.name}.jsonl"
                        counts[table.name] = _add(archive, name, dump.lines(connection, table), members)
                    keys = _keys(connection, {t.name for t in found})
                for key in sorted(keys):
                    _add(archive, f"files/{key}", _pieces(files, key), members)
                manifest = Manifest(made_at, schema, counts, len(keys), members)
                archive.writestr(MANIFEST, manifest.as_json())
            out.flush()
            os.fsync(out.fileno())
        partial.rename(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return manifest, hashlib.sha256(manifest.as_json()).hexdigest()


def snapshot(engine: Engine) -> Any:
    """A connection on which every statement sees the same moment."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    return engine.connect().execution_options(**options)


def _add(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes], members: dict[str, dict[str, Any]]) -> int:
    digest, size, count = hashlib.sha256(), 0, 0
    with archive.open(name, "w", force_zip64=True) as out:
        for piece in pieces:
            out.write(piece)
            digest.update(piece)
            size, count = size + len(piece), count + 1
    members[name] = {"size": size, "sha256": digest.hexdigest()}
    return count


def _pieces(files: LocalStore, key: str) -> Iterator[bytes]:
    try:
        yield files.get(key)
    except FileNotFoundError as error:
        raise BackupRefused(f"The stored file {key} is missing; `marketplace check` names all that are.") from error


def _keys(connection: Connection, known: set[str]) -> set[str]:
    found: set[str] = set()
    for column in file_columns():
        if column.table.name in known:
            found.update(key for key in connection.scalars(column.table.select().with_only_columns(column)) if key)
    return found


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """The manifest, once every member was found to be expected, harmless in its name, and unchanged."""
    names = archive.namelist()
    if MANIFEST not in names or len(set(names)) != len(names):
        raise BackupRefused("This file is not a backup of this site: no manifest, or a member twice.")
    manifest = Manifest.from_json(archive.read(MANIFEST))
    strange = [n for n in names if n != MANIFEST and not MEMBER.fullmatch(n)]
    if strange:
        raise BackupRefused(f"The backup holds a member that no backup has: {strange[0][:80]!r}")
    if set(names) - {MANIFEST} != set(manifest.members):
        raise BackupRefused("Members of the backup are missing or too many.")
    for name, expected in manifest.members.items():
        digest, size = hashlib.sha256(), 0
        with archive.open(name) as member:
            while piece := member.read(PIECE):
                digest.update(piece)
                size += len(piece)
        if (size, digest.hexdigest()) != (expected["size"], expected["sha256"]):
            raise BackupRefused(f"{name} was changed since the backup was made.")
    return manifest


def opened(source: Path) -> zipfile.ZipFile:
    """The archive; ``BackupRefused`` when it is none or was cut off."""
    try:
        return zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupRefused(f"{source} cannot be read as a backup: {error}") from error


def restore(source: Path, engine: Engine, files: LocalStore, migrate: Callable[[str], None]) -> Manifest:
    """Put the backup's rows and files into an empty database and an empty store.

    Digests and names are checked before anything is written. ``migrate`` brings the database to a schema: first to
    the backup's own, and once its rows stand there, to the newest.
    """
    with opened(source) as archive:
        try:
            manifest = read_manifest(archive)
        except zipfile.BadZipFile as error:
            raise BackupRefused(f"{source} is damaged: {error}") from error
        if inspect(engine).get_table_names():
            raise BackupRefused("The database is not empty; a backup is restored into an empty one only.")
        for name in manifest.members:
            found = MEMBER.fullmatch(name)
            if found and found[2]:
                files.put_back(found[2], archive.read(name))
        migrate(manifest.schema)
        with engine.begin() as connection:
            rows = [(t, _lines_of(archive, t.name, manifest)) for t in dump.tables(connection)]
            if set(manifest.tables) != {t.name for t, _lines in rows}:
                raise BackupRefused("The tables of the backup are not those of its schema.")
            if dump.load(connection, rows) != manifest.tables:
                raise BackupRefused("The backup holds other numbers of rows than its manifest says.")
        migrate("head")
    return manifest


def _lines_of(archive: zipfile.ZipFile, table: str, manifest: Manifest) -> Iterator[bytes]:
    name = f"database/{table}.jsonl"
    if name in manifest.members:
        with archive.open(name) as member:
            yield from member
