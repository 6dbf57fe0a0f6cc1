"""Places that somebody names, held against the index: what of them exists, and the results that they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from findspot.core.path_repair import repaired
from findspot.core.ranking.result_lists import whole_span
from findspot.core.ranking.weights import DEFAULT_WEIGHTS
from findspot.core.types import Level, SearchResult, Span
from findspot.engine.unsaved import Unsaved
from findspot.errors import QueryError
from findspot.retrieval.index_view import IndexView
from findspot.retrieval.question import Question, analysed
from findspot.retrieval.results import Ranked
from findspot.storage.records import ChunkRow
from findspot.storage.store import IndexStore
from findspot.workspace.files import Source


@dataclass(frozen=True, slots=True)
class Cited:
    """A place that exists: ``span`` lies in its file, and ``row`` is the indexed unit that speaks for it.

    ``mended`` says that it was written differently.
    """

    row: ChunkRow
    span: Span
    kind: str
    symbol: str | None
    mended: bool = False

    def holds(self, first: int, last: int) -> bool:
        """Return whether all of these lines are of this place."""
        return self.span.start_line <= first and last <= self.span.end_line

    def touches(self, first: int, last: int) -> bool:
        """Return whether any of these lines is."""
        return self.span.start_line <= last and first <= self.span.end_line


class Citer:
    """Made for one answer to ``text``; belongs to one thread. Only files of the index and unsaved buffers exist for it."""

    def __init__(self, root: Path, store: IndexStore, own: Unsaved, text: str) -> None:
        self._root = root
        self._store = store
        self._overlay = own.buffers.overlay
        self._view = IndexView(store, self._overlay, ())
        self._reading = own.texts.reading()
        self._question = Question.of(analysed(text, report="\n" in text.strip()), self._view, DEFAULT_WEIGHTS)
        self._paths: frozenset[str] | None = None

    def find(
        self, path: str, start_line: int | None, end_line: int | None, symbol: str | None, level: Level = "function"
    ) -> Cited:
        """Return the place that is meant; raises ``QueryError`` where there is none.

        Lines inside of a definition mean that definition, the smallest that holds them; others are taken as they are. A
        symbol counts where the file defines one of that name, at these lines if there are several. Without either the file
        is meant.
        """
        found = self._path(path)
        rows, source = self._now(found)
        if source is None:
            raise QueryError(f"{found} is empty or gone")
        total = _line_count(source)
        given = [line for line in (start_line, end_line) if line is not None]
        if level == "file" or not (given or symbol):
            return Cited(rows[0], whole_span([row.span for row in rows]), "file", None, found != path)
        definitions = list(self._definitions(rows))
        named = [one for one in definitions if symbol and _is_called(one.symbol or "", symbol)]
        if not given or min(given) > total:
            if len(named) != 1:
                raise QueryError(f"{found} has {total:,} lines and no single definition of {symbol or 'a name'} there")
            return replace(named[0], mended=found != path or bool(given) or named[0].symbol != symbol)
        first, last = max(min(given), 1), min(max(given), total)
        mended = found != path or (start_line or first, end_line or last) != (first, last)
        fitting = [one for one in named if one.touches(first, last)] or [
            one for one in definitions if one.holds(first, last)
        ]
        if fitting:
            smallest = min(fitting, key=lambda one: (one.span.end_line - one.span.start_line, one.span.start_line))
            return replace(smallest, mended=mended)
        row = next((row for row in rows if row.span.end_line >= first), rows[-1])
        if row.span.start_line <= first and last <= row.span.end_line:
            return Cited(row, row.span, row.kind, row.symbol, mended)
        return Cited(row, Span(*source.lines_numbered(first, last), first, last), "window", None, mended)

    def results(self, places: Sequence[Cited]) -> tuple[tuple[SearchResult, ...], dict[str, bytes]]:
        """Return the results of places in their order, and the texts by path that the spans of fresh ones count in."""
        fields = self._view.fields([place.row.id for place in places])
        found = [
            Ranked(
                row=place.row,
                score=1.0 / rank,
                evidence=(),
                span=place.span,
                kind=place.kind,
                symbol=place.symbol,
                covered=self._question.covered(fields[place.row.id]) if place.row.id in fields else 0.0,
                sought=self._question.sought,
            )
            for rank, place in enumerate(places, start=1)
        ]
        return self._reading.results(found, "explored")

    def stands(self, path: str, span: Span) -> bool:
        """Return whether the file is there now and has all lines of ``span``, which the index gave."""
        _, source = self._now(path)
        return source is not None and span.end_line <= _line_count(source)

    def _now(self, path: str) -> tuple[Sequence[ChunkRow], Source | None]:
        """Return what the index has of a file, and the file as it is now."""
        rows = self._view.chunks_of(path)
        return rows, self._reading.source(rows[0]) if rows else None

    def _path(self, path: str) -> str:
        if path in self._overlay.paths or path in self._store.stored_files((path,)):
            return path
        if self._paths is None:
            self._paths = frozenset((*self._store.stored_files(), *self._overlay.paths))
        found = repaired(path, str(self._root), self._paths)
        if found is None:
            raise QueryError(f"there is no indexed file {path}")
        return found

    def _definitions(self, rows: Sequence[ChunkRow]) -> Iterator[Cited]:
        """Yield the definitions of a file as results have them: with the comments above."""
        named = [row for row in rows if row.symbol is not None and row.part == 0]
        spans = self._view.definition_spans([(row.path, row.symbol) for row in named if row.symbol is not None])
        for row in named:
            whole = Cited(row, spans.get((row.path, row.symbol or ""), row.span), row.kind, row.symbol)
            # One of two of a name has the span of the other.
            one_of_two = not whole.touches(row.span.start_line, row.span.end_line)
            yield replace(whole, span=row.span if one_of_two else whole_span([row.span, whole.span]))


def _line_count(source: Source) -> int:
    return source.text.count(b"\n") + (not source.text.endswith(b"\n"))


def _is_called(name: str, wanted: str) -> bool:
    return name == wanted or name.endswith(f".{wanted}") or (bool(name) and wanted.endswith(f".{name}"))
