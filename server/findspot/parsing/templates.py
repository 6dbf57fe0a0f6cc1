"""Templates: pages with statements of another language between their text.

Read tag by tag, since their grammars lose what lies between tags, or do not exist. Blocks and macros are definitions,
what a tag calls is referenced; the page around is left to the parsers of HTML, which see blanks for the tags. The time is
linear in the source: a tag that is not closed reaches to its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from findspot.core.types import Import, Reference, SymbolKind
from findspot.parsing.nesting import Definition, Shape
from findspot.parsing.symbols import Outline

_ARGUMENTS: Final = (
    rb"\((?P<arguments>(?:[^()'\"]|'(?:[^'\\]|\\.)*+'|\"(?:[^\"\\]|\\.)*+\"|\((?:[^()]|\([^()]*+\))*+\))*+)\)"
)
"""Arguments in brackets, three deep."""


class _Tags(NamedTuple):
    """The tags of one language.

    ``tag`` finds them, with the groups ``code``, an expression that gives text, ``statement``, other code, ``word``, the
    name of a statement, and its ``arguments``. ``blocks`` are words that begin a definition, with its shape and kind,
    ``ends`` those that end one, and ``uses`` those that take in another file.
    """

    tag: re.Pattern[bytes]
    uses: frozenset[bytes]
    blocks: dict[bytes, tuple[Shape, SymbolKind]] = {}  # noqa: RUF012 - of a named tuple, nobody writes to it
    ends: frozenset[bytes] = frozenset()


def _words(text: bytes) -> frozenset[bytes]:
    return frozenset(text.split())


_SECTION: Final[tuple[Shape, SymbolKind]] = ("large", "section")
_MACRO: Final[tuple[Shape, SymbolKind]] = ("fn", "function")

_ERB = _Tags(
    re.compile(
        rb"<%%|<%\#.*?(?:%>|\Z)|<%[-_]?=+(?P<code>.*?)(?:[-_]?%>|\Z)|<%[-_]?(?P<statement>.*?)(?:[-_]?%>|\Z)", re.DOTALL
    ),
    _words(b"render include"),
)
_JINJA = _Tags(
    re.compile(
        rb"\{\#.*?(?:\#\}|\Z)|\{\{(?P<code>.*?)(?:\}\}|\Z)|\{%[-+~]?\s*+(?P<word>\w*)(?P<arguments>.*?)(?:%\}|\Z)",
        re.DOTALL,
    ),
    _words(b"extends include import from embed use render section layout"),
    {b"block": _SECTION, b"macro": _MACRO, b"partialdef": _MACRO, b"capture": _SECTION},
    _words(b"endblock endmacro endpartialdef endcapture"),
)
_HANDLEBARS = _Tags(
    re.compile(
        rb"\{\{~?!--.*?(?:--~?\}\}|\Z)|\{\{~?![^}]*+(?:\}\}|\Z)"
        rb"|\{\{~?(?P<word>\#\*inline\b|/inline\b|\#?>)(?P<arguments>.*?)(?:\}\}|\Z)"
        rb"|\{\{~?[\#/^](?P<statement>.*?)(?:\}\}|\Z)|\{\{\{?&?(?P<code>.*?)(?:\}\}\}?|\Z)",
        re.DOTALL,
    ),
    _words(b"> #>"),
    {b"#*inline": _MACRO},
    _words(b"/inline"),
)
_BLADE = _Tags(
    re.compile(
        rb"\{\{--.*?(?:--\}\}|\Z)|\{\{(?P<code>.*?)(?:\}\}|\Z)|\{!!(?P<raw>.*?)(?:!!\}|\Z)"
        rb"|(?:@php\b(?![ \t]*\()|<\?php\b)(?P<statement>.*?)(?:@endphp\b|\?>|\Z)"
        rb"|(?<![\w@])@(?P<word>[A-Za-z]\w*+)(?:[ \t]*+" + _ARGUMENTS + rb")?",
        re.DOTALL,
    ),
    _words(b"extends include includeIf includeWhen includeUnless includeFirst each component livewire use"),
    dict.fromkeys(_words(b"section push prepend fragment component"), _SECTION),
    _words(b"endsection stop show append overwrite endpush endprepend endfragment endcomponent"),
)

_STRING = re.compile(rb"""'([^'\n]{1,200})'|"([^"\n]{1,200})"|([\w./-]{1,200})""")
_NAME = re.compile(rb"""\s*+['"]?([\w.:-]{1,200})['"]?(?:\s*\([^{}]*|[\s~-]*)""")
"""The name of a block: what is more than a name and its parameters says all in one line."""

