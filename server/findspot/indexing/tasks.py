"""What is asked of a worker and what comes back; apart from ``prepare`` so that asking does not load the parsers."""

from __future__ import annotations

from dataclasses import dataclass

from findspot.core.types import FileProblem
from findspot.storage.records import PreparedFile

PARSING_VERSION = 6
"""Part of the index key: raise it whenever the same file would give other chunks, symbols or references."""


@dataclass(frozen=True, slots=True)
class Task:
    """A root-relative file to prepare. ``known_hash`` is the stored content hash, if any: an equal one ends the work."""

    path: str
    known_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose content is what the index holds; only its time has to be noted."""

    path: str
    size: int
    mtime_ns: int
    indexed_ns: int


@dataclass(frozen=True, slots=True)
class Vanished:
    """A file that was there when the folder was read and is gone now."""

    path: str


Outcome = PreparedFile | Unchanged | Vanished | FileProblem
"""A ``FileProblem`` stands for a file that could not be read at all; it is tried again at the next refresh."""
