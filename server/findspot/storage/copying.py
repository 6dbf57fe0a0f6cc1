"""A new index that begins as a copy of another one: a second worktree has most of its files in common with the first.

The copy is brought up to date like any index: files are read and compared by content, so what differs is replaced and
what is equal is neither parsed nor embedded again. Which index is copied decides how long that takes, never what comes out.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event

from findspot.cancellation import check
from findspot.core.types import ProblemKind
from findspot.errors import IndexDamagedError
from findspot.storage import commits, embeddings, seal
from findspot.storage.damage import storage_errors
from findspot.storage.files import is_marked, remove_database
from findspot.storage.locks import opening_lock
from findspot.storage.records import IndexKey
from findspot.storage.schema import DATABASE_NAME, connect
from findspot.storage.sql import LISTED, listed, read_generation, transaction
from findspot.storage.vectors import Version, copy_saved

_COPY_NAME = "copying.sqlite3"

_MOST_LOOKED_AT = 64
"""Indexes that are looked at, the newest first; a look takes some milliseconds."""

_SAMPLE = 400
"""Files by which two roots are compared."""

_LEAST_SHARED = 0.3
"""Share of the files of both that must be alike: removing the rows of a file takes about a quarter of preparing it."""

_BUSY_SECONDS = 0.2

_STEP_PAGES = 2_000
"""Pages copied between two looks whether the caller has lost interest: some 20 ms."""


def find_relative(directory: Path, key: IndexKey, sizes: Mapping[str, int]) -> Path | None:
    """Return the folder, beside ``directory``, of the index of most of the files in ``sizes``, path to bytes; or None."""
    paths = sorted(sizes)
    sample = paths[:: max(1, len(paths) // _SAMPLE)]
    best, found = 0.0, None
    for folder in _newest(directory):
        with contextlib.suppress(sqlite3.Error, OSError):
            shared = _shared(folder / DATABASE_NAME, key, sizes, sample)
            if shared > best:
                best, found = shared, folder
    return found


def _newest(directory: Path) -> list[Path]:
    dated: list[tuple[int, Path]] = []
    for database in directory.parent.glob(f"*/{DATABASE_NAME}"):
        if database.parent != directory:
            with contextlib.suppress(OSError):
                dated.append((database.stat().st_mtime_ns, database.parent))
    return [folder for _, folder in sorted(dated, reverse=True)[:_MOST_LOOKED_AT]]


def _shared(database: Path, key: IndexKey, sizes: Mapping[str, int], sample: list[str]) -> float:
    """Return which share of a root's files an index seems to hold, 0 where copying it would not pay."""
    with contextlib.closing(connect(database, read_only=True, busy_seconds=_BUSY_SECONDS)) as connection:
        stored = embeddings.stored_key(connection)
        if stored != key.completed(stored).text():
            return 0.0
        total = connection.execute("SELECT count(*) FROM files").fetchone()[0]
        held = connection.execute(f"SELECT path, size FROM files WHERE path IN {LISTED}", (listed(sample),)).fetchall()
    alike = sum(sizes[path] == size for path, size in held) / len(sample)
    return alike if alike >= _LEAST_SHARED and alike * len(sizes) >= _LEAST_SHARED * total else 0.0


@contextlib.contextmanager
def copied(source: Path, directory: Path, after: int, stop: Event | None) -> Iterator[Path]:
    """Lend a copy of the database in ``source``, made in ``directory``, which the caller puts into its place.

    It knows the files and nothing else of that root: it is not complete and has no past; its generation comes after
    ``after``. Who calls holds the indexing lock of ``directory``. Raises ``IndexDamagedError``, ``IndexStorageError``, ``OSError``, ``Cancelled``.
    """
    target = directory / _COPY_NAME
    _check(source)
    try:
        remove_database(target)
        with (
            storage_errors(),
            contextlib.closing(connect(source / DATABASE_NAME, read_only=True)) as original,
            contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            copy.execute("PRAGMA synchronous = OFF")  # after a loss of power its seal does not fit
            original.execute("BEGIN")
            original.execute("SELECT 1 FROM meta").fetchone()  # one state of it, whoever writes meanwhile
            original.backup(copy, pages=_STEP_PAGES, progress=lambda *_: check(stop))
            _forget_root(copy, source, directory, after)
        _check(source)
        yield target
    finally:
        with contextlib.suppress(OSError):
            remove_database(target)


def _check(source: Path) -> None:
    """Raise ``IndexDamagedError`` unless the database in ``source`` is what Findspot has written.

    The file is not read: this process may have it open, and closing it would take SQLite's locks away.
    """
    with opening_lock(source):
        if not seal.is_untouched(source / DATABASE_NAME) or is_marked(source):
            raise IndexDamagedError(f"the index in {source} is not whole, so it is not copied")


def _forget_root(copy: sqlite3.Connection, source: Path, directory: Path, after: int) -> None:
    """Make a copied database another one, which agrees with no root yet; its vectors are copied along."""
    # Ids go different ways from here on, so the vector files of one must never be taken for those of the other.
    row = copy.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
    former = Version(str(row[0]), read_generation(copy))
    own = Version(secrets.token_hex(6), max(former.generation, after) + 1)
    with transaction(copy):
        copy.executemany(
            "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
            [("identity", own.identity), ("generation", own.generation), ("complete", "0"), ("skipped", "{}")],
        )
        commits.replace(copy, "", [])
        # A parser that died on a file is tried again: it may have been the machine's fault.
        copy.execute(
            "UPDATE files SET content_hash = x'' WHERE path IN (SELECT path FROM problems WHERE kind = ?)",
            (ProblemKind.QUARANTINED.value,),
        )
    copy_saved(source, former, directory, own)
