"""Razor: pages of ASP.NET and components of Blazor, whose blocks hold C#.

A block ends at its closing brace, strings and comments passed over; the time is linear in the source.
"""

from __future__ import annotations

import re
from typing import Final

from findspot.core.types import Import, Reference
from findspot.parsing.nesting import Definition
from findspot.parsing.symbols import Outline

_TAG = re.compile(
    rb"@\*.*?(?:\*@|\Z)|(?<![\w@])@(?P<block>code|functions|section[ \t]+(?P<name>\w+))\s*+\{|(?<![\w@])@(?P<bare>\{)"
    rb"|^[ \t]*@using[ \t]+(?P<using>[\w.]+)[^\n]*|(?<![\w@])@\(?(?P<path>[A-Za-z_][\w.]*+)(?P<call>\(?)",
    re.DOTALL | re.MULTILINE,
)
_CODE = re.compile(
    rb"""(?P<open>\{)|(?P<close>\})|@"(?:[^"]|"")*+(?:"|\Z)|"(?:[^"\\\n]|\\.)*+(?:"|$)|'(?:[^'\\\n]|\\.)'"""
    rb"""|//[^\n]*|/\*.*?(?:\*/|\Z)|@\*.*?(?:\*@|\Z)""",
    re.DOTALL | re.MULTILINE,
)
_KEYWORDS: Final = frozenset(b"if for foreach while switch lock using try do".split())


def read_razor(_path: str, source: bytes) -> Outline:
    """Return the sections and code blocks of a page; C# and HTML in it are left to their parsers."""
    outline = Outline([], rest="section")
    page: list[tuple[int, int]] = []
    end = position = 0
    closed = True
    while tag := _TAG.search(source, position):
        start, position = tag.span()
        if tag["using"]:
            outline.imports.append(Import(tag["using"].decode(), start))
        elif tag["path"]:
            if tag["call"] and tag["path"] not in _KEYWORDS:
                name = tag["path"].rpartition(b".")[2]
                outline.references.append(Reference(name.decode(), tag.end("path") - len(name)))
        elif (tag["block"] or tag["bare"]) and closed:
            closing = _closing(source, position)
            closed = closing < len(source) or source.endswith(b"}")
            if tag["block"]:
                name = (tag["name"] or tag["block"]).decode()
                outline.definitions.append(
                    Definition("large", "section", name, "", "razor", None, start, closing, start, None)
                )
            if not tag["name"]:
                outline.embedded.setdefault("csharp", []).append((position, max(position, closing - 1)))
                page.append((end, start))
                end = position = closing
    outline.embedded["html"] = [*page, (end, len(source))]
    return outline


def _closing(source: bytes, start: int) -> int:
    """Return the end of a block whose opening brace is before ``start``; that of the source where it is not closed."""
    depth = 1
    for sign in _CODE.finditer(source, start):
        depth += (sign["open"] is not None) - (sign["close"] is not None)
        if not depth:
            return sign.end()
    return len(source)
