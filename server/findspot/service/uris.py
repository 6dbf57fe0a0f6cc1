"""``file:`` URIs, as editors and agents name files."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from findspot.errors import QueryError

_DRIVE = re.compile(r"^/[A-Za-z]:")


def path_of_uri(uri: str, *, windows: bool = os.name == "nt") -> Path | None:
    """Return the absolute path of a ``file:`` URI with ``.`` and ``..`` resolved by name, None for any other URI.

    Understands percent-encoding, Windows drive letters (``file:///c%3A/x``) and UNC hosts (``file://host/share``).
    """
    name = _file_name(uri, windows=windows)
    return None if name is None else Path(os.path.normpath(name))


def file_of_uri(uri: str) -> Path:
    """Return the same, and raise ``QueryError`` for a URI of anything but a file of this machine."""
    path = path_of_uri(uri)
    if path is None:
        raise QueryError(f"'{uri}' is not a file: URI; only files on this machine's disk can be searched")
    return path


def _file_name(uri: str, *, windows: bool) -> str | None:
    try:
        parts = urlsplit(uri)
        raw = unquote_to_bytes(parts.path)
    except ValueError:  # also for half of a surrogate pair
        return None
    if parts.scheme.lower() != "file":
        return None
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
