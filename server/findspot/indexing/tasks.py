"""What is asked of a worker and what comes back; apart from ``prepare`` so that asking does not load the parsers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from findspot.core.types import FileProblem, ParsedFile, SyntaxMatch
from findspot.storage.records import PreparedFile
from findspot.workspace.walker import WalkOptions

if TYPE_CHECKING:
    from findspot.indexing.prepare import Preparer

PARSING_VERSION = 8
"""Part of the index key: raise it whenever the same file would give other chunks, symbols or references.

A language that gets a grammar needs no other version: the names of all that have one are part of the key, too."""

_SECONDS = 5.0
"""Processor time for a file of up to a megabyte. The slowest honest one of that size took 0.4 s (a table of OpenGL)."""

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class PreparerOptions:
    """What a ``Preparer`` is made of; sent to each worker once."""

    root: Path
    walk: WalkOptions
    chunk_size: int
    chunk_overlap: int

    def make(self) -> Preparer:
        """Make a preparer; this loads the parsers, so only workers do it."""
        from findspot.indexing.prepare import Preparer  # noqa: PLC0415 - loads the parsers, which a worker alone needs

        return Preparer(self.root, self.walk, chunk_size=self.chunk_size, chunk_overlap=self.chunk_overlap)

    @property
    def seconds(self) -> float:
        """How much processor time a worker may spend on one file."""
        return _SECONDS * max(1.0, self.walk.max_file_bytes / _MEGABYTE)

    @property
    def quick_seconds(self) -> float:
        """The same for a file that is tried again later; the slowest honest file of 12,000 took 0.4 s."""
        return self.seconds / 5


@dataclass(frozen=True, slots=True)
class SyntaxQuery:
    """A tree-sitter query that somebody wrote, and how many captures of a file are wanted."""

    language: str
    text: str
    limit: int


@dataclass(frozen=True, slots=True)
class SyntaxMatches:
    """What a query captured in one file, in its order; ``mistake`` says why it could not be asked."""

    path: str
    found: tuple[SyntaxMatch, ...] = ()
    truncated: bool = False
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A root-relative file to prepare.

    ``known_hash`` is the stored content hash, if any: an equal one ends the work. ``text`` is the unsaved text of an
    editor, in UTF-8, to be read in place of the file. ``quarantine`` says what the parser did when it met this file; it
    is then read as plain text. ``named`` asks for the file by its name: more is read of it, and only what is binary is left
    out. ``bare`` asks for the ``ParsedFile`` of the text rather than for rows of the index. ``quick`` gives up early: the
    file is one of many, and is tried again when the others are done. ``syntax`` asks for what a query finds in the file,
    ``SyntaxMatches``, and for nothing else.
    """

    path: str
    known_hash: bytes | None = None
    text: bytes | None = None
    quarantine: str = ""
    named: bool = False
    bare: bool = False
    quick: bool = False
    syntax: SyntaxQuery | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose content is what the index holds; only its times and its place on disk have to be noted."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    indexed_ns: int


@dataclass(frozen=True, slots=True)
class Vanished:
    """A file that was there when the folder was read and is gone now."""

    path: str


Outcome = PreparedFile | ParsedFile | SyntaxMatches | Unchanged | Vanished | FileProblem
"""A ``FileProblem`` stands for a file that could not be read at all; it is tried again at the next refresh."""
