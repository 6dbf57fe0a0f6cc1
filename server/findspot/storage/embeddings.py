"""Vectors of chunks in the database, by the hash of what the embedder reads: which there are, and which are missing."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping, Sequence

import numpy as np

from findspot.core.arrays import Ids, Vectors
from findspot.core.render import content_hash
from findspot.storage.packed import packed_vector, vectors_of
from findspot.storage.records import IndexKey
from findspot.storage.sql import LISTED, bump_generation, listed

_SPARE = 10_000
"""Vectors without a chunk that are let stand: they save the work when a branch is checked out again."""


def insert(connection: sqlite3.Connection, vectors: Mapping[bytes, Vectors]) -> None:
    """Store unit vectors of shape (dimension,) by content hash."""
    connection.executemany(
        "INSERT OR IGNORE INTO embeddings (content_hash, vector) VALUES (?, ?)",
        [(key, packed_vector(vector)) for key, vector in vectors.items()],
    )


def missing(connection: sqlite3.Connection, hashes: Sequence[bytes]) -> list[bytes]:
    """Return the content hashes that have no vector yet, in the given order, without repeats."""
    wanted = list(dict.fromkeys(hashes))
    known: set[bytes] = set()
    for start in range(0, len(wanted), 900):
        part = wanted[start : start + 900]
        marks = ",".join("?" * len(part))
        rows = connection.execute(f"SELECT content_hash FROM embeddings WHERE content_hash IN ({marks})", part)
        known.update(row[0] for row in rows)
    return [key for key in wanted if key not in known]


def files_with_holes(connection: sqlite3.Connection) -> list[str]:
    """Return the paths of files with chunks that have no vector; a chunk without a word never gets one."""
    rows = connection.execute(
        "SELECT DISTINCT f.path FROM chunks c JOIN files f ON f.id = c.file_id "
        "WHERE c.content_hash NOT IN (SELECT content_hash FROM embeddings) AND c.content_hash != ?",
        (content_hash(b""),),
    )
    return [str(row[0]) for row in rows]


def chunks_with_one(connection: sqlite3.Connection) -> Ids:
    """Return the ids of all chunks that have a vector."""
    rows = connection.execute(
        "SELECT c.id FROM chunks c JOIN embeddings e ON e.content_hash = c.content_hash"
    ).fetchall()
    return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))


def of_chunks(connection: sqlite3.Connection, ids: Ids, dimension: int) -> tuple[Ids, Vectors]:
    """Return those of some chunks that have a vector, and the vectors, shape (found, dimension)."""
    found = connection.execute(
        "SELECT c.id, e.vector FROM chunks c JOIN embeddings e ON e.content_hash = c.content_hash "
        f"WHERE c.id IN {LISTED}",
        (listed(ids.tolist()),),
    ).fetchall()
    return np.array([chunk for chunk, _ in found], dtype=np.int64), vectors_of([blob for _, blob in found], dimension)


def prune(connection: sqlite3.Connection) -> None:
    """Forget vectors that belong to no chunk."""
    connection.execute("DELETE FROM embeddings WHERE content_hash NOT IN (SELECT content_hash FROM chunks)")


def many_spare(connection: sqlite3.Connection) -> bool:
    """Return whether most vectors belong to no chunk; a few are kept for going back."""
    vectors, chunks = connection.execute(
        "SELECT (SELECT count(*) FROM embeddings), (SELECT count(*) FROM chunks)"
    ).fetchone()
    return bool(vectors > 2 * chunks + _SPARE)


def forget(connection: sqlite3.Connection, key: IndexKey) -> None:
    """Forget all vectors and note the ``key`` of those to come; vector files of before belong to nothing any more."""
    connection.execute("DELETE FROM embeddings")
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('index_key', ?), ('identity', ?)",
        (key.text(), secrets.token_hex(6)),
    )
    bump_generation(connection)


def stored_key(connection: sqlite3.Connection) -> str | None:
    """Return the key of the index in the form in which it is stored."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'index_key'").fetchone()
    return None if row is None else str(row[0])
