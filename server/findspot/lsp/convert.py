r"""Between Findspot's words and the protocol's: paths and URIs, spans and ranges, results and JSON.

This is the only module that translates positions (I-3). Inside, a place is a half-open UTF-8 byte range with
1-based lines; outside, it is a 0-based line and a column counted in the units that the client chose: bytes
(``utf-8``), two-byte units (``utf-16``) or characters (``utf-32``). Lines end at ``\n``, ``\r\n`` and
``\r`` only, as the protocol says; a form feed or U+2028 is a character like any other.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes, urlsplit

from lsprotocol import types

from findspot.core.types import AnswerStatus, IndexStatus, RefreshReport, SearchResult, Span

Encoding = str
"""``utf-8``, ``utf-16`` or ``utf-32``: what one column counts."""

_EOL = re.compile(r"\r\n|\n|\r")
_DRIVE = re.compile(r"^/[A-Za-z]:")

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


def clean(text: str) -> str:
    """Return ``text`` with lone surrogates replaced, so that it can be written as UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def apply_change(text: str, change: types.TextDocumentContentChangeEvent, encoding: Encoding) -> str:
    """Return ``text`` after one ``didChange`` event; positions beyond a line or the end mean its end."""
    if not isinstance(change, types.TextDocumentContentChangePartial):
        return change.text
    start = offset_of(text, change.range.start, encoding)
    end = max(start, offset_of(text, change.range.end, encoding))
    return text[:start] + change.text + text[end:]


def offset_of(text: str, position: types.Position, encoding: Encoding) -> int:
    """Return the index into ``text`` (characters) of a client's position."""
    start, end = 0, len(text)
    line = 0
    for match in _EOL.finditer(text):
        if line == position.line:
            end = match.start()
            break
        line += 1
        start = match.end()
    if line < position.line:
        return len(text)
    return start + _characters(text[start:end], position.character, encoding)


def _characters(line: str, column: int, encoding: Encoding) -> int:
    if encoding == "utf-32" or line.isascii():
        return min(column, len(line))
    if encoding == "utf-8":
        return len(line.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))
    return len(line.encode("utf-16-le", "surrogatepass")[: 2 * column].decode("utf-16-le", "ignore"))


def range_of(span: Span, text: str, contents: Iterable[bytes], encoding: Encoding) -> types.Range:
    """Return the range of ``span`` in the first of ``contents`` (buffer, file) that still holds its ``text``.

    ``text`` is what was indexed there. Where none holds it at that place, the bytes of the span mean nothing
    any more; the answer is then whole lines, from the first to the last of the span.
    """
    for content in contents:
        if _holds(content, span, text):
            start = _position(content, span.start_byte, encoding)
            return types.Range(start=start, end=_position(content, span.end_byte, encoding))
    return types.Range(
        start=types.Position(line=max(0, span.start_line - 1), character=0),
        end=types.Position(line=max(1, span.end_line), character=0),
    )


def _holds(content: bytes, span: Span, text: str) -> bool:
    if not 0 <= span.start_byte <= span.end_byte <= len(content):
        return False
    piece = text.encode("utf-8", "replace")[: span.end_byte - span.start_byte]
    return content.startswith(piece, span.start_byte)


def _position(content: bytes, offset: int, encoding: Encoding) -> types.Position:
    """Return the position of a byte offset; counting is done by the C code of ``bytes``, without a loop."""
    newlines = content.count(b"\n", 0, offset)
    returns = content.count(b"\r", 0, offset) - content.count(b"\r\n", 0, min(len(content), offset + 1))
    start = max(content.rfind(b"\n", 0, offset), content.rfind(b"\r", 0, offset)) + 1
    if start == offset and content[offset - 1 : offset + 1] == b"\r\n":
        # Between the two bytes of one line end: the end of that line, not the start of the next.
        start = max(content.rfind(b"\n", 0, offset - 1), content.rfind(b"\r", 0, offset - 1)) + 1
        offset -= 1
    if start == 0 and content.startswith(codecs.BOM_UTF8):
        start = min(offset, len(codecs.BOM_UTF8))
    return types.Position(line=newlines + returns, character=_units(content[start:offset], encoding))


def _units(prefix: bytes, encoding: Encoding) -> int:
    if encoding == "utf-8" or prefix.isascii():
        return len(prefix)
    decoded = prefix.decode("utf-8", "replace")
    return len(decoded) if encoding == "utf-32" else len(decoded.encode("utf-16-le")) // 2


# --- paths --------------------------------------------------------------------------------------------------


def path_of_uri(uri: str, *, windows: bool = os.name == "nt") -> Path | None:
    """Return the absolute path of a ``file:`` URI with ``.`` and ``..`` resolved by name, None for any other URI.

    Understands percent-encoding, Windows drive letters (``file:///c%3A/x``) and UNC hosts (``file://host/share``).
    """
    name = _file_name(uri, windows=windows)
    return None if name is None else Path(os.path.normpath(name))


