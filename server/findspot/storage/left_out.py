"""Which files have a problem and no text in the index, and how many there are for each reason."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping

from findspot.core.types import LEFT_OUT_BY_RULE, FileProblem, ProblemKind

_LEFT_OUT = """
    SELECT {} FROM problems p LEFT JOIN files f ON f.path = p.path
    WHERE (f.id IS NULL OR NOT EXISTS (SELECT 1 FROM chunks c WHERE c.file_id = f.id)) {}
"""


def rows(connection: sqlite3.Connection, path: str | None) -> Iterator[FileProblem]:
    """Yield why files, or one ``path``, had no text in the index when they were met last; by path."""
    question = _LEFT_OUT.format("p.path, p.kind, p.message", "AND p.path = ?1 " if path is not None else "")
    values = () if path is None else (path,)
    for found, kind, message in connection.execute(f"{question} ORDER BY p.path, p.kind", values):
        yield FileProblem(found, ProblemKind(kind), message)


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many files and folders each reason leaves out, as of the last pass."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'skipped'").fetchone()
    return {} if row is None else dict(json.loads(row[0]))


def new_counts(connection: sqlite3.Connection, by_rule: Mapping[ProblemKind, int] | None) -> dict[str, int] | None:
    """Count anew; None when the counts are the stored ones. Without ``by_rule`` what was known of that stays."""
    known = counts(connection)
    if by_rule is None:
        by_rule = {kind: known[kind] for kind in LEFT_OUT_BY_RULE if kind in known}
    found = dict(connection.execute(_LEFT_OUT.format("p.kind, count(*)", "GROUP BY p.kind"))) | dict(by_rule)
    return None if found == known else found


def store(connection: sqlite3.Connection, found: Mapping[str, int]) -> None:
    """Store counts, inside a transaction that the caller has begun."""
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('skipped', ?)", (json.dumps(found, sort_keys=True),)
    )
