"""The rows of the index as frozen plain data: what the indexer hands over and what readers get back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, get_args

from findspot.core.types import ChunkKind, FileProblem, PathClass, ProblemKind, Span, SymbolKind


@dataclass(frozen=True, slots=True)
class IndexKey:
    """All that an index depends on besides the workspace; a different key means a rebuild (I-7).

    A ``dimension`` of 0 is not known yet: that of the vectors which are there counts.
    """

    embedder: str
    dimension: int
    chunk_size: int
    chunk_overlap: int
    render_version: int
    parsing_version: str

    def text(self) -> str:
        """Return the key in the one-line form that is stored and compared."""
        return (
            f"embedder={self.embedder}/{self.dimension} windows={self.chunk_size}-{self.chunk_overlap} "
            f"render={self.render_version} parsing={self.parsing_version}"
        )

    def completed(self, stored: str | None) -> IndexKey:
        """Return the key with the dimension of a ``stored`` one of the same embedder, where it has none of its own."""
        known = re.match(rf"embedder={re.escape(self.embedder)}/(\d+) ", stored or "")
        return replace(self, dimension=int(known[1])) if known is not None and not self.dimension else self


READ_AGAIN: Final = 0
"""Stands for the time of indexing of a file whose grammar was missing (a full disk, a kill): another day it may load."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What the index knows of a file without reading it; times in nanoseconds since the epoch.

    ``ctime_ns`` and ``inode`` are as the system gave them when the file was read; ``inode`` is 0 where it has none.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    indexed_ns: int
    content_hash: bytes


Place = tuple[int, int, int, int]
"""A span as plain numbers: start byte, end byte, start line, end line."""


class PreparedChunk(NamedTuple):
    """One chunk ready to be stored: its place, its FTS5 columns, and the text that the embedder reads.

    Prepared things are named tuples of plain values because they cross process borders by the ten thousand, and
    those are pickled several times faster than frozen dataclasses.
    """

    kind: ChunkKind
    symbol: str | None
    signature: str
    docstring: str
    place: Place
    part: int
    columns: tuple[str, str, str, str]
    static_text: str
    content_hash: bytes
    references: tuple[str, ...]


class PreparedSymbol(NamedTuple):
    """One definition ready to be stored."""

    name: str
    qualified_name: str
    kind: SymbolKind
    place: Place


class PreparedFile(NamedTuple):
    """One file ready to be stored; a skipped file has a problem and no chunks. Problems are (kind, message)."""

    path: str
    language: str
    path_class: PathClass
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    indexed_ns: int
    content_hash: bytes
    chunks: tuple[PreparedChunk, ...]
    symbols: tuple[PreparedSymbol, ...]
    imports: tuple[str, ...]
    problems: tuple[tuple[ProblemKind, str], ...]


class PastCommit(NamedTuple):
    """A commit of the past: its place in the history (0 the newest), the tokens of its message, its files."""

    place: int
    words: str
    paths: tuple[str, ...]


class ChunkRow(NamedTuple):
    """A stored chunk without its text; ``docstring`` holds its first 300 characters."""

    id: int
    path: str
    language: str
    kind: ChunkKind
    symbol: str | None
    signature: str
    docstring: str
    span: Span
    part: int
    path_class: PathClass
    file_hash: bytes
    content_hash: bytes


_KINDS: dict[str, ChunkKind] = {kind: kind for kind in get_args(ChunkKind)}

_PATH_CLASSES = {member.value: member for member in PathClass}

ROW_COLUMNS = """
    c.id, f.path, f.language, c.kind, c.symbol, c.signature, c.docstring, c.start_byte, c.end_byte,
    c.start_line, c.end_line, c.part, f.path_class, f.content_hash, c.content_hash
    FROM chunks c JOIN files f ON f.id = c.file_id
"""
"""What ``chunk_row`` reads."""


def chunk_row(row: tuple[Any, ...]) -> ChunkRow:
    """Build a row from ``ROW_COLUMNS``; some hundred are built for each search, hence no keywords."""
    return ChunkRow._make(
        (*row[:3], _KINDS[row[3]], *row[4:7], Span(*row[7:11]), row[11], _PATH_CLASSES[row[12]], row[13], row[14])
    )


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """A stored definition."""

    path: str
    name: str
    qualified_name: str
    kind: SymbolKind
    span: Span
    chunk_id: int
    path_class: PathClass
    file_hash: bytes


@dataclass(frozen=True, slots=True)
class FieldLengths:
    """Mean tokens per chunk of each FTS5 column."""

    path: float
    name: float
    signature: float
    body: float


@dataclass(frozen=True, slots=True)
class Corpus:
    """Counts that BM25 needs; of one generation of the index."""

    chunks: int
    files: int
    average_tokens: FieldLengths
    generation: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of the whole index, for the status."""

    files: int
    chunks: int
    holes: int
    size_bytes: int
    generation: int
    problems: tuple[tuple[str, int], ...]
    quarantined: tuple[FileProblem, ...]


StoredChunks = list[tuple[int, bytes]]
"""(chunk id, content hash) of chunks in the order of their files."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction did: the chunks it stored, the ids it removed, and the generation it made."""

    stored: StoredChunks
    removed: list[int]
    generation: int