def _file_name(uri: str, *, windows: bool) -> str | None:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file":
        return None
    raw = unquote_to_bytes(parts.path)
    if not raw.startswith(b"/") or b"\0" in raw:
        return None
    name = raw.decode("utf-8", "replace") if windows else os.fsdecode(raw)
    if parts.netloc and parts.netloc.lower() != "localhost":
        name = f"//{parts.netloc}{name}"
    elif windows and _DRIVE.match(name):
        name = name[1:]
    return name.replace("/", "\\") if windows else name


def uri_of_path(path: Path) -> str:
    """Return the ``file:`` URI of an absolute path."""
    return path.as_uri()


def uri_in_root(root_uri: str, path: str) -> str:
    """Return the URI of a root-relative path, spelled after the client's own URI of the root.

    Editors compare URIs as text, so a drive letter or a link in the root must come back as it was written.
    """
    encoded = quote(path) if path.isascii() else quote_from_bytes(os.fsencode(path))
    return f"{root_uri.rstrip('/')}/{encoded}"


# --- results ------------------------------------------------------------------------------------------------


def result_json(
    result: SearchResult, root_uri: str, contents: Iterable[bytes], encoding: Encoding, *, include_text: bool
) -> dict[str, Any]:
    """Return one result as the JSON object of ``findspot/search`` and ``findspot/localize``."""
    found: dict[str, Any] = {
        "uri": uri_in_root(root_uri, result.path),
        "range": _range_json(_range_of_result(result, contents, encoding)),
        "root": root_uri,
        "path": clean(result.path),
        "symbol": result.symbol,
        "kind": result.kind,
        "score": result.score,
        "probability": result.probability,
        "rank": result.rank,
        "stage": result.stage,
        "evidence": [asdict(item) for item in result.evidence],
        "fresh": result.fresh,
    }
    if include_text:
        found["text"] = result.text
    return found


def _range_of_result(result: SearchResult, contents: Iterable[bytes], encoding: Encoding) -> types.Range:
    if not result.fresh:  # bytes were counted in a text that is gone; lines are the better guess
        contents = ()
    # The span of a file is all of it, while its text is the best place inside.
    text = "" if result.kind == "file" else result.text
    return range_of(result.span, text, contents, encoding)


def _range_json(found: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": found.start.line, "character": found.start.character},
        "end": {"line": found.end.line, "character": found.end.character},
    }


def symbol_of(
    result: SearchResult, root_uri: str, contents: Iterable[bytes], encoding: Encoding
) -> types.WorkspaceSymbol:
    """Return one result as a workspace symbol: the bare name, contained in its class and file."""
    owner, _, name = (result.symbol or "").rpartition(".")
    return types.WorkspaceSymbol(
        name=name or result.path.rpartition("/")[2],
        kind=_SYMBOL_KINDS.get(result.kind, types.SymbolKind.File),
        container_name=f"{owner} in {result.path}" if owner else result.path,
        location=types.Location(
            uri=uri_in_root(root_uri, result.path), range=_range_of_result(result, contents, encoding)
        ),
    )


def answer_status_json(statuses: Sequence[AnswerStatus], failures: Sequence[str] = ()) -> dict[str, Any]:
    """Return the status of an answer made from one or several roots: the least finished of them counts.

    ``failures`` are messages of roots that could not be searched; with one of them no answer is complete.
    """
    first = statuses[0]
    order = ("indexing", "empty", "failed", "aborted", "ready")
    state = min((status.state.value for status in statuses), key=order.index)
    models = dict.fromkeys(status.model for status in statuses)
    messages = dict.fromkeys([*(status.message for status in statuses if status.message), *failures])
    return {
        "state": state,
        "complete": not failures and all(status.complete for status in statuses),
        "lexical": all(status.lexical for status in statuses),
        "dense": all(status.dense for status in statuses),
        "model": first.model if len(models) == 1 else "; ".join(models),
        "files": sum(status.files for status in statuses),
        "chunks": sum(status.chunks for status in statuses),
        "elapsedSeconds": round(max(status.elapsed_seconds for status in statuses), 6),
        "here": max((status.here for status in statuses if status.here is not None), default=None),
        "likely": sum(known) if (known := [one.likely for one in statuses if one.likely is not None]) else None,
        "message": "; ".join(messages),
    }


def index_status_json(status: IndexStatus, root_uri: str) -> dict[str, Any]:
    """Return the index of one root as an object of ``findspot/status``."""
    return {
        "root": root_uri,
        "state": status.state.value,
        "files": status.files,
        "chunks": status.chunks,
        "holes": status.holes,
        "sizeBytes": status.size_bytes,
        "indexed": status.indexed,
        "total": status.total,
        "generation": status.generation,
        "embedder": status.embedder,
        "reranker": status.reranker,
        "ranker": status.ranker,
        "otherProcessIndexing": status.other_process_indexing,
        "message": status.message,
        "problems": dict(status.problems),
    }


def report_json(report: RefreshReport, root_uri: str) -> dict[str, Any]:
    """Return what a refresh did as an object of ``findspot/index``."""
    return {
        "root": root_uri,
        "state": report.state.value,
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "embedded": report.embedded,
        "seconds": round(report.seconds, 6),
        "skipped": dict(report.skipped),
        "problems": [
            {"path": clean(problem.path), "kind": problem.kind.value, "message": problem.message}
            for problem in report.problems
        ],
    }
