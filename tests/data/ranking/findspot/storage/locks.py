"""The advisory lock of one root: one indexing process at a time, readers never wait."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from filelock import FileLock, Timeout

from findspot.errors import IndexLockedError, IndexStorageError, reason
from findspot.stopping import check

_OPENING_SECONDS = 10.0

_LOCK = "index.lock"

_MARKER = "indexing"
"""File that stands beside the lock while somebody holds it."""

_POLL_SECONDS = 0.02

_LEAST_WAIT_SECONDS = 0.2
"""A lock that is taken may be one that somebody only looks at, after a kill; that takes less than a millisecond."""

_log = logging.getLogger(__name__)


@contextmanager
def indexing_lock(directory: Path, wait_seconds: float = 0.0, stop: Event | None = None) -> Iterator[None]:
    """Hold the lock; raises ``IndexLockedError`` when another process has it after ``wait_seconds``.

    The operating system frees the lock when its process ends, however it ends. Raises ``Cancelled`` once ``stop`` is
    set while it waits.
    """
    lock = FileLock(directory / _LOCK)
    until = time.monotonic() + max(wait_seconds, _LEAST_WAIT_SECONDS)
    marker = directory / _MARKER
    try:
        directory.mkdir(parents=True, exist_ok=True)  # somebody may have emptied the cache meanwhile
        while not _acquired(lock):
            if time.monotonic() >= until:
                raise IndexLockedError("another process is indexing this folder; try again when it is done")
            check(stop)
            time.sleep(_POLL_SECONDS)
        marker.touch()
    except OSError as error:
        lock.release()
        raise IndexStorageError(f"the index folder {directory} cannot be locked: {reason(error)}") from error
    try:
        yield
    finally:
        with suppress(OSError):
            marker.unlink()
        lock.release()


@contextmanager
def opening_lock(directory: Path, seconds: float = _OPENING_SECONDS) -> Iterator[bool]:
    """Let one process at a time create or check the files: SQLite does not wait for everything that needs waiting for.

    Where no lock can be had (a folder that cannot be written) nothing is created either, so it goes on without; yields
    whether there is one.
    """
    lock = FileLock(directory / "open.lock", timeout=seconds)
    try:
        lock.acquire(poll_interval=0.01)
    except (Timeout, OSError) as error:
        _log.info("the index is opened without a lock: %s", error)
    try:
        yield lock.is_locked
    finally:
        if lock.is_locked:
            lock.release()


def is_locked(directory: Path) -> bool:
    """Return True if some process is indexing right now.

    Whoever holds the lock leaves a marker beside it, so looking does not take the lock; only what a killed process has
    left is found out, and removed, by taking it.
    """
    marker = directory / _MARKER
    lock = FileLock(directory / _LOCK)
    try:
        if not marker.exists():
            return False
        if not _acquired(lock):
            return True
        try:
            marker.unlink(missing_ok=True)
        finally:
            lock.release()
    except OSError:
        return False
    return False


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True
