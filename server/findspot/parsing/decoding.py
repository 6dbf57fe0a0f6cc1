"""Bytes of a file to the UTF-8 source that spans count in.

Valid UTF-8 stays as it is. A byte order mark is dropped, UTF-16 with a mark is re-encoded, bytes that are no
UTF-8 become U+FFFD, and a file with NUL bytes is binary.
"""

from __future__ import annotations

import codecs

from findspot.core.types import ProblemKind


def decode_source(raw: bytes) -> tuple[bytes | None, tuple[ProblemKind, ...]]:
    """Return normalized UTF-8 and what was wrong; None instead of bytes for a binary file.

    Spans index into the returned bytes. Normalizing twice changes nothing.
    """
    problems: tuple[ProblemKind, ...] = ()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = raw.decode("utf-16", "replace")
        if "\ufffd" in text:
            problems = (ProblemKind.ENCODING,)
        raw = text.encode("utf-8", "replace")
    while raw.startswith(codecs.BOM_UTF8):
        raw = raw[len(codecs.BOM_UTF8) :]
    if b"\0" in raw:
        return None, (ProblemKind.BINARY,)
    if raw.isascii():
        return raw, problems
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace").encode("utf-8"), (ProblemKind.ENCODING,)
    return raw, problems
