"""The advisory lock of one root: one indexing process at a time, readers never wait."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from findspot.errors import IndexLockedError, IndexStorageError

_OPENING_SECONDS = 10.0

_log = logging.getLogger(__name__)


@contextmanager
def indexing_lock(directory: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock; raises ``IndexLockedError`` when another process has it after ``wait_seconds``.

    The operating system frees the lock when its process ends, however it ends.
    """
    lock = FileLock(directory / "index.lock", timeout=wait_seconds)
    try:
        directory.mkdir(parents=True, exist_ok=True)  # somebody may have emptied the cache meanwhile
        lock.acquire(poll_interval=0.02)
    except Timeout:
        raise IndexLockedError("another process is indexing this folder; try again when it is done") from None
    except OSError as error:
        raise IndexStorageError(f"the index folder {directory} cannot be locked: {error}") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def opening_lock(directory: Path) -> Iterator[None]:
    """Let one process at a time create or check the files: SQLite does not wait for everything that needs waiting for.

    Where no lock can be had (a folder that cannot be written) nothing is created either, so it goes on without.
    """
    lock = FileLock(directory / "open.lock", timeout=_OPENING_SECONDS)
    try:
        lock.acquire(poll_interval=0.01)
    except (Timeout, OSError) as error:
        _log.info("the index is opened without a lock: %s", error)
    try:
        yield
    finally:
        if lock.is_locked:
            lock.release()


def is_locked(directory: Path) -> bool:
    """Say whether some process is indexing right now."""
    try:
        with indexing_lock(directory):
            return False
    except IndexLockedError:
        return True
    except IndexStorageError:
        return False
