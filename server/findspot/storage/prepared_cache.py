"""Prepared files that an index once held or another root has prepared, by content: parsing and embedding not done twice.

An index is itself the store of what it holds. Here lies what indexes have let go (the other branch, the text before an
edit) and what was parsed since an index was built, so that going back costs neither. A first indexing writes nothing here.
Losing the file costs time only.
"""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from findspot.core.arrays import Vectors
from findspot.core.types import PathClass, ProblemKind
from findspot.storage.packed import packed_vector
from findspot.storage.records import READ_AGAIN, IndexKey, PreparedChunk, PreparedFile, PreparedSymbol
from findspot.storage.shared import SharedDatabase, shared_rows
from findspot.storage.sql import LISTED, listed, transaction

NAME = "prepared-files-v1.sqlite3"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made_for BLOB NOT NULL,
    path TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    used INTEGER NOT NULL,
    size INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (path, made_for, content_hash)
);
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used, id, size);
"""

_LIMIT = 256 << 20
"""Bytes of all entries: about 20,000 files."""

_KEPT = 0.9
"""Share of the limit that is left when the oldest go, so that they seldom do."""

_VERSIONS = 32
"""Versions of one path: saving a file a thousand times must not push out what other branches hold."""

_BUSY_SECONDS = 1.0

_LEVEL = 1
_LENGTH = 4


class Held(NamedTuple):
    """What an index holds of a file, and the unit vectors of its chunks, shape (dimension,), by their content hash.

    The text that the embedder reads is not kept: chunks have an empty ``static_text``.
    """

    file: PreparedFile
    vectors: Mapping[bytes, Vectors]


class PreparedCache:
    """A bounded map from path, content and ``IndexKey`` to a prepared file. Thread-safe; least recently used go first.

    The path is part of the key: language, path words and class of a file depend on it.
    """

    def __init__(self, cache_dir: Path, key: Callable[[], IndexKey]) -> None:
        """Name the folder, and what says what files are prepared for; the file is opened when it is first needed."""
        self._file = SharedDatabase(cache_dir / NAME, _SCHEMA, what="the cache of files", busy_seconds=_BUSY_SECONDS)
        self._key = key

    @property
    def _made_for(self) -> bytes:
        return made_for(self._key().text())  # the dimension of a server's vectors is known when the first have come

    def known(self, paths: Iterable[str]) -> set[tuple[str, bytes]]:
        """Return path and content hash of all entries of these paths."""
        found: set[tuple[str, bytes]] = set()
        with self._file.using() as connection:
            if connection is not None:
                found.update(
                    connection.execute(
                        f"SELECT path, content_hash FROM entries WHERE path IN {LISTED} AND made_for = ?",
                        (listed(paths), self._made_for),
                    )
                )
        return found

    def get(self, path: str, content_hash: bytes) -> Held | None:
        """Return a file as it was prepared, without what the system says of it: size, times and inode are 0."""
        with self._file.using() as connection:
            if connection is not None:
                row = connection.execute(
                    "SELECT data, checksum FROM entries WHERE path = ? AND made_for = ? AND content_hash = ?",
                    (path, self._made_for, content_hash),
                ).fetchone()
                if row is not None and row[1] == _checksum(self._made_for, path, content_hash, row[0]):
                    return _unpacked(path, content_hash, row[0])
        return None

    def put(self, files: Sequence[Held]) -> None:
        """Keep files. Those whose parser died or was missing are not: another day it may live."""
        now = int(time.time())
        rows = []
        for held in files:
            path, content_hash = held.file.path, held.file.content_hash
            quarantined = any(kind is ProblemKind.QUARANTINED for kind, _ in held.file.problems)
            if quarantined or held.file.indexed_ns == READ_AGAIN:
                continue
            data = _packed(held)
            checksum = _checksum(self._made_for, path, content_hash, data)
            rows.append((self._made_for, path, content_hash, now, len(data), checksum, data))
        if not rows:
            return
        with self._file.using() as connection:
            if connection is None:
                return
            with transaction(connection):
                connection.executemany(
                    "INSERT OR REPLACE INTO entries (made_for, path, content_hash, used, size, checksum, data) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    rows,
                )
                connection.executemany(
                    "DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE path = ? AND made_for = ? "
                    f"ORDER BY used DESC, id DESC LIMIT -1 OFFSET {_VERSIONS})",
                    {(path, self._made_for) for _, path, *_ in rows},
                )
                _make_room(connection)

    def used(self, files: Iterable[PreparedFile]) -> None:
        """Note that entries were of use just now, so that others go before them."""
        rows = [(int(time.time()), file.path, self._made_for, file.content_hash) for file in files]
        with self._file.using() as connection:
            if connection is not None and rows:
                with transaction(connection):
                    connection.executemany(
                        "UPDATE entries SET used = ? WHERE path = ? AND made_for = ? AND content_hash = ?", rows
                    )

    def close(self) -> None:
        """Close the file; later calls miss."""
        self._file.close()


def damaged(cache_dir: Path) -> int:
    """Return how many entries are not what was stored."""
    rows = shared_rows(cache_dir / NAME, "SELECT checksum, made_for, path, content_hash, data FROM entries")
    return sum(checksum != _checksum(*parts) for checksum, *parts in rows)


_ORPHANS = f"FROM entries WHERE hex(made_for) NOT IN {LISTED}"


def orphans(cache_dir: Path, key_texts: Iterable[str]) -> tuple[int, int]:
    """Return how many entries are for none of these index keys, and their bytes."""
    keys = listed(made_for(text).hex().upper() for text in key_texts)
    for number, size in shared_rows(cache_dir / NAME, f"SELECT count(*), coalesce(sum(size), 0) {_ORPHANS}", (keys,)):
        return number, size
    return 0, 0


def remove_orphans(cache_dir: Path, key_texts: Iterable[str]) -> None:
    """Remove the entries that are for none of these index keys, and give their room back to the disk."""
    file = SharedDatabase(cache_dir / NAME, _SCHEMA, what="the cache of files", busy_seconds=_BUSY_SECONDS)
    keys = listed(made_for(text).hex().upper() for text in key_texts)
    with file.using() as connection:
        if connection is not None:
            connection.execute(f"DELETE {_ORPHANS}", (keys,))
            connection.execute("VACUUM")
    file.close()


def made_for(key_text: str) -> bytes:
    """Return the short form of an index key under which entries are kept."""
    return hashlib.blake2b(key_text.encode(), digest_size=8).digest()


def _make_room(connection: Any) -> None:
    """Remove the entries that were not used for longest when all together are too large."""
    size = connection.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchone()[0]
    if size <= _LIMIT:
        return
    leaving: list[tuple[int]] = []
    for number, one in connection.execute("SELECT id, size FROM entries ORDER BY used, id"):
        if size <= _KEPT * _LIMIT:
            break
        size -= one
        leaving.append((number,))
    connection.executemany("DELETE FROM entries WHERE id = ?", leaving)


def _checksum(*parts: object) -> int:
    """Return the CRC-32 of an entry with all of its key; -1, which none has, where a part is not what was stored."""
    checksum = 0
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        if not isinstance(data, bytes):
            return -1
        checksum = zlib.crc32(data, checksum)
    return checksum


def _packed(held: Held) -> bytes:
    """Return the length of the text, the text, and the vectors, which do not get smaller by compression."""
    file = held.file
    chunks = [(*chunk[:7], chunk.content_hash.hex(), chunk.references) for chunk in file.chunks]
    keys = [key.hex() for key in held.vectors]
    fields = (file.language, file.path_class, chunks, file.symbols, file.imports, file.problems, keys)
    text = zlib.compress(json.dumps(fields, separators=(",", ":")).encode(), _LEVEL)
    vectors = b"".join(packed_vector(vector) for vector in held.vectors.values())
    return len(text).to_bytes(_LENGTH, "little") + text + vectors


def _unpacked(path: str, content_hash: bytes, data: bytes) -> Held:
    """Return what ``_packed`` was given; the checksum has been compared."""
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    language, path_class, chunks, symbols, imports, problems, keys = json.loads(zlib.decompress(data[_LENGTH:end]))
    file = PreparedFile._make(
        (
            *(path, language, PathClass(path_class), *(0,) * 5, content_hash),
            tuple(
                PreparedChunk._make(
                    (*fields, tuple(place), part, tuple(columns), "", bytes.fromhex(key), tuple(references))
                )
                for *fields, place, part, columns, key, references in chunks
            ),
            tuple(PreparedSymbol._make((*fields, tuple(place))) for *fields, place in symbols),
            tuple(imports),
            tuple((ProblemKind(kind), message) for kind, message in problems),
        )
    )
    matrix = np.frombuffer(data[end:], dtype="<f2").astype(np.float32).reshape(len(keys), -1) if keys else ()
    return Held(file, {bytes.fromhex(key): vector for key, vector in zip(keys, matrix, strict=True)})
