"""Document vectors of the localization model, kept across roots, worktrees and restarts by content hash.

It lies beside the indexes, not in one: the same function in five worktrees is encoded once, and a localize call
changes nothing in the index it asks (I-11). Losing it costs time only, so every failure is a miss.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from findspot.core.arrays import Vectors
from findspot.storage.packed import packed_vector
from findspot.storage.schema import connect

_NAME = "model-vectors-v2.sqlite3"

_OLDER = ("model-vectors-v1.sqlite3",)
"""Earlier formats, which nothing reads any more: the first had no checksums."""

_SUFFIXES = ("", "-wal", "-shm", "-journal")

_LIMIT = 200_000
"""Vectors kept; 384 components in float16 make this about 160 MB at most."""

_SLACK = 10_000
"""Vectors above the limit that are let stand, so that pruning is rare."""

_BUSY_SECONDS = 0.05
"""A localize call has a deadline: rather encode again than wait for another process."""

_log = logging.getLogger(__name__)


class VectorCache:
    """A bounded map from model and content hash to unit vector. Thread-safe; oldest entries go first.

    ``model_id`` must name the very weights: another model under an old name would otherwise meet its vectors.
    """

    def __init__(self, cache_dir: Path) -> None:
        """Name the folder; the file is opened when it is first needed."""
        self._folder = cache_dir
        self._lock = threading.Lock()
        self._given_up = False
        self._opened: sqlite3.Connection | None = None

    @property
    def _connection(self) -> sqlite3.Connection | None:
        """The open database, or None once it turned out not to be usable. The lock must be held."""
        if self._opened is None and not self._given_up:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._remove(*_OLDER)
                self._opened = connect(self._folder / _NAME, busy_seconds=_BUSY_SECONDS)
                self._opened.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, "
                    "content_hash BLOB NOT NULL, vector BLOB NOT NULL, checksum INTEGER NOT NULL, "
                    "UNIQUE (model, content_hash))"
                )
            except (OSError, sqlite3.Error) as error:
                self._give_up(error)
        return self._opened

    def get(self, model_id: str, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the known vectors, each of shape (dimension,)."""
        found: dict[bytes, Vectors] = {}
        with self._lock:
            connection = self._connection
            if connection is None:
                return found
            try:
                for key in dict.fromkeys(hashes):
                    row = connection.execute(
                        "SELECT vector, checksum FROM vectors WHERE model = ? AND content_hash = ?", (model_id, key)
                    ).fetchone()
                    if row is not None and _is_whole(model_id, key, *row):
                        found[key] = np.frombuffer(row[0], dtype=np.float16).astype(np.float32)
            except sqlite3.OperationalError as error:
                _log.info("model vectors were not read: %s", error)
            except sqlite3.DatabaseError as error:
                self._start_again(error)
        return found

    def put(self, model_id: str, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep vectors of shape (dimension,); stored as float16."""
        if not vectors:
            return
        rows = [(model_id, key, packed_vector(vector)) for key, vector in vectors.items()]
        with self._lock:
            connection = self._connection
            if connection is None:
                return
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    "INSERT OR REPLACE INTO vectors (model, content_hash, vector, checksum) VALUES (?, ?, ?, ?)",
                    [(*row, _checksum(*row)) for row in rows],
                )
                oldest, newest = connection.execute("SELECT min(id), max(id) FROM vectors").fetchone()
                if newest - oldest > _LIMIT + _SLACK:
                    connection.execute("DELETE FROM vectors WHERE id <= ?", (newest - _LIMIT,))
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                _log.info("model vectors were not kept: %s", error)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            except (sqlite3.DatabaseError, TypeError) as error:
                self._start_again(error)

    def close(self) -> None:
        """Close the database; later calls miss."""
        with self._lock:
            self._given_up = True
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _give_up(self, error: Exception) -> None:
        """Go on without a cache: the model still works, only slower."""
        _log.warning("the cache of model vectors is not usable, answers will take longer: %s", error)
        self._given_up = True
        if self._opened is not None:
            with contextlib.suppress(sqlite3.Error):
                self._opened.close()
            self._opened = None

    def _start_again(self, error: Exception) -> None:
        """Throw a damaged file away, so that the next process has a good one; this one goes on without."""
        self._give_up(error)
        with contextlib.suppress(OSError):  # on Windows, while another process has it open
            self._remove(_NAME)

    def _remove(self, *names: str) -> None:
        for name in names:
            for suffix in _SUFFIXES:
                (self._folder / f"{name}{suffix}").unlink(missing_ok=True)


def _checksum(model_id: str, key: bytes, vector: bytes) -> int:
    return zlib.crc32(vector, zlib.crc32(key, zlib.crc32(model_id.encode())))


def _is_whole(model_id: str, key: bytes, vector: object, checksum: object) -> bool:
    """Return whether a row is what was stored; any other is a miss, and is written anew."""
    return isinstance(vector, bytes) and len(vector) % 2 == 0 and checksum == _checksum(model_id, key, vector)
