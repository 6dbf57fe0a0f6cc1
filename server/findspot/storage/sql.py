"""Pieces of statements, and statements that stand in more than one place.

Lists of values are one parameter each, so that no statement grows with what is asked for (I-22).

A list is bound as one JSON array and unpacked by ``json_each``; SQLite limits the number of variables and the depth of
expressions, and both would be reached by a few hundred paths.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

LISTED = "(SELECT value FROM json_each(?))"
"""What stands after ``IN`` for a list that is bound as ``listed(values)``."""


Fact = Literal["complete", "declined"]
"""What an index notes of itself: a whole pass has ended; somebody did not want it to be built."""


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


def read_generation(connection: sqlite3.Connection) -> int:
    """Return the number of the last change that this connection sees."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
    return 0 if row is None else int(row[0])


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Begin a transaction, and commit it or take it back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # a full disk may have rolled back by itself
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextlib.contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all statements inside see one state of the database."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def bump_generation(connection: sqlite3.Connection) -> None:
    """Count a change."""
    # It starts at the time in milliseconds, so that a database made anew never repeats numbers of the one before it.
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('generation', CAST(strftime('%s', 'now') AS INTEGER) * 1000) "
        "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
    )


def check_integrity(connection: sqlite3.Connection) -> None:
    """Let SQLite check what has no seal, about 0.6 s for 100 MB; raises ``sqlite3.DatabaseError``."""
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != ("ok",):
        raise sqlite3.DatabaseError(f"malformed: {found}")


def escape_like(text: str) -> str:
    """Return text as a pattern of LIKE with a backslash for ESCAPE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def note(connection: sqlite3.Connection, key: Fact) -> None:
    """Note that something is so."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, '1')", (key,))


def is_noted(connection: sqlite3.Connection, key: Fact) -> bool:
    """Return whether that was noted."""
    return connection.execute("SELECT 1 FROM meta WHERE key = ? AND value = '1'", (key,)).fetchone() is not None
