"""Looking around one root by name, by line and by edge: what a tool of an exploring agent needs of it.

Only files of the index and unsaved buffers are seen; what the rules leave out, a link, or a file outside of the root is
not there. Lists are in the order of path and line and say when they were cut.
"""

from __future__ import annotations

import difflib
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from findspot.cancellation import check
from findspot.core.types import ChunkKind, SyntaxMatch
from findspot.engine.citing import Citer
from findspot.engine.syntax import syntax_matches
from findspot.engine.unsaved import Unsaved
from findspot.errors import QueryError
from findspot.indexing.commits import FileCommit, file_history, head_commit
from findspot.indexing.pool import PreparerPool
from findspot.indexing.tasks import SyntaxQuery
from findspot.retrieval.index_view import IndexView
from findspot.storage.records import ChunkRow
from findspot.storage.store import IndexStore
from findspot.workspace.files import Source, read_source
from findspot.workspace.ignore_patterns import IgnoreFile
from findspot.workspace.packages import find_packages
from findspot.workspace.walker import clean_prefix, clean_scope

if TYPE_CHECKING:
    import regex

_MAX_PATTERN = 1_000
"""Characters of a pattern."""

_FILE_SECONDS = 0.25
_SEARCH_SECONDS = 5.0
"""What one file and the whole root may take: an expression can need exponential time, so that a limit is the only guard."""

_MAX_LINE = 500
"""Characters of a matching line that are shown."""

_MAX_READ = 64_000
"""Bytes of one reading."""

_NEAR = 3

_MOST_PLACES = 2_000
"""Places of one name that are looked at: more are no answer to anybody."""

T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """A list, and whether there is more than it holds."""

    items: tuple[T, ...]
    truncated: bool


class Line(NamedTuple):
    """One line of a file; lines count from 1."""

    path: str
    number: int
    text: str


class Definition(NamedTuple):
    """A function, class or section with the lines it takes."""

    path: str
    symbol: str
    kind: ChunkKind
    start_line: int
    end_line: int
    signature: str


class Excerpt(NamedTuple):
    """Lines of a file as it is now; ``lines`` is how many the file has."""

    path: str
    start_line: int
    end_line: int
    lines: int
    text: str
    truncated: bool


