"""The advisory lock of one root: one indexing process at a time, readers never wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from findspot.errors import IndexLockedError, IndexStorageError


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


def is_locked(directory: Path) -> bool:
    """Say whether some process is indexing right now."""
    try:
        with indexing_lock(directory):
            return False
    except IndexLockedError:
        return True
    except IndexStorageError:
        return False
