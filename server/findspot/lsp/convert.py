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
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes, urlsplit

from lsprotocol import types

from findspot.core.types import AnswerStatus, IndexStatus, RefreshReport, SearchResult, Span

Encoding = str
"""``utf-8``, ``utf-16`` or ``utf-32``: what one column counts."""

_LONE_RETURN = re.compile(r"\r(?!\n)")
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
    if not raw.startswith(b"/") or b"\0" in raw or "\0" in parts.netloc:
        return None
    name = raw.decode("utf-8", "replace") if windows else os.fsdecode(raw)
    if parts.netloc and parts.netloc.lower() != "localhost":
        if not windows:  # a file of another machine; "//host/x" would be a file of this one
            return None
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
    result: SearchResult, root_uri: str, content: bytes | None, encoding: Encoding, *, include_text: bool
) -> dict[str, Any]:
    """Return one result as the JSON object of ``findspot/search`` and ``findspot/localize``.

    ``content`` is the text of its file that the engine answered from, as in ``Answer.contents``.
    """
    place = range_of(result.span, content, encoding)
    lines = [_line_of_number(result, place.start.line, number) for number in (result.best_line, *result.matches)]
    found: dict[str, Any] = {
        "uri": uri_in_root(root_uri, result.path),
        "range": _range_json(place),
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
        "exact": result.exact,
        "bestLine": lines[0],
        "matches": lines[1:],
    }
    if include_text:
        found["text"] = _text_in_range(result, content)
        found["truncated"] = result.truncated
    return found


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


def _range_json(found: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": found.start.line, "character": found.start.character},
        "end": {"line": found.end.line, "character": found.end.character},
    }


def symbol_of(result: SearchResult, root_uri: str, content: bytes | None, encoding: Encoding) -> types.WorkspaceSymbol:
    """Return one result as a workspace symbol: the bare name, contained in its class and file."""
    owner, _, name = (result.symbol or "").rpartition(".")
    return types.WorkspaceSymbol(
        name=name or result.path.rpartition("/")[2],
        kind=_SYMBOL_KINDS.get(result.kind, types.SymbolKind.File),
        container_name=f"{owner} in {result.path}" if owner else result.path,
        location=types.Location(uri=uri_in_root(root_uri, result.path), range=range_of(result.span, content, encoding)),
    )


def answer_status_json(statuses: Sequence[AnswerStatus], failures: Sequence[str] = ()) -> dict[str, Any]:
    """Return the status of an answer made from one or several roots: the least finished of them counts.

    ``failures`` are messages of roots that could not be searched; with one of them no answer is complete.
    """
    first = statuses[0]
    order = ("indexing", "empty", "failed", "aborted", "ready")
    state = min((status.state.value for status in statuses), key=order.index)
    models = dict.fromkeys(status.model for status in statuses)
    exact = [status.exact for status in statuses if status.exact is not None]
    by_meaning = all(status.by_meaning for status in statuses)
    # What one folder lacks is no news where another has it.
    telling = [one for one in statuses if not (any(exact) and not one.exact) and one.by_meaning == by_meaning]
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
        "exact": any(exact) if exact else None,
        "byMeaning": by_meaning,
        "notes": list(dict.fromkeys(note for status in telling for note in status.notes)),
        "message": "; ".join(messages),
    }


def index_status_json(status: IndexStatus, root_uri: str) -> dict[str, Any]:
    """Return the index of one root as an object of ``findspot/status``."""
    return {
        "root": root_uri,
        "state": status.state.value,
        "complete": status.complete,
        "files": status.files,
        "chunks": status.chunks,
        "holes": status.holes,
        "sizeBytes": status.size_bytes,
        "indexed": status.indexed,
        "total": status.total,
        "generation": status.generation,
        "embedder": status.embedder,
        "localizationModel": status.localization_model,
        "ranker": status.ranker,
        "otherProcessIndexing": status.other_process_indexing,
        "message": status.message,
        "problems": dict(status.problems),
        "quarantined": [{"path": clean(problem.path), "message": problem.message} for problem in status.quarantined],
        "skipped": dict(status.skipped),
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
