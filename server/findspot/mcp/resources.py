"""Lines of files under addresses that a client can keep: ``findspot://ROOT/PATH#L1-L20``."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote

from findspot.errors import QueryError

TEMPLATE = "findspot://{root}/{+path}{#lines}"
"""RFC 6570; ``lines`` are written ``L1-L20``."""

_URI = re.compile(r"findspot://([^/?#]{1,1024})/([^?#]{1,16384})(?:#L(\d{1,9})(?:-L?(\d{1,9}))?)?")


class SpanAddress(NamedTuple):
    """Lines of a file of a root that the client knows by its name."""

    root: str
    path: str
    start_line: int
    end_line: int | None


def read_address(uri: str) -> SpanAddress:
    """Return what an address means; raises ``QueryError``."""
    found = _URI.fullmatch(uri)
    if found is None:
        raise QueryError(f"{uri[:200]} is no address of lines; they are written findspot://ROOT/PATH#L1-L20")
    root, path, first, last = found.groups()
    start = int(first) if first else 1
    return SpanAddress(unquote(root), unquote(path), max(start, 1), int(last) if last else (start if first else None))


def address(root: str, path: str, start_line: int, end_line: int) -> str:
    """Return the address of lines of a file."""
    return f"findspot://{quote(root, safe='')}/{quote(path)}#L{start_line}-L{end_line}"
