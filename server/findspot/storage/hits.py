"""Lexical candidates of one connection, and which chunks a question is about where that is not all of them.

A test of paths is called by SQLite, as a function, for the rows that a statement meets: nothing that is stored, bound or
kept grows with the number of files that pass it (I-22).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from findspot.storage.sql import LISTED, in_scope, listed
from findspot.storage.ties import Hit, settled

Accepts = Callable[[str, str], bool]
"""Whether a question is about a file, by its path and class; equal ones give equal answers. It includes the scope."""

_COLUMN_WEIGHTS = "2.0, 3.0, 2.0, 1.0"
"""FTS5 bm25() weights of path, name, signature, body. They only gather candidates; ranking scores them again."""

EXACT_SCOPE = 4_000
"""Chunks up to which a scope is compared vector by vector (about 8 ms) instead of through the graph."""

_LOOKED_UP = 500
"""Hits of the graph that are looked up at once."""


def condition(connection: sqlite3.Connection, accepts: Accepts | None) -> str:
    """Return a condition on the rows of ``files f`` that holds where ``accepts`` does, for statements of this connection."""
    if accepts is None:
        return "1"
    connection.create_function("accepted", 2, accepts, deterministic=True)
    return "accepted(f.path, f.path_class)"


def lexical_hits(
    connection: sqlite3.Connection, terms: Sequence[str], limit: int, scope: Sequence[str], accepts: Accepts | None
) -> list[Hit]:
    """Return (chunk id, BM25) of chunks that hold any of the terms, best first; higher is better."""
    match = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
    where, values = in_scope(scope)
    inside = f"AND lexical.rowid IN (SELECT c.id FROM files f JOIN chunks c ON c.file_id = f.id WHERE {where})"
    source = "lexical"
    if accepts is not None:
        # Asked of the chunks that hold a term, not of every file. CROSS JOIN keeps SQLite from turning that around.
        source += " CROSS JOIN chunks c ON c.id = lexical.rowid CROSS JOIN files f ON f.id = c.file_id"
    statement = (
        f"SELECT lexical.rowid, -bm25(lexical, {_COLUMN_WEIGHTS}) AS score FROM {source} WHERE lexical MATCH ? "
        f"{inside if scope else ''} AND {condition(connection, accepts)} ORDER BY score DESC LIMIT ?"
    )

    def best(width: int) -> list[Hit]:
        rows = connection.execute(statement, (match, *(values if scope else ()), width)).fetchall()
        return [(int(row[0]), float(row[1])) for row in rows]

    return settled(connection, best, limit)


def few_chunks(connection: sqlite3.Connection, scope: Sequence[str], accepts: Accepts | None) -> dict[int, int] | None:
    """Return the chunks in scope and their places in its order; None where there are more than ``EXACT_SCOPE``."""
    where, values = in_scope(scope)
    rows = connection.execute(
        f"SELECT c.id FROM files f CROSS JOIN chunks c ON c.file_id = f.id WHERE {where} "
        f"AND {condition(connection, accepts)} ORDER BY f.path, c.start_byte LIMIT ?",
        (*values, EXACT_SCOPE + 1),
    ).fetchall()
    return {int(row[0]): place for place, row in enumerate(rows)} if len(rows) <= EXACT_SCOPE else None


def hits_inside(
    connection: sqlite3.Connection,
    hits: Sequence[Hit],
    limit: int,
    scope: Sequence[str],
    accepts: Accepts | None,
    known: dict[int, bool],
) -> list[Hit]:
    """Return the first ``limit`` hits that lie in scope and that ``accepts`` takes; ``known`` remembers which chunks do."""
    where, values = in_scope(scope)
    statement = (
        "SELECT c.id FROM chunks c JOIN files f ON f.id = c.file_id "
        f"WHERE c.id IN {LISTED} AND {where} AND {condition(connection, accepts)}"
    )
    found: list[Hit] = []
    for start in range(0, len(hits), _LOOKED_UP):
        some = hits[start : start + _LOOKED_UP]
        new = [number for number, _ in some if number not in known]
        if new:
            known.update(dict.fromkeys(new, False))
            known.update((int(row[0]), True) for row in connection.execute(statement, (listed(new), *values)))
        found += [hit for hit in some if known[hit[0]]]
        if len(found) >= limit:
            break
    return found[:limit]
