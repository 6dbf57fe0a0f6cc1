"""What has changed since the last batch, and when the next batch is due."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pending:
    """Collects changed paths until they have been quiet for a while; not thread-safe.

    A batch is due ``quiet`` seconds after the last change, but at most ``longest`` seconds after the first, so that
    a file which is written all the time cannot hold back the others. More than ``most_paths`` paths become "everything".
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
        self._failed = False

    def add(self, path: str) -> None:
        """Note that the root-relative file or folder ``path`` may have appeared, changed or gone."""
        self._note()
        self._paths.add(path)
        if len(self._paths) > self._most_paths:
            self._everything = True
            self._paths.clear()

    def add_everything(self) -> None:
        """Note that anything may have changed."""
        self._note()
        self._everything = True
        self._paths.clear()

    def after_failure(self) -> None:
        """Make the next batch, whenever it comes, a full one: the one before was not dealt with."""
        self._failed = True

    def due_in(self) -> float | None:
        """Return the seconds until a batch is due, 0 when it is; None when nothing has changed."""
        if self._first is None:
            return None
        return max(0.0, min(self._last + self._quiet, self._first + self._longest) - self._clock())

    def is_overdue(self) -> bool:
        """Tell whether the first change has waited for the longest time."""
        return self._first is not None and self._clock() >= self._first + self._longest

    def take(self) -> frozenset[str] | None:
        """Return the batch and begin a new one; None means everything. Paths inside a folder of it are left out."""
        everything, paths = self._everything or self._failed, self._paths
        self._paths, self._everything, self._first, self._failed = set(), False, None, False
        if everything:
            return None
        return frozenset(path for path in paths if not _has_parent_in(path, paths))

    def _note(self) -> None:
        self._last = self._clock()
        if self._first is None:
            self._first = self._last


def _has_parent_in(path: str, paths: set[str]) -> bool:
    while path := path.rpartition("/")[0]:
        if path in paths:
            return True
    return False
