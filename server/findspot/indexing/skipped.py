"""What is left out of the index, entry by entry, with the reason: the rules' part looked up now, the rest as indexed."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

from findspot.core.types import FileProblem, Skipped
from findspot.errors import QueryError
from findspot.storage.reader import StoreReader
from findspot.workspace.walker import WalkOptions, walk

MAX_SKIPPED = 10_000
"""Entries that one list holds."""


def list_skipped(root: Path, options: WalkOptions, store: StoreReader, pattern: str, limit: int) -> Skipped:
    """Return up to ``limit`` entries, the first by path, that ``pattern`` means; see ``matcher``.

    A walk tells what its rules leave out, which may be as much as the rest and is therefore not kept in the index; what
    reading a file has shown (binary, minified, generated) comes from there. Memory is bounded by ``limit``; raises
    ``QueryError`` where that is out of range.
    """
    if not 1 <= limit <= MAX_SKIPPED:
        raise QueryError(f"the limit must be from 1 to {MAX_SKIPPED:,}, not {limit:,}")
    wanted = matcher(pattern)
    kept = _Smallest(limit)

    def note(problem: FileProblem) -> None:
        if wanted(problem.path):
            kept.add(problem)

    found = walk(root, options, on_left_out=note)
    for problem in found.problems:
        note(problem)
    for problem in store.skipped_rows():
        if problem.path in found.files:
            note(problem)
    return Skipped(kept.sorted(), kept.truncated)


def matcher(pattern: str) -> Callable[[str], bool]:
    """Return whether an entry's root-relative path is meant: a glob for the whole of it or its name, else a part of it.

    A folder that is left out is also meant by the path of anything in it. The empty pattern means everything.
    """
    is_glob = any(char in pattern for char in "*?[")

    def means(path: str) -> bool:
        bare = path.rstrip("/")
        if is_glob:
            return fnmatchcase(bare, pattern.rstrip("/")) or fnmatchcase(bare.rpartition("/")[2], pattern.rstrip("/"))
        return pattern in path or (path.endswith("/") and pattern.startswith(path))

    return means


class _Smallest:
    """Keeps the first ``limit`` problems by path of any number."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: list[FileProblem] = []
        self.truncated = False

    def add(self, problem: FileProblem) -> None:
        """Take one more."""
        self._kept.append(problem)
        if len(self._kept) > 2 * self._limit:
            self._cut()

    def sorted(self) -> tuple[FileProblem, ...]:
        """Return what was kept, by path."""
        self._cut()
        return tuple(self._kept)

    def _cut(self) -> None:
        self.truncated = self.truncated or len(self._kept) > self._limit
        self._kept = heapq.nsmallest(self._limit, self._kept, key=_by_path)


def _by_path(problem: FileProblem) -> tuple[str, str]:
    return problem.path, problem.kind