_CALLED = re.compile(
    rb"(?<![\w$])(?!(?:if|elsif|unless|for|while|switch|function|return|and|or|not|in|end|else|do|case|when)\b)"
    rb"([A-Za-z_$][\w$]{0,199}[?!]?)(?:\(|(?=[ \t]+['\":@]))"
)
_FILTERED = re.compile(rb"\|[ \t]*([A-Za-z_]\w{0,199})|" + _CALLED.pattern)
_MAX_CODE: Final = 4_000
"""Bytes of a tag that are looked through."""

_ALL = re.compile(rb"[^\n]")


def _read(language: str, tags: _Tags, _path: str, source: bytes) -> Outline:
    outline = Outline([], rest="section")
    opened: list[Definition] = []
    page: list[bytes] = []
    end = 0
    for tag in tags.tag.finditer(source):
        groups = tag.groupdict()
        gives = groups.get("code") is not None or groups.get("raw") is not None
        page += [source[end : tag.start()], _blank(tag[0], gives=gives)]
        end = tag.end()
        word, arguments = groups.get("word") or b"", groups.get("arguments") or b""
        for name in ("code", "raw", "statement", "arguments"):
            if groups.get(name):
                _note_calls(outline, source, *tag.span(name), _FILTERED if tags is _JINJA else _CALLED)
        if word in tags.ends:
            if opened:
                opened.pop().end = end
        elif word in tags.blocks and (found := _NAME.fullmatch(arguments)):
            shape, kind = tags.blocks[word]
            name, start = found[1].decode("utf-8", "replace"), tag.start()
            opened.append(Definition(shape, kind, name, "", language, None, start, end, start, end))
            outline.definitions.append(opened[-1])
        if not word:
            word, _, arguments = (groups.get("code") or groups.get("statement") or b"").strip().partition(b" ")
        word = word.partition(b"(")[0]
        if word in tags.uses and (taken := _STRING.search(source, source.index(word, tag.start()) + len(word), end)):
            target = taken[1] or taken[2] or taken[3]
            outline.imports.append(Import(target.decode("utf-8", "replace"), tag.start()))
    outline.embedded_source = b"".join((*page, source[end:]))
    outline.embedded["html"] = [(0, len(source))]
    return outline


def _blank(tag: bytes, *, gives: bool) -> bytes:
    """Return blanks as long as a tag; what gives text leaves a sign, so that a script around is still one."""
    blanks = _ALL.sub(b" ", tag)
    return b"_" + blanks[1:] if gives else blanks


def _note_calls(outline: Outline, source: bytes, start: int, end: int, called: re.Pattern[bytes]) -> None:
    for found in called.finditer(source, start, min(end, start + _MAX_CODE)):
        group = found.lastindex or 1
        outline.references.append(Reference(found[group].decode(), found.start(group)))


TEMPLATES: Final[dict[str, Callable[[str, bytes], Outline]]] = {
    "blade": partial(_read, "blade", _BLADE),
    "erb": partial(_read, "erb", _ERB),
    "handlebars": partial(_read, "handlebars", _HANDLEBARS),
    "jinja": partial(_read, "jinja", _JINJA),
}
