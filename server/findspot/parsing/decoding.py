"""Bytes of a file to the UTF-8 source that spans count in.

Valid UTF-8 stays as it is. A byte order mark is dropped, UTF-16 with a mark is re-encoded, and a file with NUL bytes is
binary. What is no UTF-8 is read in the encoding that its bytes look like (0057), else what cannot be read becomes
U+FFFD. The text of a notebook is that of its cells. The same bytes always give the same text.
"""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from findspot.core.types import ProblemKind
from findspot.parsing.notebook import is_notebook, notebook_text

UTF8: Final = "UTF-8"

_OTHER = re.compile(rb"[^\n\x00-\x7f][^\n]*")
"""The rest of a line from its first sign that is not ASCII: plain code around it would only hide its encoding."""

_SEARCHED: Final = 1_000_000
_SAMPLE: Final = 32_768
"""Bytes that are looked through for other signs, and bytes of those that the encoding is judged by."""

_UNREADABLE: Final = 20
"""One unreadable character to so many bytes, and an encoding was not the right one."""


class Decoded(NamedTuple):
    """A file as text: normalized UTF-8 (None for a binary file), what was wrong, and in which encoding it was read."""

    text: bytes | None
    problems: tuple[ProblemKind, ...] = ()
    encoding: str = UTF8


def decode_source(raw: bytes, path: str = "") -> Decoded:
    """Return the text of the file at ``path``. Spans index into it; normalizing twice changes nothing."""
    decoded = _decoded(raw)
    if decoded.text is None or not is_notebook(path):
        return decoded
    cells = notebook_text(decoded.text)
    if cells is None:
        return decoded._replace(problems=(*decoded.problems, ProblemKind.NOTEBOOK))
    return decoded._replace(text=cells)


def _decoded(raw: bytes) -> Decoded:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = raw.decode("utf-16", "replace")
        problems = (ProblemKind.ENCODING,) if "\ufffd" in text else ()
        return _checked(text.encode("utf-8", "replace"), problems, "UTF-16")
    if raw.isascii() or b"\0" in raw:
        return _checked(raw)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.end == len(raw) and error.reason == "unexpected end of data"
        other = None if is_cut or _is_damaged(raw) else _read_otherwise(raw)
        return other or _checked(raw.decode("utf-8", "replace").encode("utf-8"), (ProblemKind.ENCODING,))
    return _checked(raw)


def _checked(source: bytes, problems: tuple[ProblemKind, ...] = (), encoding: str = UTF8) -> Decoded:
    while source.startswith(codecs.BOM_UTF8):
        source = source[len(codecs.BOM_UTF8) :]
    if b"\0" in source:
        return Decoded(None, (ProblemKind.BINARY,))
    return Decoded(source, problems, encoding)


def _is_damaged(raw: bytes) -> bool:
    """Return whether bytes are UTF-8 in which some are wrong: more other characters can be read."""
    text = raw.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return len(text) - _count_ascii(raw) - wrong > wrong


def _count_ascii(raw: bytes) -> int:
    return len(raw.translate(None, bytes(range(0x80, 0x100))))


def _sample(raw: bytes) -> bytes:
    """Return the lines to judge an encoding by, from their first sign that is not ASCII.

    A last line without an end may have been cut inside of a character, so it is used only where it is alone.
    """
    lines: list[bytes] = []
    size = 0
    for found in _OTHER.finditer(raw, 0, _SEARCHED):
        if lines and (found.end() == len(raw) or size + len(found[0]) > _SAMPLE):
            break
        lines.append(found[0])
        size += len(found[0])
    return b"\n".join(lines)[:_SAMPLE]


def _read_otherwise(raw: bytes) -> Decoded | None:
    """Return what bytes say in the encoding that they look like; None where it makes no text of them."""
    import chardet  # noqa: PLC0415 - takes a while, and hardly any file needs it

    encoding = chardet.detect(_sample(raw), encoding_era=chardet.EncodingEra.MODERN_WEB)["encoding"]
    if encoding is None or encoding.lower().startswith("utf"):
        return None
    text = raw.decode(encoding, "replace")
    if text.count("\ufffd") * _UNREADABLE > len(raw) - _count_ascii(raw):
        return None
    problems = (ProblemKind.OTHER_ENCODING, ProblemKind.ENCODING) if "\ufffd" in text else (ProblemKind.OTHER_ENCODING,)
    return _checked(text.encode("utf-8", "replace"), problems, encoding)
