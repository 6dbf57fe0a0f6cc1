r"""Between Findspot's words and the protocol's: paths and URIs, spans and ranges, results and JSON.

This is the only module that translates positions (I-3). Inside, a place is a half-open UTF-8 byte range with
1-based lines; outside, it is a 0-based line and a column counted in the units that the client chose: bytes
(``utf-8``), two-byte units (``utf-16``) or characters (``utf-32``). Lines end at ``\n``, ``\r\n`` and
``\r`` only, as the protocol says; a form feed or U+2028 is a character like any other.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_from_bytes

from lsprotocol import types

from findspot.core.identifiers import split_symbol
from findspot.core.text import without_surrogates
from findspot.core.types import SearchResult, Span
from findspot.lsp.answers import PlacedResult, Position, Range

Encoding = str
"""``utf-8``, ``utf-16`` or ``utf-32``: what one column counts."""

_EOL = re.compile(r"\r\n|\n|\r")
_LONE_RETURN = re.compile(r"\r(?!\n)")

_SYMBOL_KINDS = {
    "function": types.SymbolKind.Function,
    "method": types.SymbolKind.Method,
    "class": types.SymbolKind.Class,
    "interface": types.SymbolKind.Interface,
    "struct": types.SymbolKind.Struct,
    "enum": types.SymbolKind.Enum,
    "trait": types.SymbolKind.Interface,
    "type": types.SymbolKind.Class,
    "module": types.SymbolKind.Module,
    "namespace": types.SymbolKind.Namespace,
    "constant": types.SymbolKind.Constant,
    "variable": types.SymbolKind.Variable,
    "field": types.SymbolKind.Field,
    "macro": types.SymbolKind.Function,
    "section": types.SymbolKind.String,
}


# --- text ---------------------------------------------------------------------------------------------------


def fitting(line: str, column: int, encoding: Encoding) -> int:
    """Return how many characters of ``line`` lie before ``column``; a column inside of a character is before it."""
    if units(line, encoding) <= column:
        return len(line)
    if encoding == "utf-32" or line.isascii():
        return column
    return bisect_right(range(len(line)), column, key=lambda count: units(line[:count], encoding)) - 1


def units(text: str, encoding: Encoding) -> int:
    """Return how many columns a text takes; a lone surrogate takes as many as what stands for it."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass"))


_WORD = re.compile(r"\w+")


def word_at(text: str, line: int, column: int, encoding: Encoding) -> str | None:
    """Return the word at a position of a text, None where none is; a cursor behind a word means that word."""
    lines = _EOL.split(text, line + 1)
    if line >= len(lines):
        return None
    at = fitting(lines[line], column, encoding)
    return next((word[0] for word in _WORD.finditer(lines[line]) if word.start() <= at <= word.end()), None)


def range_of(span: Span, content: bytes | None, encoding: Encoding) -> types.Range:
    """Return the range of ``span`` in ``content``, the text that it counts in.

    Without one the bytes of the span mean nothing any more; the answer is then whole lines, from the first to the last.
    """
    if content is not None and 0 <= span.start_byte <= span.end_byte <= len(content):
        start = _position(content, span.start_byte, encoding)
        return types.Range(start=start, end=_position(content, span.end_byte, encoding))
    return types.Range(
        start=types.Position(line=max(0, span.start_line - 1), character=0),
        end=types.Position(line=max(1, span.end_line), character=0),
    )


def _position(content: bytes, offset: int, encoding: Encoding) -> types.Position:
    """Return the position of a byte offset; counting is done by the C code of ``bytes``, without a loop."""
    newlines = content.count(b"\n", 0, offset)
    returns = content.count(b"\r", 0, offset) - content.count(b"\r\n", 0, min(len(content), offset + 1))
    start = max(content.rfind(b"\n", 0, offset), content.rfind(b"\r", 0, offset)) + 1
    if start == offset and content[offset - 1 : offset + 1] == b"\r\n":
        # Between the two bytes of one line end: the end of that line, not the start of the next.
        start = max(content.rfind(b"\n", 0, offset - 1), content.rfind(b"\r", 0, offset - 1)) + 1
        offset -= 1
    return types.Position(
        line=newlines + returns, character=units(content[start:offset].decode("utf-8", "replace"), encoding)
    )


# --- paths --------------------------------------------------------------------------------------------------


def folder_uris(folders: Sequence[str] | None, root_uri: str | None, root_path: str | None) -> list[str]:
    """Return the folders that ``initialize`` names: the list, or else the older single root."""
    if folders:
        return list(folders)
    if root_uri:
        return [root_uri]
    if root_path:
        return [Path(root_path).absolute().as_uri()]
    return []


def uri_in_root(root_uri: str, path: str) -> str:
    """Return the URI of a root-relative path, spelled after the client's own URI of the root.

    Editors compare URIs as text, so a drive letter or a link in the root must come back as it was written.
    """
    encoded = quote(path) if path.isascii() else quote_from_bytes(os.fsencode(path))
    return f"{root_uri.rstrip('/')}/{encoded}"


# --- results ------------------------------------------------------------------------------------------------


def placed(
    result: SearchResult, root_uri: str, content: bytes | None, encoding: Encoding, *, include_text: bool
) -> PlacedResult:
    """Return one result as ``findspot/search`` and ``findspot/localize`` give it; its lines count as in its range.

    ``content`` is the text of its file that the engine answered from, as in ``Answer.contents``.
    """
    place = range_of(result.span, content, encoding)
    lines = [_line_of_number(result, place.start.line, number) for number in (result.best_line, *result.matches)]
    more: dict[str, Any] = {"text": _text_in_range(result, content)} if include_text else {}
    return PlacedResult.of_result(
        result,
        root_uri,
        include_text=include_text,
        uri=uri_in_root(root_uri, result.path),
        range=_range_message(place),
        path=without_surrogates(result.path),
        best_line=lines[0],
        matches=tuple(lines[1:]),
        **more,
    )


def _text_in_range(result: SearchResult, content: bytes | None) -> str:
    """Return the text at the range of a result, which may begin and end inside of its lines."""
    if content is None:
        return result.text
    begin = content.rfind(b"\n", 0, result.span.start_byte) + 1
    end = begin + len(result.text.encode("utf-8", "replace")) if result.truncated else result.span.end_byte
    return content[result.span.start_byte : end].decode("utf-8", "ignore")


def _line_of_number(result: SearchResult, first: int, number: int | None) -> int | None:
    """Return the protocol's line of a numbered line of a result that begins at its line ``first``.

    Numbers count line feeds, as most tools do; to the protocol a lone carriage return ends a line, too.
    """
    if number is None:
        return None
    ahead = number - result.span.start_line
    before = "\n".join(result.text.split("\n")[:ahead]) if "\r" in result.text else ""
    return first + ahead + len(_LONE_RETURN.findall(before))


def _range_message(found: types.Range) -> Range:
    start, end = (Position.model_construct(line=at.line, character=at.character) for at in (found.start, found.end))
    return Range.model_construct(start=start, end=end)


def symbol_of(result: SearchResult, root_uri: str, content: bytes | None, encoding: Encoding) -> types.WorkspaceSymbol:
    """Return one result as a workspace symbol: the bare name, contained in its class and file."""
    owner, name = split_symbol(result.symbol or "")
    return types.WorkspaceSymbol(
        name=name or result.path.rpartition("/")[2],
        kind=_SYMBOL_KINDS.get(result.kind, types.SymbolKind.File),
        container_name=f"{owner} in {result.path}" if owner else result.path,
        location=types.Location(uri=uri_in_root(root_uri, result.path), range=range_of(result.span, content, encoding)),
    )