class Explorer:
    """Made by ``Engine.explorer`` for one client's buffers; any thread may use it. Raises ``QueryError``, ``Cancelled``."""

    def __init__(self, root: Path, store: IndexStore, own: Unsaved, pool: PreparerPool) -> None:
        self._root = root
        self._store = store
        self._own = own
        self._pool = pool
        self._walk = pool.options.walk

    def citer(self, text: str) -> Citer:
        """Return what makes results of places that somebody names in answer to ``text``."""
        return Citer(self._root, self._store, self._own, text)

    def head(self) -> str | None:
        """Return the commit that is checked out, None where there is none or it cannot be told."""
        return head_commit(self._root)

    def files(self, pattern: str, limit: int, scope: Sequence[str] = ()) -> Found[str]:
        """Return the files that a pattern names, as a line of ``.gitignore`` does: ``*.py``, ``src/**/test_*``, ``docs/``."""
        matches = _glob(pattern)
        return _first((path for path in self._paths(scope) if matches(path)), limit)

    def packages(self) -> dict[str, tuple[str, ...]]:
        """Return the folders of each package by the name that its manifest gives it."""
        return find_packages(self._root, self._paths())

    def search(
        self,
        pattern: str,
        limit: int,
        *,
        scope: Sequence[str] = (),
        expression: bool = False,
        ignore_case: bool = False,
        stop: threading.Event | None = None,
    ) -> Found[Line]:
        """Return the lines that hold a text or match an expression; a file or search that takes too long is cut short."""
        wanted = _compiled(pattern, expression=expression, ignore_case=ignore_case)
        until = time.monotonic() + _SEARCH_SECONDS
        found: list[Line] = []
        cut = False
        for path in self._paths(scope):
            check(stop)
            source = self._source(path)
            if source is None:
                continue
            if time.monotonic() >= until:
                return Found(tuple(found), truncated=True)
            lines = _Lines(source)
            try:
                for match in wanted.finditer(lines.text, timeout=_FILE_SECONDS, concurrent=True):
                    line = lines.at(path, match.start())
                    if line is not None:
                        found.append(line)
                    if len(found) > limit:
                        return Found(tuple(found[:limit]), truncated=True)
            except TimeoutError:
                cut = True
        return Found(tuple(found), truncated=cut)

    def read(self, path: str, start_line: int = 1, end_line: int | None = None) -> Excerpt:
        """Return lines of a file, the last inclusive, at most 64,000 bytes of them and whole lines unless one is longer."""
        inside = clean_prefix(path)
        source = self._source(inside) if self._has(inside) else None
        if source is None:
            raise QueryError(f"there is no indexed file {path}{self._nearest(path)}")
        total = source.text.count(b"\n") + (not source.text.endswith(b"\n") and bool(source.text))
        last = total if end_line is None else min(end_line, total)
        if not 1 <= start_line <= max(last, 1):
            raise QueryError(f"{path} has {total:,} lines; there are none from {start_line} to {end_line or total}")
        start, end = source.lines_numbered(start_line, last)
        cut = end if end - start <= _MAX_READ else source.text.rfind(b"\n", start, start + _MAX_READ)
        cut = cut if cut > start else min(end, start + _MAX_READ)
        shown = source.text[start:cut].decode("utf-8", "ignore")
        return Excerpt(inside, start_line, start_line + shown.count("\n"), total, shown, truncated=cut < end)

    def syntax(
        self,
        language: str,
        query: str,
        limit: int,
        *,
        scope: Sequence[str] = (),
        stop: threading.Event | None = None,
    ) -> Found[SyntaxMatch]:
        """Return what a tree-sitter query captures in the files of a language."""
        paths = self._paths(scope)
        buffers = {path: source.text for path in paths if (source := self._own.buffers.source(path)) is not None}
        found, cut = syntax_matches(self._pool, SyntaxQuery(language, query, limit), paths, buffers, stop)
        return Found(tuple(found), cut)

    def history(self, path: str, limit: int, stop: threading.Event | None = None) -> Found[FileCommit]:
        """Return the newest commits that changed a file."""
        inside = clean_prefix(path)
        if not self._has(inside):
            raise QueryError(f"there is no indexed file {path}{self._nearest(path)}")
        found = file_history(self._root, inside, limit + 1, stop)
        if found is None:
            raise QueryError("there is no history of commits here that could be read")
        return _first(iter(found), limit)

    def outline(self, path: str, limit: int) -> Found[Definition]:
        """Return what a file defines, in its order."""
        inside = clean_prefix(path)
        if not self._has(inside):
            raise QueryError(f"there is no indexed file {path}{self._nearest(path)}")
        view = self._view()
        return _first(self._definitions(view, view.chunks_of(inside)), limit)

    def definitions(self, name: str, limit: int) -> Found[Definition]:
        """Return the definitions of a name, bare (``save``) or qualified (``Model.save``)."""
        view = self._view()
        ids = view.named([name], _MOST_PLACES).get(name, [])
        found = _first(self._definitions(view, _in_order(view.rows(ids))), limit)
        return Found(found.items, found.truncated or len(ids) >= _MOST_PLACES)

    def references(self, name: str, limit: int) -> Found[Line]:
        """Return the lines that use a name: calls, instantiations, base classes. Of a qualified one the last part counts."""
        view, name = self._view(), name.rpartition(".")[2]
        ids = view.callers([name], _MOST_PLACES).get(name, [])
        found = _first(self._uses(name, _in_order(view.rows(ids))), limit)
        return Found(found.items, found.truncated or len(ids) >= _MOST_PLACES)

    def _uses(self, name: str, rows: Sequence[ChunkRow]) -> Iterator[Line]:
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        for row in rows:
            source = self._source(row.path)
            if source is None:
                continue
            start, end = source.lines_numbered(row.span.start_line, row.span.end_line)
            for at, text in enumerate(source.text[start:end].decode("utf-8", "ignore").split("\n")):
                if word.search(text):
                    yield Line(row.path, row.span.start_line + at, text[:_MAX_LINE])

    def _definitions(self, view: IndexView, rows: Sequence[ChunkRow]) -> Iterator[Definition]:
        named = [row for row in rows if row.symbol is not None and row.part == 0]
        spans = view.definition_spans([(row.path, row.symbol) for row in named if row.symbol is not None])
        seen: set[tuple[str, int]] = set()
        for row in named:
            span = spans.get((row.path, row.symbol or ""), row.span)
            span = span if span.start_line <= row.span.start_line <= span.end_line else row.span  # one of two of a name
            if (row.path, span.start_byte) not in seen:
                seen.add((row.path, span.start_byte))
                yield Definition(row.path, row.symbol or "", row.kind, span.start_line, span.end_line, row.signature)

    def _view(self) -> IndexView:
        return IndexView(self._store, self._own.buffers.overlay, ())

    def _has(self, path: str) -> bool:
        return path in self._own.buffers.overlay.paths or path in self._store.stored_files((path,))

    def _paths(self, scope: Sequence[str] = ()) -> list[str]:
        """Return the files in a scope by path; raises ``QueryError`` where a part of it names none."""
        buffered = self._own.buffers.overlay.paths
        inside = clean_scope(scope)
        if not inside:
            return sorted({*self._store.stored_files(), *buffered})
        found: set[str] = set()
        for part in inside:
            below = {path for path in buffered if path == part or path.startswith(f"{part}/")}
            below.update(self._store.stored_files((part,)))
            if not below:
                raise QueryError(f"there is no indexed file or folder {part}{self._nearest(part)}")
            found |= below
        return sorted(found)

    def _source(self, path: str) -> Source | None:
        return self._own.buffers.source(path) or read_source(
            self._root, path, self._walk.max_file_bytes, follow=self._walk.follow
        )

    def _nearest(self, path: str) -> str:
        name = path.rpartition("/")[2]
        paths = self._paths()
        near = [other for other in paths if other.rpartition("/")[2] == name][:_NEAR]
        folders = {path.rpartition("/")[0] for path in paths} - {""}
        near = near or difflib.get_close_matches(path, [*sorted(folders), *paths], n=_NEAR)
        return f"; the nearest: {', '.join(near)}" if near else ""


