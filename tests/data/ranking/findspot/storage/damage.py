"""What counts as damage of an index, and what as trouble of the disk or of other processes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from findspot.errors import Cancelled, IndexDamagedError, IndexStorageError

_NOT_DAMAGE = frozenset(
    {
        *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"),
        *("SQLITE_PERM", "SQLITE_NOMEM", "SQLITE_PROTOCOL", "SQLITE_NOLFS", "SQLITE_AUTH"),
    }
)
"""Errors of SQLite that say something of the disk or of other processes. All others say that what is stored is not what
was stored: our statements are fixed and known to be right."""


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    """Turn SQLite's errors into Findspot's, with words that say what to do."""
    try:
        yield
    except sqlite3.ProgrammingError as error:  # of a connection that was closed under a call
        raise IndexStorageError(f"the index was closed: {error}") from error
    except sqlite3.Error as error:
        name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])  # without what an extended code adds
        if name == "SQLITE_INTERRUPT":
            raise Cancelled("the search was stopped") from error
        if name not in _NOT_DAMAGE:
            raise IndexDamagedError(f"the index is damaged and will be built again: {error}") from error
        hint = (
            "free some space and try again"
            if name == "SQLITE_FULL"
            else "check the cache folder's permissions and space"
        )
        raise IndexStorageError(f"the index cannot be used: {error}; {hint}") from error


UNREADABLE = (TypeError, ValueError, KeyError, IndexError, OverflowError, AttributeError)
"""What Python says of a stored value that is none: text for a number, half a vector, an unknown kind."""
