"""A SQLite file of the cache folder that all roots share and nothing depends on: losing it costs time only.

So every failure is a miss: a lock that is not free in time, a full disk, a damaged file, which is thrown away.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from findspot.storage.damage import storage_errors
from findspot.storage.files import private_folder, remove_database
from findspot.storage.schema import connect

_log = logging.getLogger(__name__)


class SharedDatabase:
    """One such file, opened when it is first needed. Thread-safe: one thread at a time uses it."""

    def __init__(self, path: Path, schema: str, *, what: str, busy_seconds: float, older: tuple[str, ...] = ()) -> None:
        """Name the file, and what it holds for messages; ``older`` are names of earlier formats, which are removed."""
        self._path = path
        self._schema = schema
        self._what = what
        self._busy_seconds = busy_seconds
        self._older = older
        self._lock = threading.Lock()
        self._given_up = False
        self._opened: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def using(self) -> Iterator[sqlite3.Connection | None]:
        """Lend the connection, None once the file turned out not to be usable; what SQLite raises inside is a miss."""
        with self._lock:
            connection = self._connection()
            try:
                yield connection
            except sqlite3.OperationalError as error:
                _log.info("%s: %s", self._what, error)
                if connection is not None and connection.in_transaction:
                    with contextlib.suppress(sqlite3.Error):  # a full disk may have rolled back by itself
                        connection.execute("ROLLBACK")
            except (sqlite3.DatabaseError, TypeError) as error:  # TypeError: a stored value of another kind
                self._give_up(error)
                with contextlib.suppress(OSError):  # on Windows, while another process has it open
                    remove_database(self._path)

    def close(self) -> None:
        """Close the file; later uses miss."""
        with self._lock:
            self._given_up = True
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _connection(self) -> sqlite3.Connection | None:
        if self._opened is None and not self._given_up:
            try:
                private_folder(self._path.parent)
                for name in self._older:
                    remove_database(self._path.with_name(name))
                # SQLite gives its log the mode of the file; what stands in it is for its owner only.
                with contextlib.suppress(OSError):  # SQLite says what is wrong, and reads what cannot be written
                    os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
                self._opened = connect(self._path, busy_seconds=self._busy_seconds)
                self._opened.executescript(self._schema)
            except (OSError, sqlite3.Error) as error:
                self._give_up(error)
        return self._opened

    def _give_up(self, error: Exception) -> None:
        """Go on without the file: all is computed again, which only takes longer."""
        _log.warning("%s: not usable, answers and indexing will take longer: %s", self._what, error)
        self._given_up = True
        if self._opened is not None:
            with contextlib.suppress(sqlite3.Error):
                self._opened.close()
            self._opened = None


def shared_rows(path: Path, question: str, values: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield rows of such a file without opening it for writing; raises ``IndexDamagedError``, ``IndexStorageError``."""
    if not path.exists():
        return
    with storage_errors(), contextlib.closing(connect(path, read_only=True, table="sqlite_master")) as connection:
        yield from connection.execute(question, values)
