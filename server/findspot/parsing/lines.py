"""Lines of a source as byte offsets, so that nothing has to scan for line breaks twice."""

from __future__ import annotations

import re
from bisect import bisect_right

from findspot.core.types import Span

_BREAK = re.compile(rb"\n")


class Lines:
    """The byte at which each line begins. A line ends with LF; the CR of CRLF belongs to its line."""

    __slots__ = ("_length", "_starts")

    def __init__(self, source: bytes) -> None:
        self._starts = [0, *(found.end() for found in _BREAK.finditer(source))]
        self._length = len(source)

    def number(self, byte: int) -> int:
        """Return the 1-based line that holds a byte."""
        return bisect_right(self._starts, byte)

    def begin(self, byte: int) -> int:
        """Return where the line that holds a byte begins."""
        return self._starts[bisect_right(self._starts, byte) - 1]

    def finish(self, byte: int) -> int:
        """Return where the line that holds a byte ends, before its LF."""
        number = bisect_right(self._starts, byte)
        return self._starts[number] - 1 if number < len(self._starts) else self._length

    def column(self, byte: int) -> int:
        """Return how many bytes of its line are before a byte."""
        return byte - self.begin(byte)

    def count(self, start: int, end: int) -> int:
        """Return how many lines the half-open byte range touches."""
        return self.number(max(start, end - 1)) - self.number(start) + 1

    def span(self, start: int, end: int) -> Span:
        """Return the span of a half-open byte range."""
        return Span(start, end, self.number(start), self.number(max(start, end - 1)))
