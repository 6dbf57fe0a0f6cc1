"""Questions to the index; nothing here writes (I-11).

Each method borrows a connection of its own, so any number of threads may ask while one writes. What a scope is:
root-relative paths, each a file or a folder with all below it; empty means the whole root.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import NamedTuple

from findspot.core.arrays import Vectors
from findspot.core.ranking.nearness import PastChange
from findspot.core.render import Fields
from findspot.core.types import FileProblem, PathClass, ProblemKind, Span
from findspot.errors import IndexDamagedError
from findspot.storage import commits, left_out
from findspot.storage.damage import UNREADABLE, storage_errors
from findspot.storage.hits import Accepts, condition, few_chunks, hits_inside, lexical_hits
from findspot.storage.packed import name_ids, vectors_of
from findspot.storage.records import (
    ROW_COLUMNS,
    ChunkRow,
    Corpus,
    FieldLengths,
    StoredFile,
    SymbolRow,
    Totals,
    chunk_row,
)
from findspot.storage.schema import connect
from findspot.storage.sql import LISTED, escape_like, in_scope, listed, read_generation
from findspot.storage.ties import Hit, settled
from findspot.storage.vectors import VectorIndex

_log = logging.getLogger(__name__)

_REMEMBERED_TERMS = 50_000

_STEPS = 20_000
"""Steps of SQLite's machine between two looks whether the caller has lost interest: a millisecond or two."""

_REMEMBERED_SCOPES = 8

_SMALL_SHARE = 4  # with more than one in four of all chunks, most of the nearest lie in a scope anyway


class _Scopes(NamedTuple):
    """Chunks of the scopes asked about last, in one generation; None for a scope of many."""

    generation: int
    chunks: dict[tuple[tuple[str, ...], Accepts | None], dict[int, int] | None]


class _Frequencies(NamedTuple):
    """Document frequencies of terms in one generation; threads may add to it, always the same numbers."""

    generation: int
    counts: dict[str, int]


_NAMED = 10
"""Files in quarantine that a status names; the others are counted."""


