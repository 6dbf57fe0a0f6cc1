"""The last step of an answer: present text for each place, and whether it is the text that was indexed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from findspot.core.excerpts import Excerpts
from findspot.core.types import Evidence, PreviewLine, SearchResult, Span, Stage
from findspot.engine.buffers import Buffers
from findspot.parsing.decoding import UTF8
from findspot.retrieval.results import Ranked
from findspot.storage.records import ChunkRow
from findspot.workspace.files import Source, read_source, source_of
from findspot.workspace.skip_rules import named_limit
from findspot.workspace.walker import WalkOptions

_MAX_TEXT = 16_000
"""Bytes of source that one result carries."""

_MAX_SCAN = 64_000
"""Bytes of one result that are looked through for matching lines."""

_HEAD = 600
"""Characters of the first line of a result that is looked through in part."""


class Texts:
    """The workspace and the unsaved buffers of one root, as text."""

    def __init__(self, root: Path, buffers: Buffers, walk: WalkOptions) -> None:
        self._buffers = buffers
        self._max_file_bytes = walk.max_file_bytes
        self._read = partial(read_source, root, follow=walk.follow)

    def reading(self) -> Reading:
        """Return what reads for one request."""
        return Reading(self._source)

    def text_of(self, row: ChunkRow) -> str | None:
        """Return the text of a chunk if its file is still the one that was indexed."""
        return self.reading().text_of(row)

    def is_on_disk(self, path: str, text: str) -> bool:
        """Return whether a buffer is what lies on disk; editors drop a byte order mark and may change line ends."""
        source = self._read(path, self._max_file_bytes)
        given = source_of(path, text.encode("utf-8", "replace"))
        return source is not None and given is not None and _plain_lines(source.text) == _plain_lines(given.text)

    def _source(self, path: str, buffered: bool) -> Source | None:  # noqa: FBT001 - the key of what is read
        if buffered:
            # A file that was named for one question is held in memory like a buffer, and its text is that of the disk.
            source = self._buffers.source(path)
            return source or self._read(path, named_limit(self._max_file_bytes))
        return self._read(path, self._max_file_bytes)


class Reading:
    """Reads for one request: each file once, for the localization model and for the results alike."""

    def __init__(self, read: Callable[[str, bool], Source | None]) -> None:
        self._source = cache(read)

    def source(self, row: ChunkRow) -> Source | None:
        """Return the file of a chunk as it is now, None when it is gone."""
        return self._source(row.path, _is_buffered(row))

    def text_of(self, row: ChunkRow) -> str | None:
        """Return the text of a chunk if its file is still the one that was indexed."""
        source = self.source(row)
        if source is None or source.content_hash != row.file_hash:
            return None
        return source.slice(row.span, _MAX_TEXT)

    def results(self, found: Sequence[Ranked], stage: Stage) -> tuple[tuple[SearchResult, ...], dict[str, bytes]]:
        """Turn ranked places into results, with the texts by path that the spans of fresh ones count in.

        A file that has changed since it was indexed gives the lines that stand at the place now, and is marked.
        """
        excerpts: dict[int, Excerpts] = {}
        results: list[SearchResult] = []
        contents: dict[str, bytes] = {}
        for rank, one in enumerate(found, start=1):
            source = self.source(one.row)
            fresh = source is not None and source.content_hash == one.row.file_hash
            result = SearchResult(
                path=one.row.path,
                symbol=one.symbol,
                kind=one.kind,
                span=one.span,
                score=one.score,
                rank=rank,
                stage=stage,
                evidence=one.evidence + _written_in(source),
                fresh=fresh,
                text="",
                probability=one.probability,
                covered=one.covered,
                exact=one.exact,
            )
            if source is not None and fresh:
                contents[one.row.path] = source.text
            if source is not None:
                finder = excerpts.setdefault(id(one.sought), Excerpts(one.sought))
                result = _with_text(result, one, source, finder)
            results.append(result)
        return tuple(results), contents


def _written_in(source: Source | None) -> tuple[Evidence, ...]:
    """Return what is to be said of a file that is not in UTF-8: a wrong guess shows as odd letters."""
    if source is None or source.encoding == UTF8:
        return ()
    return (Evidence("encoding", f"read as {source.encoding}", 0.0),)


def _with_text(result: SearchResult, one: Ranked, source: Source, finder: Excerpts) -> SearchResult:
    """Return a result with its lines, and with those of them that match the question."""
    start, end = _extent(source, one.span, fresh=result.fresh)
    cut = _cut(source.text, start, end)
    # A file is shown by its best unit; of a long text only the surroundings of the best part are looked through.
    shown = one.row.span if one.kind == "file" else one.span
    first, last = _extent(source, shown, fresh=result.fresh)
    number, head = shown.start_line, None
    if last - first > _MAX_SCAN:
        head = PreviewLine(
            number, source.text[first : source.text.find(b"\n", first)].decode("utf-8", "ignore")[:_HEAD]
        )
        part, _ = _extent(source, one.row.span, fresh=result.fresh)
        begin = source.text.find(b"\n", max(first, min(part, last - _MAX_SCAN) - 1), last) + 1 or first
        number += source.text.count(b"\n", first, begin)
        first, last = begin, _cut(source.text, begin, last, _MAX_SCAN)
    text = source.text[first:last].decode("utf-8", "ignore")
    found = finder.find(text, [line - number for line in one.lines])
    preview = finder.preview(text.split("\n"), number, found, one.row.span.start_line - number)
    if head is not None and preview and preview[0].number > head.number:
        preview = (head, *(preview if preview[0].matched else preview[1:]))
    return replace(
        result,
        text=source.text[start:cut].decode("utf-8", "ignore"),
        truncated=cut < end,
        best_line=None if found.best is None else number + found.best,
        matches=tuple(number + line for line in found.lines),
        preview=preview,
    )


def _extent(source: Source, span: Span, *, fresh: bool) -> tuple[int, int]:
    return source.lines_at(span) if fresh else source.lines_numbered(span.start_line, span.end_line)


def _cut(text: bytes, start: int, end: int, limit: int = _MAX_TEXT) -> int:
    """Return where to end instead of ``end``: after the last whole line within the limit, or inside a line longer than it."""
    if end - start <= limit:
        return end
    newline = text.rfind(b"\n", start, start + limit)
    return newline if newline > start else start + limit


def _is_buffered(row: ChunkRow) -> bool:
    """Return whether a row stands for unsaved text: those carry negative ids."""
    return row.id < 0


def _plain_lines(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
