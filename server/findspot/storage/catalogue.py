"""All indexes of a cache folder: whose they are, how large, when they were used last; removing and checking them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from findspot.errors import IndexLockedError
from findspot.opening import read_small
from findspot.storage import embeddings, seal
from findspot.storage.files import is_marked
from findspot.storage.locks import indexing_lock, opening_lock
from findspot.storage.schema import DATABASE_NAME, SCHEMA_VERSION, connect
from findspot.storage.sql import check_integrity
from findspot.storage.vectors import damaged_files

_ABOUT = "about.json"
_ABOUT_BYTES = 20_000

_SIGNS = {
    ".gitignore": "*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Findspot's indexes, which can be made again.\n",
}
"""Files by which git, and programs that make backups (see bford.info/cachedir), know a folder that is not for them."""

_NOTED_EVERY = 3_600.0
"""Seconds between two notes that an index is used."""

_VARIANT = re.compile(r"-[0-9a-f]{16}(?:-(hidden))?(?:-(all))?(-[0-9a-f]{8})?$")
"""What the name of an index says of the settings that it has for itself."""

_TIES = {
    "chunks of no file": "SELECT count(*) FROM chunks WHERE file_id NOT IN (SELECT id FROM files)",
    "chunks without their words": "SELECT count(*) FROM chunks WHERE id NOT IN (SELECT id FROM lexical_docsize)",
    "words of no chunk": "SELECT count(*) FROM lexical_docsize WHERE id NOT IN (SELECT id FROM chunks)",
    "definitions in no chunk": "SELECT count(*) FROM symbols WHERE chunk_id NOT IN (SELECT id FROM chunks)",
    "references from no chunk": "SELECT count(*) FROM name_references WHERE chunk_id NOT IN (SELECT id FROM chunks)",
    "imports of no file": "SELECT count(*) FROM imports WHERE file_id NOT IN (SELECT id FROM files)",
}
"""What must not be in a database, and how it is counted."""


@dataclass(frozen=True, slots=True)
class CachedIndex:
    """One index: its folder, its root (None where that was not written down), what it takes in that others leave out.

    ``size`` is in bytes, ``used`` in seconds since the epoch; ``current`` says whether it has this version's format.
    """

    directory: Path
    root: Path | None
    variant: str
    size: int
    used: float
    current: bool


def note_use(directory: Path, root: Path) -> None:
    """Write down beside an index whose it is, and that it is used now; a folder that cannot be written is let be.

    The cache folder says for itself that it belongs into no repository and no backup.
    """
    path = directory / _ABOUT
    with contextlib.suppress(OSError):
        for name, text in _SIGNS.items():
            if not (sign := directory.parent.parent / name).exists():
                sign.write_text(text, encoding="ascii")
        if path.exists() and time.time() - path.stat().st_mtime < _NOTED_EVERY:
            return
        made = path.with_name(f".{DATABASE_NAME}.about.{os.getpid()}")  # removed with what else a kill leaves
        made.write_text(json.dumps({"root": os.fsencode(root).decode("utf-8", "surrogateescape")}), encoding="ascii")
        made.replace(path)


def indexes(cache_dir: Path) -> list[CachedIndex]:
    """Return all indexes, the one that was used last first."""
    with contextlib.suppress(OSError):
        found = [_described(path) for path in (cache_dir / "indexes").iterdir() if path.is_dir()]
        return sorted(found, key=lambda one: (-one.used, one.directory))
    return []


def _described(directory: Path) -> CachedIndex:
    files = [path for path in directory.iterdir() if path.is_file()]
    stamps = [path.stat().st_mtime for path in files if path.name == _ABOUT] or [
        path.stat().st_mtime for path in files if path.suffix != ".lock"
    ]
    named = _VARIANT.search(directory.name)
    words = () if named is None else (named[1], named[2], "another embedder" if named[3] else None)
    current = (directory / DATABASE_NAME).exists()
    size = sum(path.stat().st_size for path in files)
    return CachedIndex(
        directory, _root_of(directory), ", ".join(filter(None, words)), size, max(stamps, default=0.0), current
    )


def _root_of(directory: Path) -> Path | None:
    try:
        return Path(json.loads(read_small(directory, _ABOUT, _ABOUT_BYTES))["root"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def is_of_earlier_format(directory: Path) -> bool:
    """Return whether an index can be read by earlier versions only."""
    versions = [path.name.removeprefix("index-v").partition(".")[0] for path in directory.glob("index-v*.sqlite3")]
    return bool(versions) and all(version.isdigit() and int(version) < SCHEMA_VERSION for version in versions)


def key_of(directory: Path) -> str | None:
    """Return the key of an index in the form in which it is stored; None where it cannot be read."""
    with (
        contextlib.suppress(sqlite3.Error, OSError),
        contextlib.closing(connect(directory / DATABASE_NAME, read_only=True)) as connection,
    ):
        return embeddings.stored_key(connection)
    return None


@contextlib.contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Keep every other process from an index; raises ``IndexLockedError`` when one has it open."""
    with indexing_lock(directory), opening_lock(directory, seconds=0.5) as locked:
        if not locked or not _settled(directory / DATABASE_NAME):
            raise IndexLockedError("a running process has it open")
        yield


def _settled(database: Path) -> bool:
    """Return whether nobody else has a database open; what a killed process has left in its log is moved into it."""
    if not database.exists():
        return True
    connection = sqlite3.connect(database, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("SELECT 1 FROM meta").fetchone()  # each connection holds a lock that this does not go with
        if not seal.is_closed(database):
            whole = seal.check(database) is not seal.State.DAMAGED
            seal.remove(database)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            if whole:
                seal.close(database)
    except sqlite3.DatabaseError as error:
        return getattr(error, "sqlite_errorname", "") not in {"SQLITE_BUSY", "SQLITE_LOCKED"}  # damaged, else
    finally:
        connection.close()
    return True


def remove(directory: Path) -> None:
    """Remove an index with its folder; raises ``IndexLockedError`` when a process has it open, ``OSError``."""
    if sys.platform == "win32":  # a folder with open files, such as our locks, cannot be renamed there
        with alone(directory):
            for path in directory.iterdir():
                if path.suffix != ".lock":
                    path.unlink()
        shutil.rmtree(directory, ignore_errors=True)
        return
    # Renamed while it is locked: who waits for the lock must not find half of it.
    gone = directory.with_name(f".removed-{directory.name}")
    with alone(directory):
        shutil.rmtree(gone, ignore_errors=True)
        directory.rename(gone)
    shutil.rmtree(gone)


def faults(directory: Path) -> list[str]:
    """Return in words what is damaged of an index: all of its files are read, about a second for 200 MB."""
    database = directory / DATABASE_NAME
    if not database.exists():
        return []
    found = ["a reader has met damage"] if is_marked(directory) else []
    try:
        with opening_lock(directory):
            state = seal.check(database, thorough=True)
        if state is seal.State.DAMAGED:
            return [*found, "the database is not what was written"]
        with contextlib.closing(connect(database, read_only=True)) as connection:
            if state is seal.State.UNKNOWN:
                check_integrity(connection)
            connection.execute("BEGIN")
            for what, question in _TIES.items():
                (number,) = connection.execute(question).fetchone()
                found += [f"{number:,} {what}"] * bool(number)
    except (sqlite3.Error, OSError) as error:
        return [*found, f"the database cannot be read: {error}"]
    return [*found, *(f"{name} is not what was written" for name in damaged_files(directory))]