class StoreReader:
    """Reads one index: rows, lexical and dense candidates, symbols and edges."""

    def __init__(self, database: Path, vectors: VectorIndex) -> None:
        self._database = database
        self._vectors = vectors
        self._asking = threading.local()
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._opening = threading.Lock()  # held while it is opened, or another file takes its place
        self._corpus: Corpus | None = None
        self._counts: tuple[int, int, int, int] | None = None
        self._frequencies = _Frequencies(-1, {})
        self._scopes = _Scopes(-1, {})

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; what the caller makes of the rows belongs inside, where odd values count as damage."""
        with storage_errors():
            idle = self._idle
            try:
                connection = idle.get_nowait()
            except queue.Empty:
                with self._opening:
                    idle, connection = self._idle, connect(self._database, read_only=True)
            stop: Event | None = getattr(self._asking, "stop", None)
            connection.set_progress_handler(stop.is_set if stop is not None else None, _STEPS)
            try:
                yield connection
            except UNREADABLE as error:
                _log.debug("a stored value cannot be read", exc_info=True)
                raise IndexDamagedError(f"the index is damaged and will be built again: {error!r}") from error
            finally:
                if idle is self._idle:
                    idle.put(connection)
                else:
                    connection.close()  # of a file that is no longer the index
        self._check_untouched()

    def _check_untouched(self) -> None:
        """Raise ``IndexDamagedError`` when somebody else has written into the database file; the owner of it knows."""

    @contextlib.contextmanager
    def interruptible(self, stop: Event | None) -> Iterator[None]:
        """Let ``stop`` interrupt the questions that this thread asks meanwhile, with ``Cancelled``."""
        before = getattr(self._asking, "stop", None)
        self._asking.stop = stop
        try:
            yield
        finally:
            self._asking.stop = before

    def close(self) -> None:
        """Close the idle connections; those in use are closed after it."""
        idle, self._idle = self._idle, queue.LifoQueue()
        while not idle.empty():
            with contextlib.suppress(queue.Empty):
                idle.get_nowait().close()

    # ── counts ──────────────────────────────────────────────────────────────────────────────────────────────

    def generation(self) -> int:
        """Return the number of the last committed change."""
        with self._connection() as connection:
            return read_generation(connection)

    def corpus(self) -> Corpus:
        """Return the counts BM25 needs, computed once per generation."""
        with self._connection() as connection:
            generation = read_generation(connection)
            known = self._corpus
            if known is not None and known.generation == generation:
                return known
            row = connection.execute(
                "SELECT count(*), avg(path_tokens), avg(name_tokens), avg(signature_tokens), avg(body_tokens) FROM chunks"
            ).fetchone()
            files = connection.execute("SELECT count(*) FROM files").fetchone()[0]
            chunks, *means = row
            corpus = Corpus(chunks, files, FieldLengths(*(float(mean or 0.0) for mean in means)), generation)
        self._corpus = corpus
        return corpus

    def totals(self) -> Totals:
        """Return the counts that a status shows; what goes through all chunks is counted once per generation."""
        with self._connection() as connection:
            generation = read_generation(connection)
            if self._counts is None or self._counts[0] != generation:
                files, chunks = connection.execute(
                    "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM chunks)"
                ).fetchone()
                holes = connection.execute(
                    "SELECT count(*) FROM chunks WHERE content_hash NOT IN (SELECT content_hash FROM embeddings)"
                ).fetchone()[0]
                self._counts = (generation, files, chunks, holes)
            _, files, chunks, holes = self._counts
        size = 0
        for path in self._database.parent.iterdir():
            with contextlib.suppress(OSError):  # files come and go while another process indexes
                size += path.stat().st_size
        return Totals(files, chunks, holes, size, generation, self.problem_counts(), self._quarantined())

    def problem_counts(self) -> tuple[tuple[str, int], ...]:
        """Return how many files have each kind of problem, by kind."""
        with self._connection() as connection:
            rows = connection.execute("SELECT kind, count(*) FROM problems GROUP BY kind ORDER BY kind")
            return tuple((str(kind), int(count)) for kind, count in rows.fetchall())

    def _quarantined(self) -> tuple[FileProblem, ...]:
        kind = ProblemKind.QUARANTINED
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT path, message FROM problems WHERE kind = ? ORDER BY path LIMIT ?", (kind.value, _NAMED)
            ).fetchall()
            return tuple(FileProblem(path, kind, message) for path, message in rows)

    def problems(self) -> list[tuple[str, str, str]]:
        """Return (path, kind, message) of every file with a problem, by path."""
        with self._connection() as connection:
            return list(connection.execute("SELECT path, kind, message FROM problems ORDER BY path, kind"))

    def skipped_counts(self) -> tuple[tuple[str, int], ...]:
        """Return how many files and folders each reason leaves out, by reason, as of the last pass."""
        with self._connection() as connection:
            return tuple(sorted(left_out.counts(connection).items()))

    def skipped_rows(self, path: str | None = None) -> Iterator[FileProblem]:
        """Yield the files, or one, that had a problem when they were met last and have no text in the index, by path."""
        with self._connection() as connection:
            yield from left_out.rows(connection, path)

    def stored_files(self, scope: Sequence[str] = ()) -> dict[str, StoredFile]:
        """Return what is stored of the files in ``scope``."""
        where, values = in_scope(scope)
        with self._connection() as connection:
            rows = connection.execute(
                f"SELECT path, size, mtime_ns, ctime_ns, inode, indexed_ns, content_hash FROM files f WHERE {where}",
                values,
            ).fetchall()
            return {row[0]: StoredFile(*row) for row in rows}

    # ── candidates ──────────────────────────────────────────────────────────────────────────────────────────

    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many chunks each term occurs, in any column; 0 for unknown terms.

        FTS5 counts by reading a term's postings, so counts are remembered as long as nothing is written.
        """
        with self._connection() as connection:
            generation = read_generation(connection)
            known = self._frequencies
            if known.generation != generation or len(known.counts) > _REMEMBERED_TERMS:
                known = _Frequencies(generation, {})
            missing = [term for term in dict.fromkeys(terms) if term not in known.counts]
            if missing:
                known.counts.update(dict.fromkeys(missing, 0))
                known.counts.update(
                    connection.execute(f"SELECT term, doc FROM vocabulary WHERE term IN {LISTED}", (listed(missing),))
                )
        self._frequencies = known
        return {term: known.counts[term] for term in terms}

    def lexical(
        self, terms: Sequence[str], limit: int, scope: Sequence[str] = (), accepts: Accepts | None = None
    ) -> list[Hit]:
        """Return (chunk id, BM25) of chunks that hold any of the terms, best first; higher is better."""
        if not terms or limit <= 0:
            return []
        with self._connection() as connection:
            return lexical_hits(connection, terms, limit, scope, accepts)

    def dense(
        self, vector: Vectors, limit: int, scope: Sequence[str] = (), accepts: Accepts | None = None
    ) -> list[Hit]:
        """Return (chunk id, cosine) of the nearest chunks, most similar first.

        A small scope is compared exactly; one with much of the index widens the search until it holds ``limit`` of its
        chunks, so neither a scope nor a filter ever costs results (V27).
        """
        if not scope and accepts is None:
            with self._connection() as connection:
                return settled(connection, lambda width: self._vectors.search(vector, width), limit)
        few = self.few_chunks_of(tuple(scope), accepts)
        if few is not None and len(few) * _SMALL_SHARE < len(self._vectors):
            found = self.similarities(vector, few)
            return sorted(found.items(), key=lambda hit: (-hit[1], few[hit[0]]))[:limit]
        known: dict[int, bool] = {}

        def inside(width: int) -> list[Hit]:
            reach = min(width * 4, len(self._vectors))
            while True:
                hits = hits_inside(connection, self._vectors.search(vector, reach), width, scope, accepts, known)
                if len(hits) >= width or reach >= len(self._vectors):
                    return hits
                reach = min(reach * 4, len(self._vectors))

        with self._connection() as connection:
            return settled(connection, inside, limit)

    def few_chunks_of(self, scope: tuple[str, ...], accepts: Accepts | None) -> dict[int, int] | None:
        """Return what ``few_chunks`` does, remembered for the last questions of a generation."""
        with self._connection() as connection:
            generation = read_generation(connection)
            known = self._scopes
            if known.generation != generation or len(known.chunks) >= _REMEMBERED_SCOPES:
                known = _Scopes(generation, {})
            if (scope, accepts) not in known.chunks:
                known.chunks[scope, accepts] = few_chunks(connection, scope, accepts)
        self._scopes = known
        return known.chunks[scope, accepts]

    def similarities(self, vector: Vectors, ids: Iterable[int]) -> dict[int, float]:
        """Return the cosine of each chunk that has an embedding, from the stored float16 vectors, in the order of ids.

        The order counts: a product of a matrix and a vector may differ in the last bit with the place of a row.
        """
        wanted = list(ids)
        with self._connection() as connection:
            stored = dict(
                connection.execute(
                    "SELECT c.id, e.vector FROM chunks c JOIN embeddings e ON e.content_hash = c.content_hash "
                    f"WHERE c.id IN {LISTED}",
                    (listed(wanted),),
                ).fetchall()
            )
            present = [number for number in wanted if number in stored]
            if not present:
                return {}
            matrix = vectors_of([stored[number] for number in present], vector.size)
        return dict(zip(present, (matrix @ vector.reshape(-1)).tolist(), strict=True))

    # ── rows ────────────────────────────────────────────────────────────────────────────────────────────────

    def rows(self, ids: Iterable[int]) -> dict[int, ChunkRow]:
        """Return the rows of the chunks that still exist."""
        found: dict[int, ChunkRow] = {}
        with self._connection() as connection:
            for row in connection.execute(f"SELECT {ROW_COLUMNS} WHERE c.id IN {LISTED}", (listed(ids),)):
                found[row[0]] = chunk_row(row)
        return found

    def fields(self, ids: Iterable[int]) -> dict[int, Fields]:
        """Return the FTS5 columns of the chunks, as they were rendered."""
        found: dict[int, Fields] = {}
        with self._connection() as connection:
            for chunk, *columns in connection.execute(
                f"SELECT rowid, path, name, signature, body FROM lexical WHERE rowid IN {LISTED}", (listed(ids),)
            ):
                found[chunk] = Fields(*columns)
        return found

    def chunks_of(self, path: str) -> list[ChunkRow]:
        """Return the chunks of one file in file order."""
        with self._connection() as connection:
            rows = connection.execute(f"SELECT {ROW_COLUMNS} WHERE f.path = ? ORDER BY c.start_byte", (path,))
            return [chunk_row(row) for row in rows.fetchall()]

    def chunk_at(self, path: str, line: int) -> int | None:
        """Return the smallest chunk that holds a 1-based line of a file."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT c.id FROM chunks c JOIN files f ON f.id = c.file_id WHERE f.path = ? AND c.start_line <= ? "
                "AND c.end_line >= ? ORDER BY c.end_line - c.start_line, c.start_byte LIMIT 1",
                (path, line, line),
            ).fetchone()
            return None if row is None else int(row[0])

    def definition_spans(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Span]:
        """Return the span of whole definitions by (path, qualified name); the first where a name is defined twice."""
        found: dict[tuple[str, str], Span] = {}
        with self._connection() as connection:
            for path, name in keys:
                row = connection.execute(
                    "SELECT s.start_byte, s.end_byte, s.start_line, s.end_line FROM symbols s JOIN files f "
                    "ON f.id = s.file_id WHERE f.path = ? AND s.qualified_name = ? ORDER BY s.start_byte LIMIT 1",
                    (path, name),
                ).fetchone()
                if row is not None:
                    found[path, name] = Span(*row)
        return found

    # ── symbols, paths, edges ───────────────────────────────────────────────────────────────────────────────

    def chunks_named(self, names: Sequence[str], limit_per_name: int = 50) -> dict[str, list[int]]:
        """Return the chunks that define a name; exact and case-sensitive, bare (``save``) or qualified (``Model.save``)."""
        found: dict[str, list[int]] = {}
        with self._connection() as connection:
            for name in dict.fromkeys(names):
                bare = name.rsplit(".", 1)[-1]
                rows = connection.execute(
                    "SELECT s.chunk_id FROM symbols s JOIN files f ON f.id = s.file_id WHERE s.name = ?1 "
                    "AND (?1 = ?2 OR s.qualified_name = ?2 OR s.qualified_name LIKE '%.' || ?3 ESCAPE '\\') "
                    "ORDER BY length(f.path), f.path, s.start_byte LIMIT ?4",
                    (bare, name, escape_like(name), limit_per_name),
                ).fetchall()
                if rows:
                    found[name] = [int(row[0]) for row in rows]
        return found

    def symbols_like(
        self, text: str, limit: int, scope: Sequence[str] = (), accepts: Accepts | None = None
    ) -> list[SymbolRow]:
        """Return definitions whose name holds ``text`` in any case: equal ones first, then prefixes, then the rest."""
        where, values = in_scope(scope)
        escaped = escape_like(text)
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT f.path, s.name, s.qualified_name, s.kind, s.start_byte, s.end_byte, s.start_line, s.end_line, "
                "s.chunk_id, f.path_class, f.content_hash FROM symbols s JOIN files f ON f.id = s.file_id "
                f"WHERE s.name LIKE '%' || ? || '%' ESCAPE '\\' AND ({where}) AND {condition(connection, accepts)} "
                "ORDER BY s.name <> ?, s.name NOT LIKE ? ESCAPE '\\', s.name NOT LIKE ? || '%' ESCAPE '\\', "
                "length(s.name), s.name, f.path, s.start_byte LIMIT ?",
                (escaped, *values, text, escaped, escaped, limit),
            ).fetchall()
            return [
                SymbolRow(path, name, qualified, kind, Span(*place), chunk, PathClass(path_class), digest)
                for path, name, qualified, kind, *place, chunk, path_class, digest in rows
            ]

    def callers(self, names: Sequence[str], limit: int = 100) -> dict[str, list[int]]:
        """Return the chunks that reference each bare name, by path and place."""
        found: dict[str, list[int]] = {}
        with self._connection() as connection:
            for name in dict.fromkeys(names):
                rows = connection.execute(
                    "SELECT r.chunk_id FROM names n JOIN name_references r ON r.name_id = n.id "
                    "JOIN chunks c ON c.id = r.chunk_id JOIN files f ON f.id = c.file_id WHERE n.name = ? "
                    "ORDER BY f.path, c.start_byte LIMIT ?",
                    (name, limit),
                ).fetchall()
                if rows:
                    found[name] = [int(row[0]) for row in rows]
        return found

    def references_of(self, ids: Iterable[int]) -> dict[int, list[str]]:
        """Return the bare names that each chunk references, sorted."""
        packed: dict[int, list[int]] = {}
        names: dict[int, str] = {}
        with self._connection() as connection:
            for chunk, blob in connection.execute(
                f"SELECT id, reference_ids FROM chunks WHERE id IN {LISTED}", (listed(ids),)
            ):
                packed[chunk] = name_ids(blob)
            wanted = listed(sorted({name for numbers in packed.values() for name in numbers}))
            names.update(connection.execute(f"SELECT id, name FROM names WHERE id IN {LISTED}", (wanted,)))
            return {chunk: sorted(names[n] for n in numbers if n in names) for chunk, numbers in packed.items()}

    def imports_of(self, paths: Sequence[str]) -> dict[str, list[str]]:
        """Return the import targets of each file as they are written there, in the order of ``paths``."""
        found: dict[str, list[str]] = {path: [] for path in paths}
        with self._connection() as connection:
            for path, target in connection.execute(
                f"SELECT f.path, i.target FROM files f JOIN imports i ON i.file_id = f.id WHERE f.path IN {LISTED} "
                "ORDER BY i.rowid",
                (listed(paths),),
            ):
                found[path].append(str(target))
        return found

    # ── the past ────────────────────────────────────────────────────────────────────────────────────────────

    def past_matches(self, terms: Sequence[str], limit: int) -> commits.PastMatches:
        """Return the messages of past commits that hold any of the terms, with the files of those commits."""
        with self._connection() as connection:
            return commits.matching(connection, terms, limit)

    def changes_of(self, paths: Sequence[str]) -> dict[str, commits.Changes]:
        """Return when and how often files were changed lately; files that the past does not name are left out."""
        with self._connection() as connection:
            return commits.changes(connection, paths)

    def changed_with(self, paths: Sequence[str], limit: int) -> list[PastChange]:
        """Return what the newest ``limit`` commits of each file changed."""
        with self._connection() as connection:
            return commits.changed_with(connection, paths, limit)

    def recent_functions(self, limit: int) -> list[int]:
        """Return chunks that begin a function in a source file, those of lately changed files first."""
        with self._connection() as connection:
            return commits.recent_functions(connection, limit)
