"""The present text of workspace files, and whether it is still the text that was indexed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from findspot.core.render import content_hash
from findspot.core.types import Span
from findspot.indexing.reading import open_source
from findspot.parsing.decoding import decode_source


class Source(NamedTuple):
    """A file as it is now: the hash of its bytes, and its text as the UTF-8 that spans count in."""

    content_hash: bytes
    text: bytes

    def slice(self, span: Span, limit: int) -> str:
        """Return the text at ``span``, at most ``limit`` bytes of it."""
        end = min(span.end_byte, span.start_byte + limit)
        return self.text[span.start_byte : end].decode("utf-8", "ignore")

    def lines(self, span: Span, limit: int) -> str:
        """Return the lines of ``span`` as far as the file still has them: for text that moved since it was indexed."""
        lines = self.text.splitlines(keepends=True)[span.start_line - 1 : span.end_line]
        return b"".join(lines)[:limit].decode("utf-8", "ignore")


def read_source(root: Path, path: str, max_bytes: int) -> Source | None:
    """Return the root-relative file as it is now; None when it is gone, unreadable, too large or binary."""
    try:
        with open_source(root, path) as stream:
            raw = stream.read(max_bytes + 1)
    except OSError:
        return None
    if len(raw) > max_bytes:
        return None
    text, _ = decode_source(raw)
    return None if text is None else Source(content_hash(raw), text)
