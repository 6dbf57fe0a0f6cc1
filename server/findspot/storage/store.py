"""``IndexStore``: the only writer of an index, and the owner of its files.

SQLite is the source, the usearch file is derived from it (I-6). Every batch is one transaction, so a kill loses
at most the batch in hand (I-5). Whoever writes holds ``indexing_lock``; the store itself only guards threads.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from findspot.core.arrays import Ids, Vectors
from findspot.core.types import FileProblem, ProblemKind
from findspot.errors import IndexDamagedError, IndexStorageError
from findspot.storage import left_out, past
from findspot.storage.locks import opening_lock
from findspot.storage.reader import StoreReader, read_generation, storage_errors
from findspot.storage.records import IndexKey, PastCommit, PreparedFile
from findspot.storage.rows import FileRows, StoredChunks, insert_problems
from findspot.storage.schema import DATABASE_NAME, SCHEMA, TABLES_TO_EMPTY, connect
from findspot.storage.sql import LISTED, in_scope, listed
from findspot.storage.vectors import VectorIndex

_SYNC_BATCH = 4096

_SPARE_EMBEDDINGS = 10_000
"""Vectors without a chunk that are let stand: they save the work when a branch is checked out again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction did: the chunks it stored, the ids it removed, and the generation it made."""

    stored: StoredChunks
    removed: list[int]
    generation: int


class IndexStore(StoreReader):
    """One index on disk. Any thread may read; one thread at a time writes.

    ``read_only`` is True when the folder cannot be written: reading works, writing raises ``IndexStorageError``.
    """

    def __init__(self, directory: Path, key: IndexKey) -> None:
        """Open or create the index; a damaged database is thrown away, an unequal key empties it (I-7)."""
        self._directory = directory
        self._key = key
        self._database = directory / DATABASE_NAME
        self._write_lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._rows: FileRows | None = None
        self.read_only = False
        self._file: tuple[int, int] | None = None
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexStorageError(
                f"the index folder {directory} cannot be made: {error}; set FINDSPOT_CACHE_DIR to a folder you can write"
            ) from error
        with opening_lock(directory):
            self._open_database()
            super().__init__(self._database, self._open_vectors())

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────────

    def _open_database(self) -> None:
        try:
            with storage_errors():
                self._prepare()
        except IndexDamagedError as error:
            _log.warning("%s", error)
            self._discard_files()
            with storage_errors():
                self._prepare()
        except IndexStorageError:
            if not self._database.exists():
                raise
            self.read_only = True

    def _prepare(self) -> None:
        connection = connect(self._database)
        try:
            connection.executescript(SCHEMA)
            connection.execute(
                "INSERT OR IGNORE INTO meta (key, value) VALUES ('identity', ?)", (secrets.token_hex(6),)
            )
            stored = connection.execute("SELECT value FROM meta WHERE key = 'index_key'").fetchone()
            if stored is None or stored[0] != self._key.text():
                self._empty(connection)
        except sqlite3.Error:
            connection.close()
            raise
        self._writer = connection
        self._file = _file_identity(self._database)

    def _empty(self, connection: sqlite3.Connection) -> None:
        with _transaction(connection):
            for table in TABLES_TO_EMPTY:
                connection.execute(f"DELETE FROM {table}")
            connection.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES ('index_key', ?), ('complete', '0'), ('past_head', ''), "
                "('skipped', '{}')",
                (self._key.text(),),
            )
            _bump_generation(connection)
        self._rows = None

    def mark_damaged(self) -> None:
        """Note on disk that a read met damage, so that the next ``repair``, of any process, starts again."""
        with contextlib.suppress(OSError):  # a folder that cannot be written cannot be repaired either
            self._marker.touch()

    def repair(self) -> bool:
        """Start again when the database was marked as damaged, or was removed or replaced; True when that was done.

        The indexing lock must be held. After True everything has to be indexed again.
        """
        damaged = self._marker.exists()
        if self.read_only or not (damaged or self._is_replaced()):
            return False
        with self._write_lock:
            super().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = self._rows = None
            with opening_lock(self._directory), storage_errors():
                if damaged:
                    self._discard_files()
                self._prepare()
                self._vectors.close()
                self._vectors = self._open_vectors()
            self._corpus = None
            self._marker.unlink(missing_ok=True)
        return True

    @property
    def _marker(self) -> Path:
        return self._directory / "damaged"

    def _is_replaced(self) -> bool:
        """Say whether the database on disk is another one than the one that is open: another process began again."""
        try:
            return _file_identity(self._database) != self._file
        except FileNotFoundError:
            return True

    def _open_vectors(self) -> VectorIndex:
        with contextlib.closing(connect(self._database, read_only=True)) as connection, storage_errors():
            identity = connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
        return VectorIndex(self._directory, self._key.dimension, str(identity[0]))

    def _discard_files(self) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            path = self._database.with_name(self._database.name + suffix)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:  # on Windows, while another process has the index open
                raise IndexStorageError(
                    f"the damaged index {path} cannot be removed: {error}; end other findspot processes and try again"
                ) from error

    def close(self) -> None:
        """Save the vectors if they changed and close every connection."""
        with self._write_lock:
            if not self.read_only:
                self.save_vectors()
            super().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = self._rows = None
            self._vectors.close()

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _connection_for_writing(self) -> sqlite3.Connection:
        if self._writer is None:
            raise IndexStorageError(f"the index in {self._directory} cannot be written; check the folder's permissions")
        return self._writer

    def clear(self) -> None:
        """Empty the index and its counts."""
        with self._write_lock, storage_errors():
            self._empty(self._connection_for_writing)
            self._vectors.clear()

    def write(self, files: Sequence[PreparedFile], removed: Sequence[str], vectors: Mapping[bytes, Vectors]) -> Written:
        """Store files (replacing what was stored of them) and forget ``removed``, in one transaction.

        ``vectors`` maps content hashes to unit vectors of shape (dimension,).
        """
        stored: StoredChunks = []
        gone: list[int] = []
        with self._write_lock, storage_errors():
            connection = self._connection_for_writing
            rows = self._rows or FileRows(connection)
            self._rows = rows
            try:
                with _transaction(connection):
                    rows.begin(read_generation(connection))
                    for path in (*removed, *(file.path for file in files)):
                        gone += rows.delete_file(path)
                    stored += rows.insert_files(files)
                    connection.executemany(
                        "INSERT OR IGNORE INTO embeddings (content_hash, vector) VALUES (?, ?)",
                        [(key, np.asarray(vector, dtype=np.float16).tobytes()) for key, vector in vectors.items()],
                    )
                    _bump_generation(connection)
                    generation = read_generation(connection)
            except BaseException:
                self._rows = None  # numbers given inside the transaction were rolled back with it
                raise
            rows.end(generation)
        return Written(stored, gone, generation)

    def touch(self, files: Iterable[tuple[str, int, int, int]]) -> None:
        """Note (path, size, mtime_ns, indexed_ns) of files whose content turned out to be unchanged."""
        with self._write_lock, storage_errors(), _transaction(self._connection_for_writing) as connection:
            connection.executemany(
                "UPDATE files SET size = ?2, mtime_ns = ?3, indexed_ns = ?4 WHERE path = ?1", list(files)
            )

    def replace_problems(self, problems: Sequence[FileProblem], scope: Sequence[str] = ()) -> None:
        """Replace what is known of files in ``scope`` that have no row of their own (too large, unreadable)."""
        where, values = in_scope(scope, "problems")
        with self._write_lock, storage_errors():
            connection = self._connection_for_writing
            unlisted = f"path NOT IN (SELECT path FROM files) AND ({where})"
            stored = connection.execute(f"SELECT path, kind, message FROM problems WHERE {unlisted}", values).fetchall()
            if set(stored) == {(problem.path, problem.kind.value, problem.message) for problem in problems}:
                return
            with _transaction(connection):
                connection.execute(f"DELETE FROM problems WHERE {unlisted}", values)
                insert_problems(connection, problems)

    def count_skipped(self, by_rule: Mapping[ProblemKind, int] | None) -> None:
        """Note how many files each reason leaves out: those that have a problem and no text in the index.

        ``by_rule`` is what the walk of the whole root left out without looking; None keeps what was known of that.
        """
        with self._write_lock, storage_errors():
            connection = self._connection_for_writing
            found = left_out.new_counts(connection, by_rule)
            if found is not None:
                with _transaction(connection):
                    left_out.store(connection, found)

    def past_head(self) -> str:
        """Return the commit that the stored past ends with; empty when none is stored."""
        with self._connection() as connection:
            return past.head(connection)

    def replace_past(self, head: str, commits: Sequence[PastCommit]) -> None:
        """Store the past that ends with the commit ``head`` in place of what was stored; "" and nothing forget it."""
        with self._write_lock, storage_errors(), _transaction(self._connection_for_writing) as connection:
            past.replace(connection, head, commits)

    def finish_pass(self) -> None:
        """Note that a whole pass over the workspace has ended."""
        if self.is_complete():
            return
        with self._write_lock, storage_errors(), _transaction(self._connection_for_writing) as connection:
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('complete', '1')")

    def prune_embeddings(self) -> None:
        """Forget vectors that belong to no chunk once they are the majority; a few are kept for going back."""
        with self._write_lock, storage_errors():
            connection = self._connection_for_writing
            vectors, chunks = connection.execute(
                "SELECT (SELECT count(*) FROM embeddings), (SELECT count(*) FROM chunks)"
            ).fetchone()
            if vectors > 2 * chunks + _SPARE_EMBEDDINGS:
                with _transaction(connection):
                    connection.execute(
                        "DELETE FROM embeddings WHERE content_hash NOT IN (SELECT content_hash FROM chunks)"
                    )

    def compact_log(self) -> None:
        """Move what the write-ahead log holds into the database and cut the log, as far as readers allow."""
        with self._write_lock, storage_errors():
            self._connection_for_writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def is_complete(self) -> bool:
        """Say whether a whole pass over the workspace has ended since the index was last emptied."""
        with self._connection() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = 'complete'").fetchone()
        return row is not None and row[0] == "1"

    def missing_embeddings(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Return the content hashes that have no vector yet, in the given order, without repeats."""
        wanted = list(dict.fromkeys(hashes))
        known: set[bytes] = set()
        with self._connection() as connection:
            for start in range(0, len(wanted), 900):
                part = wanted[start : start + 900]
                marks = ",".join("?" * len(part))
                known.update(
                    row[0]
                    for row in connection.execute(
                        f"SELECT content_hash FROM embeddings WHERE content_hash IN ({marks})", part
                    )
                )
        return [key for key in wanted if key not in known]

    def update_vectors(self, written: Written, vectors: Mapping[bytes, Vectors]) -> None:
        """Bring the graph up to date with one ``write``, whose new vectors are given."""
        if written.removed:
            self._vectors.remove(np.array(written.removed, dtype=np.int64))
        fresh = [(chunk, vectors[key]) for chunk, key in written.stored if key in vectors]
        if fresh:
            self._vectors.add(np.array([chunk for chunk, _ in fresh], dtype=np.int64), np.stack([v for _, v in fresh]))
        reused = [chunk for chunk, key in written.stored if key not in vectors]
        if reused:
            self._add_stored(np.array(reused, dtype=np.int64))
        if self._vectors.generation == written.generation - 1:
            self._vectors.generation = written.generation

    def sync_vectors(self) -> int:
        """Bring the vector graph to what SQLite holds and return how many keys changed."""
        generation = self.generation()
        if self._vectors.generation == generation:
            return 0
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT c.id FROM chunks c JOIN embeddings e ON e.content_hash = c.content_hash"
            ).fetchall()
        wanted = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
        held = self._vectors.ids()
        stale = np.setdiff1d(held, wanted, assume_unique=True)
        if self._vectors.needs_rebuild(len(stale), len(wanted)):
            self._vectors.clear(len(wanted))
            held, stale = self._vectors.ids(), stale[:0]
        if len(stale):
            self._vectors.remove(stale)
        missing = np.setdiff1d(wanted, held, assume_unique=True)
        for start in range(0, len(missing), _SYNC_BATCH):
            self._add_stored(missing[start : start + _SYNC_BATCH])
        self._vectors.generation = generation
        return len(stale) + len(missing)

    def _add_stored(self, ids: Ids) -> None:
        found: list[tuple[int, bytes]] = []
        with self._connection() as connection:
            found += connection.execute(
                "SELECT c.id, e.vector FROM chunks c JOIN embeddings e ON e.content_hash = c.content_hash "
                f"WHERE c.id IN {LISTED}",
                (listed(ids.tolist()),),
            )
        if found:
            matrix = np.frombuffer(b"".join(blob for _, blob in found), dtype=np.float16).reshape(len(found), -1)
            self._vectors.add(np.array([chunk for chunk, _ in found], dtype=np.int64), matrix.astype(np.float32))

    def save_vectors(self, *, allow_unsaved: int = 0) -> None:
        """Write the vector file unless at most ``allow_unsaved`` keys changed; a failure costs a rebuild only."""
        if self._vectors.is_saved or 0 < self._vectors.unsaved <= allow_unsaved:
            return
        try:
            self._vectors.save()
        except OSError as error:
            _log.warning("the vector file was not saved and will be built again: %s", error)


def _file_identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # a full disk may have rolled back by itself
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _bump_generation(connection: sqlite3.Connection) -> None:
    # It starts at the time in milliseconds, so that a database made anew never repeats numbers of the one before it.
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('generation', CAST(strftime('%s', 'now') AS INTEGER) * 1000) "
        "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
    )
