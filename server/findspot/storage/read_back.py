"""Files as they were when they were handed to the store, read back from the rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from findspot.core.types import PathClass, ProblemKind
from findspot.storage.packed import name_ids, vectors_of
from findspot.storage.prepared_cache import Held
from findspot.storage.records import PreparedChunk, PreparedFile, PreparedSymbol
from findspot.storage.sql import LISTED, listed


def held_file(
    connection: sqlite3.Connection, path: str, known: Collection[tuple[str, bytes]], dimension: int
) -> Held | None:
    """Return a stored file with the vectors of its chunks; None when it is not stored, or ``known`` with its content."""
    row = connection.execute("SELECT * FROM files WHERE path = ?", (path,)).fetchone()
    if row is None:
        return None
    number, _, language, path_class, *stamp, content_hash = row
    if (path, content_hash) in known:
        return None
    chunks = connection.execute(
        "SELECT c.kind, c.symbol, c.signature, c.docstring, c.start_byte, c.end_byte, c.start_line, c.end_line, c.part, "
        "l.path, l.name, l.signature, l.body, c.content_hash, c.reference_ids, e.vector "
        "FROM chunks c JOIN lexical l ON l.rowid = c.id LEFT JOIN embeddings e ON e.content_hash = c.content_hash "
        "WHERE c.file_id = ? ORDER BY c.id",
        (number,),
    ).fetchall()
    references = [name_ids(chunk[14]) for chunk in chunks]
    names = dict(
        connection.execute(
            f"SELECT id, name FROM names WHERE id IN {LISTED}", (listed({one for ids in references for one in ids}),)
        )
    )
    symbols = connection.execute(
        "SELECT name, qualified_name, kind, start_byte, end_byte, start_line, end_line FROM symbols "
        "WHERE file_id = ? ORDER BY id",
        (number,),
    )
    imports = connection.execute("SELECT target FROM imports WHERE file_id = ? ORDER BY rowid", (number,))
    problems = connection.execute("SELECT kind, message FROM problems WHERE path = ?", (path,))
    file = PreparedFile._make(
        (
            *(path, language, PathClass(path_class), *stamp, content_hash),
            tuple(_chunk(fields, names, ids) for fields, ids in zip(chunks, references, strict=True)),
            tuple(PreparedSymbol._make((*fields[:3], fields[3:])) for fields in symbols),
            tuple(target for (target,) in imports),
            tuple((ProblemKind(kind), message) for kind, message in problems),
        )
    )
    with_vector = {row[13]: row[15] for row in chunks if row[15] is not None}
    return Held(file, dict(zip(with_vector, vectors_of(list(with_vector.values()), dimension), strict=True)))


def _chunk(row: tuple[Any, ...], names: Mapping[int, str], references: Sequence[int]) -> PreparedChunk:
    columns, text = row[9:13], ""
    return PreparedChunk._make(
        (*row[:4], row[4:8], row[8], columns, text, row[13], tuple(names[one] for one in references))
    )
