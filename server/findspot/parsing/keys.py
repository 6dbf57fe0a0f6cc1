"""The keys of YAML, JSON, TOML and INI files and the elements of XML, each with the bytes that it spans.

Read by lines and signs, in linear time: a template language around YAML, comments in JSON and what a file leaves open
break nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_DEEPEST: Final = 24
"""Levels of keys that are told apart; what lies deeper belongs to the level above."""

_LONGEST: Final = 200
"""Characters of a key or value that are kept."""


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list (``item``); ``text`` is a value that is no list and no mapping.

    ``start`` and ``end`` are bytes, from the key to the end of its value. ``label`` tells an element of XML from others of
    its name.
    """

    name: str
    start: int
    end: int = 0
    item: bool = False
    text: str = ""
    label: str = ""
    inside: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Keys:
    """The documents of a file, each with its topmost entries in ``inside``, and the spans of its comments."""

    documents: list[Entry] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)


_DASHES = re.compile(rb"(?:-(?:[ \t]+|$))+")
_YAML_KEY = re.compile(
    rb"""(?:"([^"\n]{1,200})"|'([^'\n]{1,200})'"""
    rb"""|((?:\{\{[^}\n]{1,200}\}\}|[^\s"'#\[\]{},&*!|>%@`?:-]|[?:-](?=\S))[^\n]{0,200}?))[ \t]*:(?=\s|\Z)[ \t]*"""
)
_TEMPLATE = re.compile(rb"\{[{%#]")
_BLOCK = re.compile(rb"(?:[&!]\S+[ \t]+)*[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$")
_ANCHOR = re.compile(rb"(?:[&!]\S*[ \t]*)+$")


def yaml_keys(source: bytes) -> Keys:
    """Read YAML by its indentation; the lines of a template around it belong to what they stand in."""
    return _Yaml().read(source)


class _Yaml:
    def __init__(self) -> None:
        self._keys = Keys()
        self._open: list[tuple[int, Entry]] = []
        self._last = 0
        self._block = -1

    def read(self, source: bytes) -> Keys:
        self._begin(0)
        position = 0
        for raw in source.split(b"\n"):
            byte, position = position, position + len(raw) + 1
            text = raw.strip()
            if not text:
                continue
            begin, end = byte + len(raw) - len(raw.lstrip()), byte + len(raw.rstrip())
            if self._block >= 0 and begin - byte > self._block:
                self._last = end
                continue
            self._block = -1
            if text.startswith(b"#"):
                self._keys.comments.append((begin, end))
            elif raw.startswith((b"---", b"...")):
                self._close(-1)
                self._begin(position)
            else:
                self._read_line(text, begin - byte, begin, end)
        self._close(-1)
        return self._keys

    def _begin(self, start: int) -> None:
        document = Entry("", start, start)
        self._keys.documents.append(document)
        self._open = [(-1, document)]

    def _read_line(self, text: bytes, column: int, byte: int, end: int) -> None:
        dashes = _DASHES.match(text)
        at = 0
        if dashes:
            for dash in re.finditer(rb"-", dashes[0]):
                self._close(column + dash.start(), dash=True)
                self._add("", column + dash.start(), byte + dash.start(), item=True)
            at = dashes.end()
        key = _YAML_KEY.match(text, at)
        if key and b" #" not in key[0]:
            self._close(column + at)
            name = key[1] or key[2] or key[3]
            entry = self._add(name.decode("utf-8", "replace"), column + at, byte + at)
            value = text[key.end() :]
        elif dashes:
            entry, value = self._open[-1][1], text[at:]
        else:
            self._last = end
            return
        self._last = end
        if _BLOCK.match(value):
            self._block = self._open[-1][0]
        elif not _ANCHOR.match(value) and not value.startswith(b"#"):
            entry.text = _scalar(value)

    def _add(self, name: str, column: int, byte: int, *, item: bool = False) -> Entry:
        entry = Entry(name, byte, byte, item)
        self._open[-1][1].inside.append(entry)
        if len(self._open) <= _DEEPEST:
            self._open.append((column, entry))
        return entry

    def _close(self, column: int, *, dash: bool = False) -> None:
        """End what does not hold a line at a column; an item may stand as far left as the key of its list."""
        while len(self._open) > 1 or column < 0:
            at, entry = self._open[-1]
            if at < column or (at == column and dash and not entry.item) or not self._open:
                return
            entry.end = max(entry.start, self._last)
            self._open.pop()
            if not self._open:
                return


