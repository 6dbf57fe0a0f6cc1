"""``IndexStore``: the only writer of an index, and the owner of its files.

SQLite is the source, the usearch file is derived from it (I-6). Every batch is one transaction, so a kill loses
at most the batch in hand (I-5). Whoever writes holds ``indexing_lock``; the store itself only guards threads.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from findspot.core.arrays import Ids, Vectors, rounded
from findspot.core.types import FileProblem, ProblemKind
from findspot.errors import IndexDamagedError, IndexStorageError
from findspot.storage import commits, embeddings, left_out, seal, sql
from findspot.storage.damage import storage_errors
from findspot.storage.files import (
    file_errors,
    log_size,
)
from findspot.storage.index_files import IndexFiles
from findspot.storage.locks import opening_lock
from findspot.storage.records import IndexKey, PastCommit, PreparedFile, StoredChunks, Written
from findspot.storage.rows import FileRows, insert_problems
from findspot.storage.sql import (
    bump_generation,
    in_scope,
    read_generation,
    transaction,
)

_SYNC_BATCH = 4096

_LOG_BYTES = 32 << 20
"""What the write-ahead log may hold before it is moved, which waits for the disk."""

_log = logging.getLogger(__name__)


class IndexStore(IndexFiles):
    """One index on disk. Any thread may read; one thread at a time writes.

    ``read_only`` is True when the folder cannot be written: reading works, writing raises ``IndexStorageError``.
    """

    def close(self) -> None:
        """Save the vectors if they changed and close every connection."""
        with self._write_lock:
            if not self.read_only:
                self.save_vectors()
                with contextlib.suppress(IndexStorageError):
                    self.compact_log()
            super().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = self._rows = None
            self._file.close()
            self._vectors.close()

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
                with transaction(connection):
                    rows.begin(read_generation(connection))
                    for path in (*removed, *(file.path for file in files)):
                        gone += rows.delete_file(path)
                    stored += rows.insert_files(files)
                    embeddings.insert(connection, vectors)
                    bump_generation(connection)
                    generation = read_generation(connection)
            except BaseException:
                self._rows = None  # numbers given inside the transaction were rolled back with it
                raise
            rows.end(generation)
            self._bound_log()
        return Written(stored, gone, generation)

    def key(self) -> IndexKey:
        """Return what the index depends on, as far as that is known."""
        return self._key

    @property
    def dimension(self) -> int:
        """Number of components of the vectors; 0 while that is not known."""
        return self._key.dimension

    def add_embeddings(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Store vectors of chunks that are stored already; the graph gets them with the next ``sync_vectors``."""
        with self._write_lock, storage_errors(), transaction(self._connection_for_writing) as connection:
            embeddings.insert(connection, vectors)
            bump_generation(connection)

    def settle_dimension(self, dimension: int = 0) -> None:
        """Forget all vectors, for those to come have ``dimension`` components; the indexing lock must be held.

        Without one, take over what another process has found out since the index was opened.
        """
        with self._write_lock, storage_errors(), transaction(self._connection_for_writing) as connection:
            key = replace(self._key, dimension=dimension).completed(embeddings.stored_key(connection))
            if dimension:
                embeddings.forget(connection, key)
        if key != self._key:
            self._key = key
            self._vectors.close()
            self._vectors = self._open_vectors()

    def touch(self, files: Iterable[tuple[str, int, int, int, int, int]]) -> None:
        """Note (path, size, mtime_ns, ctime_ns, inode, indexed_ns) of files whose content turned out to be unchanged."""
        with self._write_lock, storage_errors(), transaction(self._connection_for_writing) as connection:
            connection.executemany(
                "UPDATE files SET size = ?2, mtime_ns = ?3, ctime_ns = ?4, inode = ?5, indexed_ns = ?6 WHERE path = ?1",
                list(files),
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
            with transaction(connection):
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
                with transaction(connection):
                    left_out.store(connection, found)

    def past_head(self) -> str:
        """Return the commit that the stored past ends with; empty when none is stored."""
        with self._connection() as connection:
            return commits.head(connection)

    def replace_past(self, head: str, past: Sequence[PastCommit]) -> None:
        """Store the past that ends with the commit ``head`` in place of what was stored; "" and nothing forget it."""
        with self._write_lock, storage_errors(), transaction(self._connection_for_writing) as connection:
            commits.replace(connection, head, past)

    def finish_pass(self) -> None:
        """Note that a whole pass over the workspace has ended."""
        if not self.is_complete():
            self.note("complete")

    def prune_embeddings(self) -> None:
        """Forget vectors that belong to no chunk once they are the majority; a few are kept for going back."""
        with self._write_lock, storage_errors():
            connection = self._connection_for_writing
            if embeddings.many_spare(connection):
                with transaction(connection):
                    embeddings.prune(connection)

    def compact_log(self) -> None:
        """Move what the write-ahead log holds into the database, as far as readers allow, and seal the database."""
        with self._write_lock, storage_errors():
            if self._writer is None or (log_size(self._database) == 0 and seal.is_closed(self._database)):
                return
            with opening_lock(self._directory), file_errors(self._database):
                if self._move_log("TRUNCATE"):
                    seal.close(self._database, self._file)
                self._seen = seal.identity_of(self._database)

    def _move_log(self, mode: str) -> bool:
        """Move the log; True when all of it was. What the file holds now is looked at first, lest damage be sealed."""
        if self._writer is None or seal.check(self._database, self._file) is seal.State.DAMAGED:
            raise IndexDamagedError("the index was changed from outside; it is built again")
        seal.remove(self._database)
        busy, *_ = self._writer.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        return not busy

    def _bound_log(self) -> None:
        """Move the log when it has grown large: reading becomes slower with its length."""
        if log_size(self._database) > _LOG_BYTES:
            with opening_lock(self._directory), file_errors(self._database):
                self._move_log("PASSIVE")
                self._seen = seal.identity_of(self._database)

    def is_complete(self) -> bool:
        """Return whether a whole pass over the workspace has ended since the index was last emptied."""
        return self.is_noted("complete")

    def note(self, key: sql.Fact) -> None:
        """Note that something is so, until the index is emptied."""
        with self._write_lock, storage_errors(), transaction(self._connection_for_writing) as connection:
            sql.note(connection, key)

    def is_noted(self, key: sql.Fact) -> bool:
        """Return whether that was noted."""
        with self._connection() as connection:
            return sql.is_noted(connection, key)

    def missing_embeddings(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Return the content hashes that have no vector yet, in the given order, without repeats."""
        with self._connection() as connection:
            return embeddings.missing(connection, hashes)

    def files_with_holes(self) -> list[str]:
        """Return the paths of files with chunks that have no vector; a chunk without a word never gets one."""
        with self._connection() as connection:
            return embeddings.files_with_holes(connection)

    def update_vectors(self, written: Written, vectors: Mapping[bytes, Vectors]) -> None:
        """Bring the graph up to date with one ``write``, whose new vectors are given."""
        if written.removed:
            self._vectors.remove(np.array(written.removed, dtype=np.int64))
        fresh = [(chunk, vectors[key]) for chunk, key in written.stored if key in vectors]
        if fresh:
            ids = np.array([chunk for chunk, _ in fresh], dtype=np.int64)
            self._vectors.add(ids, rounded(np.stack([vector for _, vector in fresh])))
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
            wanted = embeddings.chunks_with_one(connection)
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
        with self._connection() as connection:
            found, matrix = embeddings.of_chunks(connection, ids, self._key.dimension)
        if len(found):
            self._vectors.add(found, matrix)

    def save_vectors(self, *, allow_unsaved: int = 0) -> None:
        """Write the vector file unless at most ``allow_unsaved`` keys changed; a failure costs a rebuild only."""
        if self._vectors.is_saved or 0 < self._vectors.unsaved <= allow_unsaved:
            return
        try:
            self._vectors.save()
        except OSError as error:
            _log.warning("the vector file was not saved and will be built again: %s", error.strerror or error)
