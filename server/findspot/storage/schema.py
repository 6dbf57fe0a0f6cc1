"""The SQLite schema and how a connection to it is opened.

The file name carries ``SCHEMA_VERSION``, so a version never meets tables it does not know (I-7, V44); versions:

1. files, chunks, symbols, edges, FTS5 columns path / name / signature / body, float16 embeddings by content hash.
2. messages and files of past commits.
3. change time and inode of files.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

SCHEMA_VERSION = 3

DATABASE_NAME = f"index-v{SCHEMA_VERSION}.sqlite3"

_BUSY_SECONDS = 10.0

_SETTINGS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "cache_size = -32768",
    "temp_store = MEMORY",
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    language TEXT NOT NULL,
    path_class TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    indexed_ns INTEGER NOT NULL,
    content_hash BLOB NOT NULL
);

CREATE TABLE IF NOT EXISTS problems (
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (path, kind)
) WITHOUT ROWID;

-- AUTOINCREMENT: an id is never used again, so the vector file can be brought up to date by comparing ids alone.
CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL REFERENCES files (id),
    kind TEXT NOT NULL,
    symbol TEXT,
    signature TEXT NOT NULL,
    docstring TEXT NOT NULL,
    start_byte INTEGER NOT NULL,
    end_byte INTEGER NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    part INTEGER NOT NULL,
    content_hash BLOB NOT NULL,
    path_tokens INTEGER NOT NULL,
    name_tokens INTEGER NOT NULL,
    signature_tokens INTEGER NOT NULL,
    body_tokens INTEGER NOT NULL,
    reference_ids BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS chunks_by_file ON chunks (file_id);

CREATE VIRTUAL TABLE IF NOT EXISTS lexical USING fts5 (path, name, signature, body, tokenize = 'ascii');
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab (lexical, 'row');

CREATE TABLE IF NOT EXISTS symbols (
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES files (id),
    chunk_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    qualified_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    start_byte INTEGER NOT NULL,
    end_byte INTEGER NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS symbols_by_file ON symbols (file_id);
CREATE INDEX IF NOT EXISTS symbols_by_name ON symbols (name);

-- "Who mentions this name": names are numbered once, the edge table holds two integers a row.
CREATE TABLE IF NOT EXISTS names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS name_references (
    name_id INTEGER NOT NULL,
    chunk_id INTEGER NOT NULL,
    PRIMARY KEY (name_id, chunk_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS imports (file_id INTEGER NOT NULL REFERENCES files (id), target TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS imports_by_file ON imports (file_id);
CREATE INDEX IF NOT EXISTS imports_by_target ON imports (target);

-- Past commits by their place in the history, 0 the newest. A message has the rowid of its place, plus 1.
CREATE VIRTUAL TABLE IF NOT EXISTS messages USING fts5 (words, tokenize = 'ascii');
CREATE VIRTUAL TABLE IF NOT EXISTS message_words USING fts5vocab (messages, 'row');
CREATE TABLE IF NOT EXISTS past_files (
    path TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (path, place)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS past_files_by_place ON past_files (place);

CREATE TABLE IF NOT EXISTS embeddings (content_hash BLOB PRIMARY KEY, vector BLOB NOT NULL);
"""

TABLES_TO_EMPTY = (
    "problems",
    "symbols",
    "name_references",
    "names",
    "imports",
    "lexical",
    "messages",
    "past_files",
    "chunks",
    "files",
    "embeddings",
)
"""Order in which a rebuild empties the tables: what points at rows goes before the rows."""


def connect(
    path: Path,
    *,
    read_only: bool = False,
    busy_seconds: float = _BUSY_SECONDS,
    moves_log: bool = True,
    table: str = "meta",
) -> sqlite3.Connection:
    """Open a connection in autocommit mode; transactions are begun explicitly.

    Without ``moves_log`` SQLite does not move the write-ahead log into the database by itself.

    ``busy_seconds`` is how long a statement waits for another process that writes.

    A read-only connection never creates the file, and shows by reading from ``table`` that it can be read. When the folder itself cannot be written, SQLite cannot make
    its shared-memory file either, and the database is opened as immutable.
    """
    if not read_only:
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            if not moves_log:
                connection.execute("PRAGMA wal_autocheckpoint = 0")
        except sqlite3.Error:
            connection.close()
            raise
        return connection
    uri = path.absolute().as_uri()
    # Immutable means that the log is not read, so it is for folders only in which nobody can be writing.
    modes = ["mode=ro"] if os.access(path.parent, os.W_OK) else ["mode=ro", "immutable=1"]
    for mode in modes:
        connection = sqlite3.connect(
            f"{uri}?{mode}", uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if mode == modes[-1]:
                raise
        else:
            connection.execute("PRAGMA query_only = ON")
            return connection
    raise AssertionError("unreachable: the loop returns or raises")
