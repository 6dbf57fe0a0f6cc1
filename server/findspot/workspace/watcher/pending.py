"""What has changed since the last batch, and when the next batch is due."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable


class Pending:
    """Collects changed paths until they have been quiet for a while; not thread-safe.

    A batch is due ``quiet`` seconds after the last change, but at most ``longest`` seconds after the first, so that
    a file which is written all the time cannot hold back the others. More than ``most_paths`` paths become "everything".
    A batch that could not be dealt with is put back with ``restore`` and is part of the next one.
    """

    def __init__(
        self, quiet: float, longest: float, most_paths: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._quiet = quiet
        self._longest = longest
        self._most_paths = most_paths
        self._clock = clock
        self._paths: set[str] = set()
        self._everything = False
        self._first: float | None = None
        self._last = 0.0
        self._retry_at: float | None = None

    def add(self, path: str) -> None:
        """Note that the root-relative file or folder ``path`` may have appeared, changed or gone."""
        self._note()
        self._add([path])

    def add_everything(self) -> None:
        """Note that anything may have changed."""
        self._note()
        self._add(None)

    def hurry(self) -> None:
        """Let a batch that waits for quiet be due now."""
        if self._first is not None:
            self._last = self._first = self._clock() - self._longest

    def restore(self, batch: Iterable[str] | None, seconds: float) -> None:
        """Put back a batch that could not be dealt with; it is due again in ``seconds``, or with the next change."""
        self._add(batch)
        self._retry_at = self._clock() + seconds

    @property
    def empty(self) -> bool:
        """True when no batch is to come."""
        return self.due_in() is None

    def due_in(self) -> float | None:
        """Return the seconds until a batch is due, 0 when it is; None when there is nothing to do."""
        due = [] if self._first is None else [min(self._last + self._quiet, self._first + self._longest)]
        if self._retry_at is not None:
            due.append(self._retry_at)
        return max(0.0, min(due) - self._clock()) if due else None

    def is_overdue(self) -> bool:
        """Return whether the first change has waited for the longest time."""
        return self._first is not None and self._clock() >= self._first + self._longest

    def take(self) -> frozenset[str] | None:
        """Return the batch and begin a new one; None means everything. Paths inside a folder of it are left out."""
        everything, paths = self._everything, self._paths
        self._paths, self._everything, self._first, self._retry_at = set(), False, None, None
        if everything:
            return None
        return frozenset(path for path in paths if not _has_parent_in(path, paths))

    def _add(self, paths: Iterable[str] | None) -> None:
        if paths is not None and not self._everything:
            self._paths.update(paths)
        if paths is None or len(self._paths) > self._most_paths:
            self._everything = True
            self._paths.clear()

    def _note(self) -> None:
        self._last = self._clock()
        if self._first is None:
            self._first = self._last


def _has_parent_in(path: str, paths: set[str]) -> bool:
    while path := path.rpartition("/")[0]:
        if path in paths:
            return True
    return False
