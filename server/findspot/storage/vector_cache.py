"""Document vectors of the localization model, kept across roots, worktrees and restarts by content hash.

It lies beside the indexes, not in one: the same function in five worktrees is encoded once, and a localize call
changes nothing in the index it asks (I-11). Losing it costs time only, so every failure is a miss.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from findspot.core.arrays import Vectors
from findspot.storage.packed import packed_vector
from findspot.storage.shared import SharedDatabase, shared_rows
from findspot.storage.sql import transaction

NAME = "model-vectors-v2.sqlite3"

OLDER = ("model-vectors-v1.sqlite3",)
"""Earlier formats, which nothing reads any more: the first had no checksums."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (model, content_hash)
);
"""

_LIMIT = 200_000
"""Vectors kept; 384 components in float16 make this about 160 MB at most."""

_SLACK = 10_000
"""Vectors above the limit that are let stand, so that pruning is rare."""

_BUSY_SECONDS = 0.05
"""A localize call has a deadline: rather encode again than wait for another process."""


class VectorCache:
    """A bounded map from model and content hash to unit vector. Thread-safe; oldest entries go first.

    ``model_id`` must name the very weights: another model under an old name would otherwise meet its vectors.
    """

    def __init__(self, cache_dir: Path) -> None:
        """Name the folder; the file is opened when it is first needed."""
        self._file = SharedDatabase(
            cache_dir / NAME, _SCHEMA, what="the cache of model vectors", busy_seconds=_BUSY_SECONDS, older=OLDER
        )

    def get(self, model_id: str, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Return the known vectors, each of shape (dimension,)."""
        found: dict[bytes, Vectors] = {}
        with self._file.using() as connection:
            if connection is None:
                return found
            for key in dict.fromkeys(hashes):
                row = connection.execute(
                    "SELECT vector, checksum FROM vectors WHERE model = ? AND content_hash = ?", (model_id, key)
                ).fetchone()
                if row is not None and _is_whole(model_id, key, *row):
                    found[key] = np.frombuffer(row[0], dtype=np.float16).astype(np.float32)
        return found

    def put(self, model_id: str, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep vectors of shape (dimension,); stored as float16."""
        rows = [(model_id, key, packed_vector(vector)) for key, vector in vectors.items()]
        if not rows:
            return
        with self._file.using() as connection:
            if connection is None:
                return
            with transaction(connection):
                connection.executemany(
                    "INSERT OR REPLACE INTO vectors (model, content_hash, vector, checksum) VALUES (?, ?, ?, ?)",
                    [(*row, _checksum(*row)) for row in rows],
                )
                oldest, newest = connection.execute("SELECT min(id), max(id) FROM vectors").fetchone()
                if newest - oldest > _LIMIT + _SLACK:
                    connection.execute("DELETE FROM vectors WHERE id <= ?", (newest - _LIMIT,))

    def close(self) -> None:
        """Close the database; later calls miss."""
        self._file.close()


def damaged(cache_dir: Path) -> int:
    """Return how many vectors are not what was stored."""
    rows = shared_rows(cache_dir / NAME, "SELECT model, content_hash, vector, checksum FROM vectors")
    return sum(not _is_whole(*row) for row in rows)


def _checksum(model_id: str, key: bytes, vector: bytes) -> int:
    return zlib.crc32(vector, zlib.crc32(key, zlib.crc32(model_id.encode())))


def _is_whole(model_id: str, key: bytes, vector: object, checksum: object) -> bool:
    """Return whether a row is what was stored; any other is a miss, and is written anew."""
    return isinstance(vector, bytes) and len(vector) % 2 == 0 and checksum == _checksum(model_id, key, vector)
