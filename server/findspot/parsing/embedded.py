"""Languages inside another: the scripts of a page, the cells of a notebook.

The query of the host marks ranges. All ranges of one language are parsed together, as one text with gaps, so that its
definitions know one another and every byte and line is that of the file; with a mistake in one, each is parsed alone.
"""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node, Point, Range

from findspot.languages.table import DECLARED, GRAMMARS
from findspot.parsing.declared import read_declared
from findspot.parsing.lines import Lines
from findspot.parsing.parsers import Match, Parsers, TooTangled
from findspot.parsing.scanners import SCANNERS
from findspot.parsing.symbols import Outline, read_outline

_NOT_A_BREAK: Final = re.compile(rb"[^\r\n]")
_DEEPEST: Final = 3
"""A template with a page in it, the page with a script in it."""


def read_embedded(source: bytes, lines: Lines, parsers: Parsers, outline: Outline, component: str) -> list[str]:
    """Add to a host's outline what is written in other languages inside; returns those too tangled to be read.

    ``component`` is the name of the file, for what a script exports as its component. Languages without a grammar keep to
    the host's own pieces. Raises NoGrammar.
    """
    tangled: list[str] = []
    source = outline.embedded_source or source
    waiting = [(outline, 1)]
    while waiting:
        host, depth = waiting.pop()
        for language, spans in host.embedded.items():
            if depth > _DEEPEST:
                continue
            if language in SCANNERS:
                outline.add(SCANNERS[language]("", _alone(source, spans)))
            if language in DECLARED:
                outline.add(read_declared(language, _alone(source, spans)))
            if language not in GRAMMARS:
                continue
            try:
                readings = _readings(language, source, _ranges(lines, spans), parsers)
            except TooTangled:
                tangled.append(language)
                continue
            for root, matches in readings:
                inside = read_outline(language, source, root, matches, component)
                outline.add(inside)
                waiting.append((inside, depth + 1))
    return tangled


def _readings(language: str, source: bytes, ranges: list[Range], parsers: Parsers) -> list[tuple[Node, list[Match]]]:
    """Parse ranges together, or each for itself where there is a mistake, which would cost those behind it."""
    if not ranges:
        return []
    together = parsers.matches(language, source, ranges)
    if not together[0].has_error or len(ranges) == 1:
        return [together]
    return [parsers.matches(language, source, [one]) for one in ranges]


def _alone(source: bytes, spans: list[tuple[int, int]]) -> bytes:
    """Return the source with blanks for all that is outside of the spans, but for line breaks."""
    kept: list[bytes] = []
    end = 0
    for start, stop in sorted(spans):
        if start >= end and stop > start:
            kept += [_NOT_A_BREAK.sub(b" ", source[end:start]), source[start:stop]]
            end = stop
    return b"".join(kept)


def _ranges(lines: Lines, spans: list[tuple[int, int]]) -> list[Range]:
    """Return spans as the parser wants them: in order, without overlap."""
    found: list[Range] = []
    end = 0
    for start, stop in sorted(spans):
        if start >= end and stop > start:
            found.append(Range(_point(lines, start), _point(lines, stop), start, stop))
            end = stop
    return found


def _point(lines: Lines, byte: int) -> Point:
    return Point(lines.number(byte) - 1, lines.column(byte))
