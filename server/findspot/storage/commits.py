"""The past in the index: words of messages, and which files each commit changed. Statements on a given connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from findspot.core.ranking.nearness import PastChange
from findspot.storage.records import PastCommit
from findspot.storage.sql import LISTED, listed


class PastMatches(NamedTuple):
    """Messages that hold any of some terms.

    ``messages`` has (place, words); ``frequencies`` in how many of all ``total`` messages each term occurs; ``files``
    the paths that each of the commits changed.
    """

    messages: list[tuple[int, str]]
    frequencies: dict[str, int]
    total: int
    files: dict[int, list[str]]


class Changes(NamedTuple):
    """How a file was changed lately: the place of its newest commit (0 is the newest of all), and how often."""

    newest: int
    times: int


def replace(connection: sqlite3.Connection, head: str, commits: Sequence[PastCommit]) -> None:
    """Store the past that ends with the commit ``head`` in place of what was stored."""
    connection.execute("DELETE FROM messages")
    connection.execute("DELETE FROM past_files")
    connection.executemany(
        "INSERT INTO messages (rowid, words) VALUES (?, ?)", [(one.place + 1, one.words) for one in commits]
    )
    connection.executemany(
        "INSERT OR IGNORE INTO past_files (path, place) VALUES (?, ?)",
        [(path, one.place) for one in commits for path in one.paths],
    )
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('past_head', ?)", (head,))


def head(connection: sqlite3.Connection) -> str:
    """Return the commit that the stored past ends with; empty when none is stored."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'past_head'").fetchone()
    return "" if row is None else str(row[0])


def matching(connection: sqlite3.Connection, terms: Sequence[str], limit: int) -> PastMatches:
    """Return at most ``limit`` messages that hold any of the terms, best first by SQLite's BM25."""
    total = int(connection.execute("SELECT count(*) FROM messages_docsize").fetchone()[0])
    if not terms or not total:
        return PastMatches([], {}, total, {})
    frequencies: dict[str, int] = {}
    frequencies.update(
        connection.execute(f"SELECT term, doc FROM message_words WHERE term IN {LISTED}", (listed(terms),))
    )
    if not frequencies:
        return PastMatches([], {}, total, {})
    match = " OR ".join('"' + term.replace('"', '""') + '"' for term in frequencies)
    rows = connection.execute(
        "SELECT rowid - 1, words FROM messages WHERE messages MATCH ? ORDER BY bm25(messages), rowid LIMIT ?",
        (match, limit),
    ).fetchall()
    files: dict[int, list[str]] = {}
    for place, path in connection.execute(
        f"SELECT place, path FROM past_files WHERE place IN {LISTED} ORDER BY place, path",
        (listed(row[0] for row in rows),),
    ):
        files.setdefault(int(place), []).append(path)
    return PastMatches([(int(row[0]), str(row[1])) for row in rows], frequencies, total, files)


def changes(connection: sqlite3.Connection, paths: Sequence[str]) -> dict[str, Changes]:
    """Return for each file that the stored past names when and how often it was changed."""
    found: dict[str, Changes] = {}
    for path, newest, count in connection.execute(
        f"SELECT path, min(place), count(*) FROM past_files WHERE path IN {LISTED} GROUP BY path", (listed(paths),)
    ):
        found[path] = Changes(int(newest), int(count))
    return found


def changed_with(connection: sqlite3.Connection, paths: Sequence[str], limit: int) -> list[PastChange]:
    """Return what else the newest ``limit`` commits of each file changed, and that they changed it itself."""
    rows = connection.execute(
        "SELECT origin.path, origin.place, past_files.path FROM (SELECT path, place, row_number() OVER "
        f"(PARTITION BY path ORDER BY place) AS number FROM past_files WHERE path IN {LISTED}) AS origin "
        "JOIN past_files ON past_files.place = origin.place WHERE origin.number <= ?",
        (listed(paths), limit),
    )
    return [PastChange(str(origin), int(place), str(path)) for origin, place, path in rows]


def recent_functions(connection: sqlite3.Connection, limit: int) -> list[int]:
    """Return chunks that begin a function in a source file: those of lately changed files first, then by path."""
    rows = connection.execute(
        "SELECT c.id FROM chunks c JOIN files f ON f.id = c.file_id LEFT JOIN "
        "(SELECT path, min(place) AS newest FROM past_files GROUP BY path) p ON p.path = f.path "
        "WHERE c.kind IN ('function', 'method') AND c.part = 0 AND f.path_class = 'source' "
        "ORDER BY p.newest IS NULL, p.newest, f.path, c.start_byte LIMIT ?",
        (limit,),
    ).fetchall()
    return [int(row[0]) for row in rows]
