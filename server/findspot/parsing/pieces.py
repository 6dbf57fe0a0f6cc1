"""Cutting: long pieces at statement borders, plain text into overlapping windows of tokens."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Final

from tree_sitter import Node

PIECE_BYTES: Final = 4000
"""Longer pieces are cut. About a hundred lines: what a person, or a model, still takes in at once."""

_SHORTEST: Final = PIECE_BYTES // 4
"""A cut nearer than this to the last one would leave a scrap."""

_LINE_BYTES: Final = 27
"""Bytes of a line of data or settings, as they are on average."""

_TOKEN = re.compile(rb"[A-Za-z0-9_\x80-\xff]{1,32}|[^\sA-Za-z0-9_\x80-\xff]|\s{64}")
"""Words, signs, and very long blanks, none longer than 64 bytes, so that no window is long."""


_BLANK_LINE = re.compile(rb"\n[ \t\r]*\n")


_MAX_INDENT: Final = 200
"""Bytes of blanks that count as indentation; lines of minified code are not searched to their beginning."""


def begins_line(source: bytes, line: int, byte: int) -> bool:
    """Return whether only indentation is between the beginning of a line and a byte."""
    return byte - line <= _MAX_INDENT and not source[line:byte].strip()


def trim(source: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Take blank lines off both ends, keeping the indentation of the first line; None when all is blank."""
    text = source[start:end]
    ending = len(text.rstrip())
    if not ending:
        return None
    beginning = ending - len(text[:ending].lstrip())
    line = text.rfind(b"\n", 0, beginning) + 1
    return start + line, start + ending


class CodeCutter:
    """Cuts ranges of one source at statement borders; remembers the children of the nodes that it has looked into."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._children: dict[int, tuple[list[Node], list[int], list[bool]]] = {}

    def cut(self, roots: list[Node], start: int, end: int, head: int = 0) -> list[tuple[int, int]]:
        """Cut a byte range into pieces of at most about ``PIECE_BYTES``, at statement borders where there are any.

        ``roots`` are the trees whose statements count: one, or those of all languages of the file. At ``head`` a body
        begins: its first lines stay with the end of what documents it.
        """
        if end - start <= PIECE_BYTES:
            return [(start, end)]
        return _cut(self._source, self._borders(roots, start, end), start, end, head=head)

    def _borders(self, roots: list[Node], start: int, end: int) -> list[int]:
        """Return where statements begin inside a range: children of all nodes that are too long for one piece.

        A statement that follows a comment is no border; the comment above it is.
        """
        found: list[int] = []
        waiting = [*roots]
        while waiting:
            children, ends, comments = self._of(waiting.pop())
            first = bisect_right(ends, start)
            for at in range(first, len(children)):
                child_start = children[at].start_byte
                if child_start >= end:
                    break
                if child_start > start and not (at > first and comments[at - 1]):
                    line = self._source.rfind(b"\n", max(start, child_start - _MAX_INDENT), child_start) + 1
                    if line and begins_line(self._source, line, child_start):
                        found.append(line)
                if ends[at] - child_start > _SHORTEST:
                    waiting.append(children[at])
        return sorted(found)

    def _of(self, node: Node) -> tuple[list[Node], list[int], list[bool]]:
        """Return the named children of a node, where each ends, and whether it is a comment."""
        known = self._children.get(node.id)
        if known is None:
            children = node.named_children
            ends = [child.end_byte for child in children]
            known = (children, ends, [child.type.endswith("comment") for child in children])
            self._children[node.id] = known
        return known


def cut_text(source: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Cut prose at blank lines, or at line borders where a paragraph is too long."""
    if end - start <= PIECE_BYTES:
        return [(start, end)]
    borders = [found.end() for found in _BLANK_LINE.finditer(source, start, end)]
    return _cut(source, borders, start, end)


def cut_at(source: bytes, borders: list[int], start: int, end: int, lines: int) -> list[tuple[int, int]]:
    """Cut what a scanner has read at the given bytes, in order, unless it has at most about so many lines."""
    if end - start <= PIECE_BYTES and source.count(b"\n", start, end) < lines:
        return [(start, end)]
    return _cut(source, borders, start, end, lines * _LINE_BYTES)


def _cut(
    source: bytes, borders: list[int], start: int, end: int, limit: int = PIECE_BYTES, head: int = 0
) -> list[tuple[int, int]]:
    """Cut into as few pieces as the limit allows, of about equal length; the one with ``head`` reaches beyond it."""
    pieces: list[tuple[int, int]] = []
    while end - start > limit:
        aim = start + (end - start) // -(-(end - start) // limit)
        first, last = start + limit // 4, start + limit
        if start < head <= last:
            first, last = max(first, head + limit // 16), min(max(last, head + limit // 4), end)
        low = bisect_left(borders, first)
        high = bisect_right(borders, last)
        cut = min(borders[low:high], key=lambda border: abs(border - aim), default=0) or _fallback(source, first, last)
        pieces.append((start, cut))
        start = cut
    pieces.append((start, end))
    return [piece for piece in (trim(source, *piece) for piece in pieces) if piece]


def _fallback(source: bytes, first: int, last: int) -> int:
    """Cut after the last line that fits, else between two characters."""
    line = source.rfind(b"\n", first, last) + 1
    return line or _whole_character(source, last)


def _whole_character(source: bytes, byte: int) -> int:
    while 0 < byte < len(source) and source[byte] & 0xC0 == 0x80:
        byte -= 1
    return byte


def cut_windows(source: bytes, size: int, overlap: int) -> list[tuple[int, int]]:
    """Cut text into windows of at most ``size`` tokens that share about ``overlap`` tokens with the next.

    A window ends at the last line border of its second half, and begins at one, where there are such borders.
    """
    size = max(size, 1)
    overlap = min(max(overlap, 0), size // 2)
    starts = [found.start() for found in _TOKEN.finditer(source)]
    windows: list[tuple[int, int]] = []
    first = 0
    begin = 0
    while first < len(starts):
        beyond = first + size
        if beyond >= len(starts):
            windows.append((begin, len(source)))
            break
        stop = _whole_character(source, starts[beyond])
        line = source.rfind(b"\n", starts[first + size // 2], stop) + 1
        windows.append((begin, line or stop))
        end_token = bisect_left(starts, line) if line else beyond
        begin, first = _next_window(source, starts, max(end_token - overlap, first + 1), line or stop)
    return [window for window in (trim(source, *window) for window in windows) if window]


def _next_window(source: bytes, starts: list[int], token: int, limit: int) -> tuple[int, int]:
    """Return the byte and the token at which the next window begins: a line border between ``token`` and ``limit``."""
    byte = _whole_character(source, starts[token])
    line = source.find(b"\n", byte, limit) + 1
    if source[byte - 1 : byte] != b"\n" and 0 < line <= limit:
        return line, max(bisect_left(starts, line), token)
    return byte, token
