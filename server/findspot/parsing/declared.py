"""An outline without a grammar: lines that open a definition, and how such a definition ends, as the record says.

One pass takes comments and strings out, one per pattern finds what opens, refers to or imports something, and one
over the lines, brackets or closing words finds the ends. All of it is linear in the source.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from findspot.core.types import Import, Reference, SymbolKind
from findspot.languages.record import Declared, Opening
from findspot.languages.table import DECLARED
from findspot.parsing.nesting import Definition, Shape
from findspot.parsing.symbols import Outline

_HEADER: Final = 4000
"""Bytes behind an opening within which its body must begin."""

_MAX_NAME: Final = 200
_IN_STRING: Final = b"\x01"
_NOT_A_BREAK: Final = re.compile(rb"[^\r\n]")
_LINE: Final = re.compile(rb"^([ \t]*)(\S(?:[^\n]*\S)?)", re.MULTILINE)
_SEPARATORS: Final = re.compile(r"::|[.:]")


@dataclass(slots=True)
class _Opened:
    """An opening that was found, and where what it says ends."""

    opening: Opening
    definition: Definition
    column: int
    header: int
    key: bytes
    ends: str
    bodyless: bool = False


def read_declared(language: str, source: bytes) -> Outline:
    """Return what a normalized source defines, refers to and imports, by the patterns of its language."""
    return _Reader(language, DECLARED[language], source).read()


class _Reader:
    def __init__(self, language: str, declared: Declared, source: bytes) -> None:
        self._language = language
        self._declared = declared
        self._source = source
        self._outline = Outline([])
        self._spoken, self._code = self._without_text()
        self._lines = [(found.end(1), found.end()) for found in _LINE.finditer(self._code)]
        self._starts = [start for start, _ in self._lines]

    def read(self) -> Outline:
        outline = self._outline
        opened = self._opened()
        for way, end in (("indentation", self._by_indentation), ("braces", self._by_braces), ("words", self._by_words)):
            chosen = [found for found in opened if found.ends == way]
            if chosen:
                end(chosen)
        self._by_the_next([found for found in opened if found.ends in {"next", "file"}])
        outline.definitions = list(self._kept(opened))
        taken = [(found.definition.start, found.header) for found in opened]
        for pattern in self._declared.imports:
            for found in self._each(pattern):
                outline.imports.append(Import(found[1].decode("utf-8", "replace"), found.start(1)))
                taken.append((_first(found), found.end()))
        self._refer(sorted(taken))
        return outline

    def _compiled(self, pattern: str) -> re.Pattern[bytes]:
        return re.compile(pattern.encode(), re.MULTILINE | (re.IGNORECASE if self._declared.any_case else 0))

    def _each(self, pattern: str) -> Iterator[re.Match[bytes]]:
        """Yield where lines begin with a pattern, outside of comments and strings."""
        for found in self._compiled(rf"^[ \t]*(?:{pattern})").finditer(self._spoken):
            first = _first(found)
            if self._code[first : first + 1] == self._spoken[first : first + 1]:
                yield found

    def _without_text(self) -> tuple[bytes, bytes]:
        """Return the source without its comments, and without its strings, too; notes the comments.

        Comments become blanks, strings a sign that is in no pattern, their line breaks as well.
        """
        declared = self._declared
        kinds = (("comment", declared.comments), ("string", declared.strings), ("skipped", declared.skipped))
        every = "|".join(f"(?P<{kind}>{'|'.join(patterns)})" for kind, patterns in kinds if patterns)
        spoken: list[bytes] = []
        code: list[bytes] = []
        end = 0
        for found in self._compiled(every).finditer(self._source):
            between = self._source[end : found.start()]
            end = found.end()
            blank = found[0] if found.lastgroup == "string" else _NOT_A_BREAK.sub(b" ", found[0])
            spoken += between, blank
            code += between, _IN_STRING * len(blank) if found.lastgroup == "string" else blank
            if found.lastgroup == "comment":
                self._outline.leads.append((_first(found), end, True))
        rest = self._source[end:]
        return b"".join((*spoken, rest)), self._without_attributes(b"".join((*code, rest)))

    def _without_attributes(self, code: bytes) -> bytes:
        if not self._declared.attributes:
            return code
        attribute = self._compiled(self._declared.attributes)
        self._outline.leads += [(_first(found), found.end(), False) for found in attribute.finditer(code)]
        return attribute.sub(lambda found: _NOT_A_BREAK.sub(b" ", found[0]), code)

    def _opened(self) -> list[_Opened]:
        by_start: dict[int, _Opened] = {}
        for opening in self._declared.openings:
            shape, _, kind = opening.label.partition(".")
            for found in self._each(opening.pattern):
                start = _first(found)
                owner, name = _named(found)
                if start in by_start or not name or name in self._declared.keywords:
                    continue
                if shape == "upper" and not (name.isupper() and len(name) > 1):
                    continue
                bare = "sym" if shape == "upper" else shape
                definition = Definition(
                    shape=cast("Shape", bare),
                    kind=cast("SymbolKind", kind or "class"),
                    name=f"{opening.title}{name}",
                    owner=owner,
                    language=self._language,
                    node=None,
                    start=start,
                    end=found.end(),
                    sign_start=start,
                    body=None,
                )
                key = found["key"].lower() if "key" in found.groupdict() else b""
                ends = opening.ends or ("line" if bare == "sym" else self._declared.ends)
                line = self._source.rfind(b"\n", 0, start) + 1
                by_start[start] = _Opened(opening, definition, start - line, found.end(), key, ends)
                if ends == "line":
                    definition.end = self._line_end(found.end())
        return [by_start[start] for start in sorted(by_start)]

    def _line_end(self, byte: int) -> int:
        """Return where the code of the line that holds a byte ends."""
        at = bisect_right(self._starts, byte) - 1
        return max(self._lines[at][1], byte) if at >= 0 else byte

    def _code_end_before(self, byte: int) -> int:
        """Return where the last line of code that begins before a byte ends."""
        at = bisect_left(self._starts, byte) - 1
        return min(self._lines[at][1], byte) if at >= 0 else byte

    def _by_indentation(self, opened: list[_Opened]) -> None:
        """End a definition before the first line that is not further to the right and goes on with nothing."""
        goes_on = self._compiled(self._declared.continues) if self._declared.continues else None
        waiting: list[_Opened] = []
        at = 0
        before = 0
        for start, end in self._lines:
            column = start - (self._code.rfind(b"\n", max(0, start - _MAX_NAME), start) + 1)
            while waiting and column <= waiting[-1].column:
                if column == waiting[-1].column and goes_on and goes_on.match(self._code, start):
                    break
                waiting.pop().definition.end = before
            while at < len(opened) and opened[at].definition.start < end:
                waiting.append(opened[at])
                at += 1
            before = end
        for left in waiting:
            left.definition.end = before

    def _by_braces(self, opened: list[_Opened]) -> None:
        """End a definition with the brace that closes the first one behind its opening; one without is none."""
        closed: dict[int, int] = {}
        opens: list[int] = []
        stack: list[int] = []
        for found in re.finditer(rb"[{}]", self._code):
            if found[0] == b"{":
                opens.append(found.start())
                stack.append(found.start())
            elif stack:
                closed[stack.pop()] = found.end()
        terminator = self._compiled(self._declared.terminator)
        for found_one in opened:
            definition = found_one.definition
            at = bisect_left(opens, found_one.header)
            begin = opens[at] if at < len(opens) else len(self._source)
            if begin - found_one.header > _HEADER or terminator.search(self._code, found_one.header, begin):
                found_one.bodyless = True
            elif begin in closed:
                definition.body, definition.end = begin, closed[begin]
            else:
                definition.body, found_one.ends = begin, "next"

    def _by_words(self, opened: list[_Opened]) -> None:
        """End a definition with its closing word, which may say what it closes (its key or its name)."""
        declared = self._declared
        events: list[tuple[int, int, _Opened | re.Match[bytes]]] = [(one.definition.start, 0, one) for one in opened]
        events += [(found.start(), 2, found) for found in self._compiled(declared.closers).finditer(self._code)]
        if declared.blocks:
            taken = [(one.definition.start, one.header) for one in opened]
            for found in self._compiled(declared.blocks).finditer(self._code):
                at = bisect_right(taken, (_first(found), len(self._source))) - 1
                if at < 0 or _first(found) >= taken[at][1]:
                    events.append((_first(found), 1, found))
        terminator = self._compiled(declared.terminator)
        stack: list[tuple[bytes, bytes, _Opened | None]] = []
        for start, order, event in sorted(events, key=lambda event: event[:2]):
            if isinstance(event, _Opened):
                stack.append((event.key, event.definition.name.encode().lower(), event))
                header = terminator.search(self._code, event.header - 1, event.header + _HEADER)
                event.definition.body = header.start() if header else None
            elif order == 1:
                stack.append((event[1].lower() if event.re.groups else b"", b"", None))
            else:
                self._close(stack, start, event)
        for _, _, left in stack:
            if left is not None:
                left.ends = "next"
                left.bodyless = left.opening.closed

    def _close(self, stack: list[tuple[bytes, bytes, _Opened | None]], start: int, closer: re.Match[bytes]) -> None:
        word = (closer[1] or b"").lower() if closer.re.groups else b""
        depth = len(stack) - 1
        if word:
            lowest = max(len(stack) - 64, 0)
            while depth >= lowest and word not in stack[depth][:2]:
                depth -= 1
            if depth < lowest:
                return
        if depth < 0:
            return
        for _, _, left in stack[depth + 1 :]:
            if left is not None:
                left.definition.end = self._code_end_before(start)
                left.bodyless = left.opening.closed
        ended = stack[depth][2]
        del stack[depth:]
        if ended is not None:
            ended.definition.end = max(closer.end(), ended.definition.end)

    def _by_the_next(self, opened: list[_Opened]) -> None:
        """End a definition before the next one like it."""
        following: dict[str, int] = {}
        for found in reversed(opened):
            end = following.get(found.ends, len(self._source))
            found.definition.end = max(self._code_end_before(end), found.definition.end)
            following[found.ends] = found.definition.start

    def _kept(self, opened: list[_Opened]) -> Iterator[Definition]:
        """Yield the definitions, less those that are only worth a name outside of functions."""
        inside: list[int] = []
        for found in opened:
            definition = found.definition
            while inside and inside[-1] <= definition.start:
                inside.pop()
            if found.bodyless or (found.opening.outer and inside):
                continue
            if definition.shape in {"fn", "bound"}:
                inside.append(definition.end)
            definition.end = max(definition.end, definition.start + 1)
            yield definition

    def _refer(self, taken: list[tuple[int, int]]) -> None:
        """Note the uses of names that are not in the spans of openings and imports."""
        keywords = self._declared.keywords
        seen: set[int] = set()
        for pattern in self._declared.references:
            for found in self._compiled(pattern).finditer(self._code):
                name, start = found[1].decode("utf-8", "replace"), found.start(1)
                at = bisect_right(taken, (start, len(self._source))) - 1
                if start in seen or name in keywords or (at >= 0 and start < taken[at][1]):
                    continue
                seen.add(start)
                self._outline.references.append(Reference(name, start))


def _first(found: re.Match[bytes]) -> int:
    """Return where a match begins, blanks at its beginning left out."""
    return found.end() - len(found[0].lstrip())


def _named(found: re.Match[bytes]) -> tuple[str, str]:
    """Return what a name is a member of, and the name."""
    groups = found.groupdict()
    if groups.get("path"):
        parts = [part.strip() for part in _SEPARATORS.split(found["path"].decode("utf-8", "replace"))]
        owner, name = ".".join(filter(None, parts[:-1])), parts[-1]
    else:
        owner = (groups.get("in") or b"").decode("utf-8", "replace")
        name = (groups.get("name") or b"").decode("utf-8", "replace")
    return owner, name.strip("`")[:_MAX_NAME]
