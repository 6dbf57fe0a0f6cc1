"""Functions of a file as the index cuts them, and which of them a difference touches on its old side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from findspot.core.types import ParsedFile, PathClass
from findspot.languages.detect import language_of
from findspot.languages.paths import path_class
from findspot.languages.table import LANGUAGES, READ_AS_CODE
from findspot.workspace.skip_rules import classify_content, classify_name

_MAX_BYTES: Final = 1_000_000
_HEAD: Final = 4096

Parse = Callable[[str, bytes], ParsedFile]
"""Parses the source of a path; in a command this happens in a process of its own, which a bad file may end."""

ParseCode = Callable[[str, bytes], ParsedFile | None]
"""The same, with None for what the index leaves out."""

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method that has chunks of its own: its qualified name and its first and last line, from 1."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hunk:
    """A changed run of old lines, from ``start``; with ``count`` 0 the ``added`` lines come after line ``start``."""

    start: int
    count: int
    added: tuple[bytes, ...]


def is_code(path: str) -> bool:
    """Return whether a path is source, not a test, document or example, in a language with a syntax tree."""
    return path_class(path) is PathClass.SOURCE and language_of(path, b"") in READ_AS_CODE


def parse_code(path: str, source: bytes, parse: Parse) -> ParsedFile | None:
    """Parse a file of code; None for what the index leaves out too: generated, minified or very long files."""
    if classify_name(path, len(source), _MAX_BYTES) is not None or classify_content(path, source) is not None:
        return None
    if language_of(path, source[:_HEAD]) not in READ_AS_CODE:
        return None
    return parse(path, source)


def functions_of(parsed: ParsedFile) -> list[Function]:
    """Return the functions and methods that are units of the index, in file order."""
    units = {chunk.symbol for chunk in parsed.chunks if chunk.kind in {"function", "method"}}
    return [
        Function(one.qualified_name, one.span.start_line, one.span.end_line)
        for one in parsed.symbols
        if one.qualified_name in units
    ]


def read_hunks(difference: bytes) -> Iterator[Hunk]:
    """Yield the hunks of a unified difference without context."""
    start = count = 0
    added: list[bytes] | None = None
    for line in difference.split(b"\n"):
        found = _HUNK.match(line)
        if found is not None:
            if added is not None:
                yield Hunk(start, count, tuple(added))
            start, count, added = int(found[1]), int(found[2] or 1), []
        elif added is not None and line.startswith(b"+"):
            added.append(line[1:])
    if added is not None:
        yield Hunk(start, count, tuple(added))


def touched(functions: Sequence[Function], hunks: Sequence[Hunk], source: bytes, language: str) -> list[Function]:
    """Return the innermost functions that hold a changed old line, in the order met, each name once.

    Added lines belong to the function around the gap they fill, and to none when they fill a gap between two.
    """
    lines = source.split(b"\n")
    found: dict[str, Function] = {}
    for hunk in hunks:
        for number in range(hunk.start, hunk.start + hunk.count):
            inside = _innermost(functions, number, number)
            if inside is not None and number <= len(lines) and lines[number - 1].strip():
                found.setdefault(inside.name, inside)
        if hunk.count == 0 and any(line.strip() for line in hunk.added):
            inside = _around_gap(functions, hunk, lines, language)
            if inside is not None:
                found.setdefault(inside.name, inside)
    return list(found.values())


def _innermost(functions: Sequence[Function], first: int, last: int) -> Function | None:
    around = [one for one in functions if one.start <= first and last <= one.end]
    return min(around, key=lambda one: one.end - one.start, default=None)


def _around_gap(functions: Sequence[Function], hunk: Hunk, lines: Sequence[bytes], language: str) -> Function | None:
    if LANGUAGES[language].indented_blocks:
        before = min(hunk.start, len(lines))
        while before > 0 and not lines[before - 1].strip():
            before -= 1
        deep = _depth(next(line for line in hunk.added if line.strip()))
        near = [one for one in functions if one.start <= before <= one.end and _depth(lines[one.start - 1]) < deep]
        if near:
            return min(near, key=lambda one: one.end - one.start)
    return _innermost(functions, hunk.start, hunk.start + 1)


def _depth(line: bytes) -> int:
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())
