"""Which files differ from the last commit, as far as that is known without making anybody wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from findspot import git
from findspot.cancellation import check
from findspot.core.types import EditorContext
from findspot.errors import Cancelled, FindspotError
from findspot.opening import read_small

_REST_SECONDS = 5.0
_REST_TIMES = 20.0
"""Least time between two looks, and as a multiple of what the last one took."""

_MOST = 200
_BYTES = 1 << 20
"""Files that are compared with their commit, and their size; more at once is a change of tools, no work in progress."""


class Uncommitted:
    """Looks at git in a thread of its own while an editor asks, and answers with what it saw last. ``close`` ends it."""

    def __init__(self, root: Path, indexed: Callable[[], Collection[str]]) -> None:
        """Take a resolved root, and what gives the root-relative paths in the index."""
        self._root = root
        self._indexed = indexed
        self._paths: tuple[str, ...] = ()
        self._next = 0.0
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def added_to(self, context: EditorContext) -> EditorContext:
        """Return what an editor shows with the files that git knows to be changed; never waits."""
        with self._guard:
            running = self._thread is not None and self._thread.is_alive()
            if not running and not self._stop.is_set() and time.monotonic() >= self._next:
                self._thread = threading.Thread(target=self._look, name="findspot-uncommitted", daemon=True)
                self._thread.start()
        if not self._paths:
            return context
        return replace(context, changed=tuple(dict.fromkeys((*context.changed, *self._paths))))

    def settle(self) -> None:
        """Wait until a look that is under way has ended."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def close(self) -> None:
        """Stop looking. Idempotent."""
        with self._guard:
            self._stop.set()
        self.settle()

    def _look(self) -> None:
        began = time.monotonic()
        try:
            self._paths = tuple(sorted(changed_files(self._root, self._indexed(), self._stop))[:_MOST])
        except (Cancelled, FindspotError, OSError):  # a hint less; what is wrong with the index is said elsewhere
            self._paths = ()
        took = time.monotonic() - began
        self._next = time.monotonic() + max(_REST_SECONDS, _REST_TIMES * took)


def changed_files(root: Path, indexed: Collection[str], stop: threading.Event | None = None) -> set[str]:
    """Return which of the root-relative paths in the index differ from the last commit, or are unknown to git.

    Nothing where there is no repository, no git or no commit. Raises ``Cancelled``.
    """
    place = git.find_git(root)
    head = None if place is None else git.head_commit(place)
    found = None if place is None or head is None else git.read_index(place, head, stop)
    if place is None or place.top is None or head is None or found is None:
        return set()
    inside = root.relative_to(place.top).as_posix()
    prefix = "" if inside == "." else f"{inside}/"
    here = {path: f"{prefix}{path}" for path in indexed}
    changed = {path for path, name in here.items() if name in found.staged or name not in found.blobs}
    touched = [path for path, name in here.items() if name in found.touched and path not in changed]
    for path in touched[:_MOST]:
        check(stop)
        if not _is_blob(root, path, found.blobs[here[path]]):
            changed.add(path)
    return changed


def _is_blob(root: Path, path: str, blob: str) -> bool:
    """Return whether a file still is what git has of it; line ends of Windows make no difference."""
    try:
        content = read_small(root, path, _BYTES)
    except OSError:
        return False
    wide = git.is_wide(blob)
    return blob in {git.blob_name(one, wide=wide) for one in (content, content.replace(b"\r\n", b"\n"))}