class _Lines:
    """A text whose matches become lines, each once."""

    def __init__(self, source: Source) -> None:
        self.text = source.text.decode("utf-8", "replace")
        self._number = 1
        self._counted = 0
        self._last = 0

    def at(self, path: str, offset: int) -> Line | None:
        """Return the line at an offset; offsets do not fall. None if the line was returned before."""
        if offset == len(self.text) and (not offset or self.text[-1] == "\n"):
            return None  # behind the last line
        self._number += self.text.count("\n", self._counted, offset)
        self._counted = offset
        if self._number == self._last:
            return None
        self._last = self._number
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return Line(path, self._number, self.text[start : end if end >= 0 else None].rstrip("\r")[:_MAX_LINE])


def _compiled(pattern: str, *, expression: bool, ignore_case: bool) -> regex.Pattern[str]:
    if not pattern or len(pattern) > _MAX_PATTERN:
        raise QueryError(f"the pattern must have 1 to {_MAX_PATTERN:,} characters, not {len(pattern):,}")
    import regex  # noqa: PLC0415 - a command, which never needs it, starts sooner

    flags = regex.MULTILINE | (regex.IGNORECASE if ignore_case else 0)
    try:
        return regex.compile(pattern if expression else regex.escape(pattern), flags)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise QueryError(
            f"the expression cannot be read: {str(error) or type(error).__name__}; to look for it as it is, leave expression out"
        ) from error


def _glob(pattern: str) -> Callable[[str], bool]:
    if not pattern or len(pattern) > _MAX_PATTERN:
        raise QueryError(f"the pattern must have 1 to {_MAX_PATTERN:,} characters, not {len(pattern):,}")
    rules = IgnoreFile([pattern])
    if not rules:
        raise QueryError(f"'{pattern}' names no file; write it as a line of .gitignore: *.py, src/**/test_*, docs/")

    def matches(path: str) -> bool:
        parts = path.split("/")
        return any(
            rules.decide(parts[at - 1], "/".join(parts[:at]), is_folder=at < len(parts)) is not None
            for at in range(1, len(parts) + 1)
        )

    return matches


def _in_order(rows: Mapping[int, ChunkRow]) -> list[ChunkRow]:
    return sorted(rows.values(), key=lambda row: (row.path, row.span.start_byte))


def _first(items: Iterator[T], limit: int) -> Found[T]:
    kept: list[T] = []
    for item in items:
        if len(kept) == limit:
            return Found(tuple(kept), truncated=True)
        kept.append(item)
    return Found(tuple(kept), truncated=False)
