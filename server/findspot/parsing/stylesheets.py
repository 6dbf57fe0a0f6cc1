"""Rules, mixins and variables of CSS, SCSS and Less, read by their braces in linear time.

One reader serves the three: what they add to CSS is nesting, names for a group of declarations, and variables. A rule of
``_RULE`` lines or more is a place of its own, unless it stands in one of up to ``_WHOLE`` lines; shorter rules stay together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from findspot.core.types import Import, Reference, SymbolKind
from findspot.parsing.nesting import Definition, Shape
from findspot.parsing.symbols import Outline

_RULE: Final = 8
_WHOLE: Final = 40
_DEEPEST: Final = 24
_LONGEST: Final = 120
"""Characters of a selector that make its name."""

_LOOKED_AT: Final = 2_000
"""Bytes of a selector or declaration that are looked at; an image may be written in one."""

_TOKEN = re.compile(
    rb"""(?xs)
      (?P<comment> /\*.*?(?:\*/|\Z) )
    | (?P<line> (?<![:(])//[^\n]* )
    | (?P<sign> [{};] )
    | [#@]\{[^{}\n]*\} | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'? | [^\s{};/"'#@]+ | [/#@]
    """
)
_COMMENT = re.compile(rb"/\*.*?(?:\*/|\Z)", re.DOTALL)
_NAMED = re.compile(rb"@(?:mixin|function)\s+([\w-]+)|[.#]([\w-]+)\s*\([^{}]*\)\s*(?:when\b.*)?\Z", re.DOTALL)
_NO_RULE = re.compile(rb"@(?:if|else|each|for|while|include|at-root|nest)\b|(?:from|to|[\d.]+%)[\s,\d.%]*\Z")
_VARIABLE = re.compile(rb"([$@][\w-]+|--[\w-]+)\s*:")
_IMPORT = re.compile(rb"""@(?:use|import|forward)\b[^"'\n]*["']([^"'\n]{1,400})["']""")
_SIMPLE = re.compile(r"(?:@(?:-\w+-)?keyframes )?[\w%@:-]+")
_USE = re.compile(rb"@include\s+(?:[\w-]+\.)?([\w-]+)|@extend\s+[%.]?([\w-]+)|\A[.#]([\w-]+)\s*\([^{}]*\)\s*;?\Z")


@dataclass(slots=True)
class _Open:
    """An open brace: what it belongs to, what ``&`` stands for in it, and the number of the first definition inside."""

    definition: Definition | None
    selector: str
    first: int


def stylesheet(language: str) -> Callable[[str, bytes], Outline]:
    """Return a scanner of stylesheets in a language; a nested rule is called by the selector that it comes to."""

    def scan(_path: str, source: bytes) -> Outline:
        return _Reader(language, source).read()

    return scan


class _Reader:
    def __init__(self, language: str, source: bytes) -> None:
        self._language = language
        self._source = source
        self._outline = Outline([], rest="window", longest=_WHOLE)
        self._open: list[_Open] = []
        self._told: set[str] = set()

    def read(self) -> Outline:
        begin = -1
        for token in _TOKEN.finditer(self._source):
            kind = token.lastgroup
            if kind == "comment" or (kind == "line" and self._language != "css"):
                self._outline.leads.append((*token.span(), True))
            elif kind != "sign":
                begin = token.start() if begin < 0 else begin
            else:
                if token[0] == b"{":
                    self._begin(begin if begin >= 0 else token.start(), token.start())
                elif begin >= 0:
                    self._declare(begin, token.start())
                if token[0] == b"}" and self._open:
                    self._end(self._open.pop(), token.end())
                begin = -1
        return self._outline

    def _begin(self, start: int, brace: int) -> None:
        outer = self._open[-1].selector if self._open else ""
        if not self._open:
            self._outline.borders.append(self._source.rfind(b"\n", 0, start) + 1)
        text = self._text(start, brace)
        written = " ".join(text.decode("utf-8", "replace").split())[:_LONGEST]
        found = None
        selector = outer
        self._refer(start, text)
        if len(self._open) < _DEEPEST and text and not _NO_RULE.match(text):
            if named := _NAMED.match(text):
                found = self._define("fn", "function", (named[1] or named[2]).decode("utf-8", "replace"), start)
            elif written.startswith("@"):
                found = self._define("cls", "class", written, start, f"{outer} {written}".strip())
            else:
                parent = outer.partition(",")[0]
                selector = written.replace("&", parent) if "&" in written else f"{parent} {written}".strip()
                selector = selector[:_LONGEST]
                found = self._define("cls", "class", written.lstrip("&.#") or written, start, selector)
            found.body, found.end = brace, len(self._source)
        self._open.append(_Open(found, selector, len(self._outline.definitions)))

    def _end(self, closed: _Open, end: int) -> None:
        found = closed.definition
        if found is None:
            return
        found.end = end
        lines = self._source.count(b"\n", found.start, end) + 1
        if lines <= _WHOLE:
            for inner in self._outline.definitions[closed.first :]:
                if inner.shape == "fn" or (inner.shape == "cls" and not self._is_repeat(inner)):
                    inner.shape = "sym"
                elif inner.shape == "cls":
                    inner.shape = "table"
        if found.shape == "cls" and lines < _RULE:
            found.shape = "table" if self._is_repeat(found) else "sym"

    def _is_repeat(self, short: Definition) -> bool:
        """Return whether a short rule has a selector that is no name, or has been met: themes repeat them by the thousand."""
        told = short.qualified_name in self._told or not _SIMPLE.fullmatch(short.name)
        self._told.add(short.qualified_name)
        return told

    def _declare(self, start: int, end: int) -> None:
        text = self._text(start, end)
        if imported := _IMPORT.match(text):
            self._outline.imports.append(Import(imported[1].decode("utf-8", "replace"), start))
        elif (variable := _VARIABLE.match(text)) and (not self._open or text.startswith(b"--")):
            name = variable[1].decode("utf-8", "replace")
            if name not in self._told:
                self._define("sym", "constant", name, start, name).end = end
            self._told.add(name)
        self._refer(start, text)

    def _text(self, start: int, end: int) -> bytes:
        text = self._source[start : min(end, start + _LOOKED_AT)]
        return _COMMENT.sub(lambda comment: b" " * len(comment[0]), text) if b"/*" in text else text

    def _refer(self, start: int, text: bytes) -> None:
        for use in _USE.finditer(text):
            name = use.lastindex or 0
            self._outline.references.append(Reference(use[name].decode("utf-8", "replace"), start + use.start(name)))

    def _define(self, shape: Shape, kind: SymbolKind, name: str, start: int, path: str = "") -> Definition:
        found = Definition(shape, kind, name, "", self._language, None, start, start, start, None, qualified_name=path)
        self._outline.definitions.append(found)
        return found
