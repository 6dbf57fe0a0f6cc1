"""The file of a result, in colours, with the place and the lines that match marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.geometry import Size

from findspot.core.columns import visible
from findspot.core.types import SearchResult
from findspot.service.highlight import Piece as SourcePiece
from findspot.service.highlight import highlighted
from findspot.tui.lines import Lines
from findspot.tui.session import Row
from findspot.tui.words import Piece

_WHOLE_BYTES = 100_000
"""Of larger files only the place is coloured, which is quick whatever stands around it."""

_LEAD = 3
"""What of the lines above the best one stays in view is a share of the height: one third."""

_WIDEST = 500
"""Characters of a line that are drawn."""

_TAB = "    "


@dataclass(frozen=True, slots=True)
class Source:
    """Lines of source, the first of which has the number ``first``."""

    first: int
    lines: Sequence[Sequence[SourcePiece]]


def plain_source(row: Row) -> Source:
    """Return the file of a row without colours, or its place alone where the index knows an older file."""
    first, text = _text_of(row)
    return Source(first, [[SourcePiece(line, "plain")] for line in text.split("\n")])


def coloured_source(row: Row) -> Source:
    """Return the same with colours; takes a moment, so it is for worker threads."""
    first, text = _text_of(row)
    if row.content is None or len(row.content) <= _WHOLE_BYTES:
        return Source(first, highlighted(text, row.result.path))
    lines: list[Sequence[SourcePiece]] = [[SourcePiece(line, "plain")] for line in text.split("\n")]
    begin = row.result.span.start_line - first
    for at, line in enumerate(highlighted(row.result.text, row.result.path), begin):
        if at < len(lines) and "".join(piece.text for piece in line) == lines[at][0].text:
            lines[at] = line
    return Source(first, lines)


def _text_of(row: Row) -> tuple[int, str]:
    if row.content is None:
        return row.result.span.start_line, row.result.text
    return 1, row.content.decode("utf-8", "replace").replace("\r\n", "\n").removesuffix("\n")


class Preview(Lines):
    """One place in its file."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._source = Source(1, ())
        self._result: SearchResult | None = None
        self._hits: Mapping[int, Sequence[tuple[int, int]]] = {}

    def show(self, row: Row | None, source: Source, *, jump: bool) -> None:
        """Show a place; ``jump`` goes to its best line, otherwise what is in view stays."""
        self._source, self._result = source, None if row is None else row.result
        self._hits = {} if row is None else {line.number: line.spans for line in row.result.preview if line.spans}
        self._measure()
        if jump and row is not None:
            best = row.result.best_line or row.result.span.start_line
            start = row.result.span.start_line
            height = max(1, self.size.height)
            top = start if best - start < height * 2 // 3 else best - height // _LEAD
            self.scroll_to(0, max(0, top - source.first - 1), animate=False, force=True, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        """Measure again: lines are cut at the width."""
        self._measure()

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._source.lines))

    def pieces(self, line: int) -> tuple[Sequence[Piece], str]:
        """Return a line of the file, with its number and what it is to the result."""
        number, result = self._source.first + line, self._result
        inside = result is not None and result.span.start_line <= number <= result.span.end_line
        matches = result is not None and number in result.matches
        gutter = [
            (">" if matches else " ", "mark"),
            (f"{number:>5} ", "number mark" if matches else "number"),
            ("│ " if inside else "  ", "mark" if inside else "faint"),
        ]
        code = _with_hits(self._source.lines[line], self._hits.get(number, ()))
        return [*gutter, *code], "span" if inside else "plain"


def _with_hits(line: Sequence[SourcePiece], hits: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """Yield the pieces of a line, those inside of a hit in its style as well."""
    begin = 0
    for piece in line:
        if begin >= _WIDEST:
            return
        end = begin + len(piece.text)
        at = begin
        borders = sorted({edge for hit in hits for edge in hit if begin < edge < end} | {end})
        for border in borders:
            hit = any(start <= at and border <= stop for start, stop in hits)
            text = visible(piece.text[at - begin : border - begin].replace("\t", _TAB))
            yield text, f"{piece.kind} hit" if hit else piece.kind
            at = border
        begin = end
