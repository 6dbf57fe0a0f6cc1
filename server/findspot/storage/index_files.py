"""The files of one open index: opened, checked, repaired, replaced by a copy; who writes into them is ``IndexStore``."""

from __future__ import annotations

import contextlib
import logging
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event

from findspot.errors import IndexDamagedError, IndexStorageError
from findspot.storage import embeddings, seal
from findspot.storage.copying import copied, find_relative
from findspot.storage.damage import storage_errors
from findspot.storage.files import (
    damage_marker,
    discard,
    file_errors,
    is_marked,
    private_folder,
    remove_left_over,
)
from findspot.storage.locks import opening_lock
from findspot.storage.prepared_cache import Held
from findspot.storage.read_back import held_file
from findspot.storage.reader import StoreReader
from findspot.storage.records import IndexKey
from findspot.storage.rows import FileRows
from findspot.storage.schema import DATABASE_NAME, SCHEMA, TABLES_TO_EMPTY, connect
from findspot.storage.seal import Identity
from findspot.storage.sql import (
    bump_generation,
    check_integrity,
    read_generation,
    snapshot,
    transaction,
)
from findspot.storage.vectors import VectorIndex

_log = logging.getLogger(__name__)


class IndexFiles(StoreReader):
    """One index on disk, open for reading, and for writing where that is possible."""

    def __init__(self, directory: Path, key: IndexKey) -> None:
        """Open or create the index; a damaged database is thrown away, an unequal key empties it (I-7)."""
        self._directory = directory
        self._key = key
        self._database = directory / DATABASE_NAME
        self._file = seal.OpenFile(self._database)
        self._write_lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._rows: FileRows | None = None
        self.read_only = False
        self._seen: Identity | None = None
        self._begins = False
        """Whether the database took the place of an empty one of this process."""
        try:
            private_folder(directory)
        except OSError as error:
            raise IndexStorageError(
                f"the index folder {directory} cannot be made: {error.strerror}; remove what is in its place, "
                "or set FINDSPOT_CACHE_DIR to a folder you can write"
            ) from error
        with opening_lock(directory):
            self._open_database()
            super().__init__(self._database, self._open_vectors())

    def _open_database(self) -> None:
        try:
            self._prepare()
        except IndexDamagedError as error:
            _log.warning("%s", error)
            discard(self._database)
            self._prepare()
        except IndexStorageError as error:
            self._check_readable(error)
            self.read_only = True
        remove_left_over(self._directory)

    def _prepare(self) -> None:
        """Open the database for writing, unless it is damaged; a new one gets its tables."""
        with file_errors(self._database):
            state = seal.check(self._database, self._file) if self._database.exists() else None
        if state is seal.State.DAMAGED:
            raise IndexDamagedError("the index was changed from outside; it is built again")
        with storage_errors():
            connection = connect(self._database, moves_log=False)
            try:
                if state is seal.State.UNKNOWN:
                    check_integrity(connection)
                connection.executescript(SCHEMA)
                connection.execute(
                    "INSERT OR IGNORE INTO meta (key, value) VALUES ('identity', ?)", (secrets.token_hex(6),)
                )
                stored = embeddings.stored_key(connection)
                self._key = self._key.completed(stored)
                if stored != self._key.text():
                    self._open_log()
                    self._empty(connection)
            except BaseException:
                connection.close()
                raise
        self._writer = connection
        with file_errors(self._database):
            self._seen = seal.identity_of(self._database)

    def _check_readable(self, reason: IndexStorageError) -> None:
        """Raise ``reason`` unless the index can be read at least, and is the one that was asked for."""
        try:
            with file_errors(self._database):
                damaged = seal.check(self._database, self._file) is seal.State.DAMAGED
                self._seen = seal.identity_of(self._database)
            with storage_errors(), contextlib.closing(connect(self._database, read_only=True)) as connection:
                found = dict(connection.execute("SELECT key, value FROM meta"))
        except IndexStorageError:
            raise reason from None
        self._key = self._key.completed(found.get("index_key"))
        if damaged or "identity" not in found or found.get("index_key") != self._key.text():
            raise reason

    def _empty(self, connection: sqlite3.Connection) -> None:
        with transaction(connection):
            for table in TABLES_TO_EMPTY:
                connection.execute(f"DELETE FROM {table}")
            connection.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES ('index_key', ?), ('complete', '0'), ('past_head', ''), "
                "('skipped', '{}'), ('declined', '0')",
                (self._key.text(),),
            )
            bump_generation(connection)
        self._rows = None

    def mark_damaged(self) -> None:
        """Note on disk that a read met damage, so that the next ``repair``, of any process, starts again."""
        if self._is_replaced():
            return  # what was damaged is gone already
        with contextlib.suppress(OSError):  # a folder that cannot be written cannot be repaired either
            damage_marker(self._directory).touch()

    def repair(self) -> bool:
        """Start again when the database was marked as damaged, or was removed or replaced; True when that was done.

        The indexing lock must be held. After True everything has to be indexed again.
        """
        damaged = is_marked(self._directory)
        if self.read_only or not (damaged or self._is_replaced()):
            return False
        with self._opened_again():
            self._begins = False
            if damaged:
                discard(self._database)
        damage_marker(self._directory).unlink(missing_ok=True)
        return True

    def begin_with_copy(self, sizes: Mapping[str, int], stop: Event | None = None) -> bool:
        """Begin an empty index with the rows of another root that has most of the same files; True when that was done.

        ``sizes`` maps the paths of this root to bytes. Then all files have to be compared. The indexing lock must be held.
        """
        if self.read_only or not sizes or self.corpus().files:
            return False
        relative = find_relative(self._directory, self._key, sizes)
        if relative is None:
            return False
        try:
            with copied(relative, self._directory, self.generation(), stop) as copy, self._opened_again():
                self._begins = True
                discard(self._database)
                copy.replace(self._database)
                seal.close(self._database)
        except (OSError, IndexStorageError) as error:
            _log.info("the index is built from nothing: %s", error)
            return False
        _log.info("the index begins as a copy of the one in %s", relative)
        return True

    def held_files(self, known: Collection[tuple[str, bytes]], paths: Sequence[str]) -> list[Held]:
        """Return files as they were handed to the store, but for those whose path and content hash are ``known``."""
        with self._connection() as connection, snapshot(connection):
            found = [held_file(connection, path, known, self._key.dimension) for path in paths]
        return [held for held in found if held is not None]

    @contextlib.contextmanager
    def _opened_again(self) -> Iterator[None]:
        """Close the database for what happens to its file inside, and open what is there afterwards."""
        with self._write_lock, self._opening:
            super().close()
            if self._writer is not None:
                self._writer.close()
                self._writer = self._rows = None
            self._file.close()
            with opening_lock(self._directory):
                try:
                    yield
                finally:
                    self._open_database()
                    self._vectors.close()
                    self._vectors = self._open_vectors()
            self._corpus = self._counts = None

    def _is_replaced(self) -> bool:
        """Return whether the database on disk is another one than the one that is open: another process began again."""
        try:
            return self._seen is None or seal.identity_of(self._database).inode != self._seen.inode
        except OSError:
            return True

    def _check_untouched(self) -> None:
        """Raise ``IndexDamagedError`` when the database is not the one that was opened, or was written to from outside.

        Called after each read: what was read before is good when the file is still the same now.
        """
        try:
            present = seal.identity_of(self._database)
            if present == self._seen:
                return
            if self._seen is None or present.inode != self._seen.inode:
                with self._opening:  # until the copy that this process begins with is in its place
                    if self._begins and seal.identity_of(self._database) == self._seen:
                        return  # what was read was true of the empty index before it
                raise IndexDamagedError("the index was replaced; it is opened again")
            with opening_lock(self._directory, seconds=0.0) as locked:
                if not locked:
                    return  # somebody moves the log; the next read looks again
                if seal.check(self._database, self._file) is seal.State.DAMAGED:
                    raise IndexDamagedError("the index was changed from outside; it is built again")
                self._seen = present
        except OSError as error:
            raise IndexDamagedError(
                f"the index cannot be found any more; it is built again: {error.strerror}"
            ) from error

    def _open_vectors(self) -> VectorIndex:
        with storage_errors(), contextlib.closing(connect(self._database, read_only=True)) as connection:
            identity = connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()
            generation = read_generation(connection)
        if identity is None:
            raise IndexStorageError("the index is not complete; free some space and try again")
        return VectorIndex(self._directory, max(self._key.dimension, 1), str(identity[0]), generation)

    @property
    def _connection_for_writing(self) -> sqlite3.Connection:
        if self._writer is None:
            raise IndexStorageError(f"the index in {self._directory} cannot be written; check the folder's permissions")
        self._open_log()
        return self._writer

    def _open_log(self) -> None:
        with file_errors(self._database):
            seal.open_log(self._database)