_JSON_TOKEN = re.compile(rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[{}\[\],:]|[^\s{}\[\],:"'/]+""", re.DOTALL)  # fmt: skip


def json_keys(source: bytes) -> Keys:
    """Read JSON, with or without comments, quotes around keys and commas at the end."""
    document = Entry("", 0, len(source.rstrip()))
    keys = Keys([document])
    inside: list[Entry | None] = [document]
    lists = [False]
    before: re.Match[bytes] | None = None
    key: Entry | None = None
    for token in _JSON_TOKEN.finditer(source):
        sign = token[0][:1]
        if sign == b"/":
            if len(token[0]) > 1:
                keys.comments.append(token.span())
            continue
        holder = inside[-1]
        if sign == b":" and before is not None and holder is not None and not lists[-1]:
            key = Entry(_scalar(before[0]), before.start(), before.end())
            holder.inside.append(key)
        elif sign in b"{[":
            if lists[-1] and holder is not None:
                key = Entry("", token.start(), token.end(), item=True)
                holder.inside.append(key)
            opened = document if len(inside) == 1 else key
            inside.append(opened if len(inside) <= _DEEPEST else None)
            lists.append(sign == b"[")
            key = None
        elif sign in b"}]":
            if len(inside) > 1:
                closed = inside.pop()
                lists.pop()
                if closed is not None:
                    closed.end = token.end()
            key = None
        elif sign == b",":
            key = None
        elif key is not None:
            key.text, key.end = _scalar(token[0]), token.end()
        before = token if sign not in b"{}[],:" else None
    return keys


_HEADER = re.compile(rb"\[{1,2}[ \t]*([^\[\]\n]{1,200}?)[ \t]*\]{1,2}[ \t]*(?:[#;].*)?$")
_PAIR = re.compile(rb"""("[^"\n]{1,200}"|'[^'\n]{1,200}'|[\w$@/*-][\w.$@/*\-"' ]{0,199}?)[ \t]*[=:][ \t]*(.*)""")
_QUOTED = re.compile(rb"""\"(?:[^"\\]|\\.)*\"|'[^']*'|#.*""")
_LONG_QUOTES: Final = (b'"""', b"'''")


def toml_keys(source: bytes) -> Keys:
    """Read the tables of TOML and the sections of INI files, each with its pairs; a list may run over lines."""
    document = Entry("", 0, len(source.rstrip()))
    keys = Keys([document])
    table = document
    quote = b""
    brackets = position = last = 0
    for raw in source.split(b"\n"):
        byte, position = position, position + len(raw) + 1
        text = raw.strip()
        begin, end = byte + len(raw) - len(raw.lstrip()), byte + len(raw.rstrip())
        if quote:
            quote = b"" if quote in text else quote
        elif not text or text[:1] in {b"#", b";"}:
            if text:
                keys.comments.append((begin, end))
            continue
        elif header := _HEADER.match(text) if brackets <= 0 or raw.startswith(b"[") else None:
            table.end = max(table.end, last) if table is not document else table.end
            table = Entry(_scalar(header[1]), begin, end, text.startswith(b"[["))
            document.inside.append(table)
            brackets = 0
        elif brackets > 0:
            brackets += _unclosed(text)
        elif pair := _PAIR.match(text):
            value = pair[2].strip()
            table.inside.append(Entry(_scalar(pair[1]), begin, end, text=_scalar(value)))
            quote = next((sign for sign in _LONG_QUOTES if value.startswith(sign) and value.find(sign, 3) < 0), b"")
            brackets = _unclosed(value) if value[:1] in {b"[", b"{"} else 0
        if table.inside:
            table.inside[-1].end = end
        last = end
    if table is not document:
        table.end = last
    return keys


_XML_TOKEN = re.compile(
    rb"""<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<[?!][^>]*>"""
    rb"""|<(?P<close>/?)(?P<tag>[\w:.-]{1,200})(?P<rest>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>""",
    re.DOTALL,
)
_XML_LABEL = re.compile(rb"""[\s:](?:name|id|key|Include)\s*=\s*["']([^"'<]{1,200})["']""", re.IGNORECASE)
_XML_LABELS: Final = frozenset(("artifactId", "name", "id"))


def xml_keys(source: bytes) -> Keys:
    """Read the elements of XML; the outermost is the document. What is not closed ends with what it stands in."""
    document = Entry("", 0, len(source.rstrip()))
    keys = Keys([document])
    waiting: list[tuple[bytes, Entry]] = []
    begun = 0
    for token in _XML_TOKEN.finditer(source):
        tag, end = token["tag"], token.end()
        if tag is None:
            if token[0].startswith(b"<!--"):
                keys.comments.append(token.span())
        elif not token["close"]:
            if waiting or document.inside:
                holder = waiting[-1][1] if waiting else document
                label = _XML_LABEL.search(token["rest"])
                entry = Entry(
                    tag.decode("utf-8", "replace"), token.start(), end, label=_scalar(label[1]) if label else ""
                )
                holder.inside.append(entry)
            else:
                entry = document
            if not token["rest"].endswith(b"/") and len(waiting) < _DEEPEST:
                waiting.append((tag, entry))
                begun = end
        elif any(tag == one for one, _ in waiting):
            while waiting:
                one, entry = waiting.pop()
                entry.end = max(entry.end, end)
                if not entry.inside:
                    entry.text = _scalar(source[begun : token.start()])
                found = next((held.text for held in entry.inside if held.name in _XML_LABELS), "")
                entry.label = entry.label or found
                if one == tag:
                    break
    return keys


def _unclosed(text: bytes) -> int:
    """Return how many brackets a part of a line opens more than it closes."""
    bare = _QUOTED.sub(b"", text)
    return bare.count(b"[") + bare.count(b"{") - bare.count(b"]") - bare.count(b"}")


def _scalar(value: bytes) -> str:
    return value[: 4 * _LONGEST].decode("utf-8", "replace").strip().strip("\"'")[:_LONGEST]
