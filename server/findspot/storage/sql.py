"""Lists of values in statements: one parameter each, so that no statement grows with what is asked for (I-22).

A list is bound as one JSON array and unpacked by ``json_each``; SQLite limits the number of variables and the depth of
expressions, and both would be reached by a few hundred paths.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

LISTED = "(SELECT value FROM json_each(?))"
"""What stands after ``IN`` for a list that is bound as ``listed(values)``."""


def listed(values: Iterable[str] | Iterable[int]) -> str:
    """Return the parameter for one ``LISTED``."""
    return json.dumps(list(values))


def in_scope(scope: Sequence[str], table: str = "files") -> tuple[str, tuple[str, ...]]:
    """Return a condition on ``path`` (and its values) that holds for the rows of ``table`` in ``scope``.

    ``scope`` holds root-relative files and folders; none, or the root itself, is everything. ``table`` has an index on
    ``path``, in which each entry is looked up once: its own row, and the range of what lies below it.
    """
    paths = [entry.rstrip("/") for entry in scope]
    if not paths or "" in paths:
        return "1", ()
    # "0" follows "/" in byte order, so the range holds all that begins with the folder and "/". CROSS JOIN keeps SQLite
    # from scanning the table for each entry.
    below = "inner.path > outer.value || '/' AND inner.path < outer.value || '0'"
    parts = (
        f"SELECT inner.path FROM json_each(?) AS outer CROSS JOIN {table} AS inner ON {condition}"
        for condition in ("inner.path = outer.value", below)
    )
    entries = listed(paths)
    return f"path IN ({' UNION ALL '.join(parts)})", (entries, entries)
