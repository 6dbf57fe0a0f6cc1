"""The rows of one file, written and removed inside a transaction that the store has begun."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Sequence

from findspot.core.types import FileProblem
from findspot.storage.packed import name_ids, packed_ids
from findspot.storage.records import PreparedChunk, PreparedFile, StoredChunks
from findspot.storage.sql import LISTED, listed

_DOCSTRING_KEPT = 300


class FileRows:
    """Writes batches of files into the tables, with few statements of many rows each.

    It remembers the numbers of names, which repeat from file to file; they hold as long as nobody else has written,
    which the generation tells.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._name_ids: dict[str, int] = {}
        self._generation = -1

    def begin(self, generation: int) -> None:
        """Forget what was remembered if the database is not at ``generation`` by this object's own last write."""
        if generation != self._generation:
            self._name_ids.clear()

    def end(self, generation: int) -> None:
        """Note the generation that this write has made."""
        self._generation = generation

    def delete_file(self, path: str) -> list[int]:
        """Remove a file and everything that refers to it, and return the ids of its chunks."""
        row = self._connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        self._connection.execute("DELETE FROM problems WHERE path = ?", (path,))
        if row is None:
            return []
        chunks = self._connection.execute("SELECT id, reference_ids FROM chunks WHERE file_id = ?", row).fetchall()
        self._connection.executemany(
            "DELETE FROM name_references WHERE name_id = ? AND chunk_id = ?",
            [(name, chunk) for chunk, packed in chunks for name in name_ids(packed)],
        )
        self._connection.executemany("DELETE FROM lexical WHERE rowid = ?", [(chunk,) for chunk, _ in chunks])
        for table in ("symbols", "imports", "chunks"):
            self._connection.execute(f"DELETE FROM {table} WHERE file_id = ?", row)
        self._connection.execute("DELETE FROM files WHERE id = ?", row)
        return [int(chunk) for chunk, _ in chunks]

    def insert_files(self, files: Sequence[PreparedFile]) -> StoredChunks:
        """Add files of which nothing is stored and return their chunks in order."""
        stored: StoredChunks = []
        names = self._numbers({name for file in files for chunk in file.chunks for name in chunk.references})
        file_id = self._last("SELECT max(id) FROM files")
        chunk_id = self._last("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
        file_rows: list[tuple[object, ...]] = []
        chunk_rows: list[tuple[object, ...]] = []
        lexical_rows: list[tuple[object, ...]] = []
        edges: list[tuple[int, int]] = []
        symbols: list[tuple[object, ...]] = []
        imports: list[tuple[int, str]] = []
        problems: list[FileProblem] = []
        for file in files:
            file_id += 1
            file_rows.append((file_id, file.path, file.language, file.path_class.value, *file[3:9]))
            first = chunk_id + 1
            for chunk in file.chunks:
                chunk_id += 1
                numbers = [names[name] for name in chunk.references]
                chunk_rows.append(_chunk_values(chunk_id, file_id, chunk, numbers))
                lexical_rows.append((chunk_id, *chunk.columns))
                edges += [(number, chunk_id) for number in numbers]
                stored.append((chunk_id, chunk.content_hash))
            symbols += [
                (file_id, first + at, symbol.name, symbol.qualified_name, symbol.kind, *symbol.place)
                for symbol, at in zip(file.symbols, _chunks_of_symbols(file), strict=True)
            ]
            imports += [(file_id, target) for target in file.imports]
            problems += [FileProblem(file.path, kind, message) for kind, message in file.problems]
        for table, rows in (
            ("files", file_rows),
            ("chunks", chunk_rows),
            ("lexical (rowid, path, name, signature, body)", lexical_rows),
            ("name_references", sorted(edges)),
            (
                "symbols (file_id, chunk_id, name, qualified_name, kind, start_byte, end_byte, start_line, end_line)",
                symbols,
            ),
            ("imports", imports),
        ):
            if rows:
                marks = ",".join("?" * len(rows[0]))
                self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        insert_problems(self._connection, problems)
        return stored

    def _last(self, question: str) -> int:
        row = self._connection.execute(question).fetchone()
        return 0 if row is None or row[0] is None else int(row[0])

    def _numbers(self, wanted: set[str]) -> dict[str, int]:
        """Return the number of each name, giving new names the next ones."""
        known = self._name_ids
        unknown = sorted(wanted.difference(known))
        found = self._connection.execute(f"SELECT name, id FROM names WHERE name IN {LISTED}", (listed(unknown),))
        known.update(found)
        new = [name for name in unknown if name not in known]
        first = self._last("SELECT max(id) FROM names") + 1
        numbered = list(enumerate(new, start=first))
        self._connection.executemany("INSERT INTO names (id, name) VALUES (?, ?)", numbered)
        known.update((name, number) for number, name in numbered)
        return known


def _chunk_values(chunk_id: int, file_id: int, chunk: PreparedChunk, names: Sequence[int]) -> tuple[object, ...]:
    """Return a row of ``chunks`` in the order of its columns."""
    return (
        chunk_id,
        file_id,
        chunk.kind,
        chunk.symbol,
        chunk.signature,
        chunk.docstring[:_DOCSTRING_KEPT],
        *chunk.place,
        chunk.part,
        chunk.content_hash,
        *(column.count(" ") + 1 if column else 0 for column in chunk.columns),
        packed_ids(names),
    )


def insert_problems(connection: sqlite3.Connection, problems: Sequence[FileProblem]) -> None:
    """Store problems of files."""
    connection.executemany(
        "INSERT OR REPLACE INTO problems (path, kind, message) VALUES (?, ?, ?)",
        [(problem.path, problem.kind.value, problem.message) for problem in problems],
    )


def _chunks_of_symbols(file: PreparedFile) -> list[int]:
    """Return for each symbol the place, in the file's chunks, of the one that stands for it.

    That is the first chunk of the same qualified name inside the definition, else the last chunk that begins at or
    before it: a definition too small for a chunk of its own lies inside its parent's.
    """
    by_name: dict[str, list[int]] = {}
    for position, chunk in enumerate(file.chunks):
        if chunk.symbol is not None:
            by_name.setdefault(chunk.symbol, []).append(position)
    starts = [chunk.place[0] for chunk in file.chunks]
    # Chunks with a symbol are disjoint and in file order, so their ends rise too. Generated files define a name
    # thousands of times: looking at each of its chunks for each symbol would take minutes.
    ends = {name: [file.chunks[at].place[1] for at in positions] for name, positions in by_name.items()}
    found: list[int] = []
    for symbol in file.symbols:
        positions = by_name.get(symbol.qualified_name, ())
        first = bisect_right(ends.get(symbol.qualified_name, ()), symbol.place[0])
        if first < len(positions) and starts[positions[first]] < symbol.place[1]:
            found.append(positions[first])
        else:
            found.append(max(bisect_right(starts, symbol.place[0]) - 1, 0))
    return found
