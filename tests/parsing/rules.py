"""What holds for every parsed file (I-10), checked in one place. Blank means ASCII white space."""

from __future__ import annotations

from findspot.core.types import ParsedFile
from findspot.parsing.chunker import parse
from findspot.parsing.decoding import decode_source
from findspot.parsing.parsers import Parsers


def check(path: str, source: bytes, parsers: Parsers | None = None) -> ParsedFile:
    """Parse, and check that the chunks are exact, in order, and hold all that is not blank."""
    parsed = parse(path, source, parsers=parsers or Parsers())
    text = decode_source(source, path).text
    if text is None:
        assert not parsed.chunks
        return parsed
    position = 0
    line = 1
    counted = 0
    for chunk in parsed.chunks:
        start, end = chunk.span.start_byte, chunk.span.end_byte
        assert start < end
        assert chunk.text == text[start:end].decode()
        assert text[start:end].strip()
        line, counted = line + text.count(b"\n", counted, start), start
        assert chunk.span.start_line == line
        assert chunk.span.end_line == line + text.count(b"\n", start, end - 1)
        if chunk.kind != "window":
            assert start >= position
        assert not text[position:start].strip()
        position = max(position, end)
    assert not text[position:].strip()
    for symbol in parsed.symbols:
        assert 0 <= symbol.span.start_byte < symbol.span.end_byte <= len(text)
        assert symbol.name
    for reference in parsed.references:
        assert text.startswith(reference.name.encode(), reference.byte)
    return parsed
