"""The rows of one file, written and removed inside a transaction that the store has begun."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from findspot.core.types import FileProblem
from findspot.errors import IndexStorageError
from findspot.storage.records import PreparedChunk, PreparedFile

StoredChunks = list[tuple[int, bytes]]
"""(chunk id, content hash) of chunks in the order of their files."""

_DOCSTRING_KEPT = 300


class FileRows:
    """Writes files into the tables; remembers the numbers of names, which repeat from file to file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._name_ids: dict[str, int] = {}

    def forget(self) -> None:
        """Drop the remembered numbers: those given inside a transaction are rolled back with it."""
        self._name_ids.clear()

    def delete_file(self, path: str) -> list[int]:
        """Remove a file with all that hangs on it and return the ids of its chunks."""
        row = self._connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        self._connection.execute("DELETE FROM problems WHERE path = ?", (path,))
        if row is None:
            return []
        chunks = self._connection.execute("SELECT id, reference_ids FROM chunks WHERE file_id = ?", row).fetchall()
        for chunk, packed in chunks:
            self._connection.executemany(
                "DELETE FROM name_references WHERE name_id = ? AND chunk_id = ?",
                [(name, chunk) for name in np.frombuffer(packed, dtype="<i4").tolist()],
            )
        self._connection.executemany("DELETE FROM lexical WHERE rowid = ?", [(chunk,) for chunk, _ in chunks])
        for table in ("symbols", "imports", "chunks"):
            self._connection.execute(f"DELETE FROM {table} WHERE file_id = ?", row)
        self._connection.execute("DELETE FROM files WHERE id = ?", row)
        return [int(chunk) for chunk, _ in chunks]

    def insert_file(self, file: PreparedFile) -> StoredChunks:
        """Add a file of which nothing is stored and return its chunks."""
        file_id = self._connection.execute(
            "INSERT INTO files (path, language, path_class, size, mtime_ns, indexed_ns, content_hash) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                file.path,
                file.language,
                file.path_class.value,
                file.size,
                file.mtime_ns,
                file.indexed_ns,
                file.content_hash,
            ),
        ).lastrowid
        if file_id is None:
            raise IndexStorageError("SQLite gave no row id")
        stored = [self._insert_chunk(file_id, chunk) for chunk in file.chunks]
        self._connection.executemany(
            "INSERT INTO symbols (file_id, chunk_id, name, qualified_name, kind, start_byte, end_byte, start_line, "
            "end_line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (file_id, chunk, s.name, s.qualified_name, s.kind, *s.place)
                for s, chunk in zip(file.symbols, _chunks_of_symbols(file, stored), strict=True)
            ],
        )
        self._connection.executemany(
            "INSERT INTO imports (file_id, target) VALUES (?, ?)", [(file_id, target) for target in file.imports]
        )
        insert_problems(self._connection, [FileProblem(file.path, kind, message) for kind, message in file.problems])
        return stored

    def _insert_chunk(self, file_id: int, chunk: PreparedChunk) -> tuple[int, bytes]:
        names = [self._name_id(name) for name in chunk.references]
        chunk_id = self._connection.execute(
            "INSERT INTO chunks (file_id, kind, symbol, signature, docstring, start_byte, end_byte, start_line, "
            "end_line, part, content_hash, path_tokens, name_tokens, signature_tokens, body_tokens, reference_ids) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                file_id,
                chunk.kind,
                chunk.symbol,
                chunk.signature,
                chunk.docstring[:_DOCSTRING_KEPT],
                *chunk.place,
                chunk.part,
                chunk.content_hash,
                *(column.count(" ") + 1 if column else 0 for column in chunk.columns),
                np.array(names, dtype="<i4").tobytes(),
            ),
        ).lastrowid
        if chunk_id is None:
            raise IndexStorageError("SQLite gave no row id")
        self._connection.execute(
            "INSERT INTO lexical (rowid, path, name, signature, body) VALUES (?, ?, ?, ?, ?)",
            (chunk_id, *chunk.columns),
        )
        self._connection.executemany(
            "INSERT INTO name_references (name_id, chunk_id) VALUES (?, ?)", [(name, chunk_id) for name in names]
        )
        return chunk_id, chunk.content_hash

    def _name_id(self, name: str) -> int:
        known = self._name_ids.get(name)
        if known is None:
            self._connection.execute("INSERT OR IGNORE INTO names (name) VALUES (?)", (name,))
            known = int(self._connection.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()[0])
            self._name_ids[name] = known
        return known


def insert_problems(connection: sqlite3.Connection, problems: Sequence[FileProblem]) -> None:
    """Store problems of files."""
    connection.executemany(
        "INSERT OR REPLACE INTO problems (path, kind, message) VALUES (?, ?, ?)",
        [(problem.path, problem.kind.value, problem.message) for problem in problems],
    )


def _chunks_of_symbols(file: PreparedFile, stored: StoredChunks) -> list[int]:
    """Return for each symbol the chunk that stands for it.

    That is the first chunk of the same qualified name inside the definition, else the last chunk that begins at or
    before it: a definition too small for a chunk of its own lies inside its parent's.
    """
    by_name: dict[str, list[int]] = {}
    for position, chunk in enumerate(file.chunks):
        if chunk.symbol is not None:
            by_name.setdefault(chunk.symbol, []).append(position)
    starts = [chunk.place[0] for chunk in file.chunks]
    found: list[int] = []
    for symbol in file.symbols:
        own = [
            position
            for position in by_name.get(symbol.qualified_name, ())
            if starts[position] < symbol.place[1] and file.chunks[position].place[1] > symbol.place[0]
        ]
        position = own[0] if own else max(bisect_right(starts, symbol.place[0]) - 1, 0)
        found.append(stored[position][0] if stored else 0)
    return found
