"""Reading files of the workspace, so that nothing that happened since the walk can do harm."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO, NamedTuple

from findspot.core.render import content_hash
from findspot.core.types import Span
from findspot.opening import open_inside
from findspot.parsing.decoding import UTF8, decode_source
from findspot.workspace.skip_rules import read_limit
from findspot.workspace.walker import extended_path


class Source(NamedTuple):
    """A file as it is now: the hash of its bytes, its text as the UTF-8 that spans count in, and what it is written in."""

    content_hash: bytes
    text: bytes
    encoding: str = UTF8

    def slice(self, span: Span, limit: int) -> str:
        """Return the text at ``span``, at most ``limit`` bytes of it."""
        end = min(span.end_byte, span.start_byte + limit)
        return self.text[span.start_byte : end].decode("utf-8", "ignore")

    def lines_at(self, span: Span) -> tuple[int, int]:
        """Return the bytes at which the lines that ``span`` touches begin and end, without the last line end."""
        start = self.text.rfind(b"\n", 0, span.start_byte) + 1
        return start, self._end_of_line(max(span.start_byte, span.end_byte - 1))

    def lines_numbered(self, first: int, last: int) -> tuple[int, int]:
        """Return the same for the 1-based lines ``first`` to ``last``, as far as the file has them."""
        start = 0
        for _ in range(first - 1):
            found = self.text.find(b"\n", start)
            if found < 0:
                return len(self.text), len(self.text)
            start = found + 1
        end = start
        for _ in range(last - first):
            found = self.text.find(b"\n", end)
            if found < 0:
                break
            end = found + 1
        return start, max(start, self._end_of_line(end))

    def _end_of_line(self, byte: int) -> int:
        found = self.text.find(b"\n", byte)
        end = len(self.text) if found < 0 else found
        return end - 1 if end > byte and self.text[end - 1 : end] == b"\r" else end


def open_source(root: Path, path: str, *, follow: bool = False) -> BinaryIO:
    """Open the root-relative file ``path`` for reading bytes; raises what ``open_inside`` raises.

    With ``follow`` links are followed first, wherever they lead, and none is met on the way that was found.
    """
    if follow:
        real = Path(os.path.realpath(root / path))
        root, path = Path(real.anchor), real.relative_to(real.anchor).as_posix()
    return open_inside(Path(extended_path(str(root), windows=sys.platform == "win32")), path)


def read_source(root: Path, path: str, max_bytes: int, *, follow: bool = False) -> Source | None:
    """Return the root-relative file as it is now; None when it is gone, unreadable, too large or binary."""
    limit = read_limit(path, max_bytes)
    try:
        with open_source(root, path, follow=follow) as stream:
            raw = stream.read(limit + 1)
    except OSError:
        return None
    return None if len(raw) > limit else source_of(path, raw)


def source_of(path: str, raw: bytes) -> Source | None:
    """Return what the bytes of a file, or of a buffer that stands for it, say; None when they are binary."""
    text, _, encoding = decode_source(raw, path)
    return None if text is None else Source(content_hash(raw), text, encoding)
