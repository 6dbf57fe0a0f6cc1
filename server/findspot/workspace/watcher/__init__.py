"""Watching a workspace: events of the file system become few, quiet batches of changed paths.

The watcher never ends silently: whatever goes wrong is reported to ``on_error``, and when the system refuses to
watch, it looks for changes itself every few seconds.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from findspot.errors import RootError
from findspot.workspace.hidden import IGNORE_FILES
from findspot.workspace.ignore_rules import PathRules, git_folder
from findspot.workspace.walker import WalkOptions
from findspot.workspace.watcher.pending import Pending
from findspot.workspace.watcher.sources import ObserverSource, PollingSource, Source

__all__ = ["Batch", "Watcher"]

_log = logging.getLogger(__name__)

Batch = frozenset[str] | None
"""Root-relative paths of files and folders that may have appeared, changed or gone; None is "anything may have"."""

_HEALTH_SECONDS = 5.0
"""How often a quiet watcher makes sure that the root and the source of events are still there."""

_GIT_POLL_SECONDS = 0.05
"""How often it looks whether a running git command has finished."""

_RETRY_SECONDS = 1.0
_LONGEST_RETRY_SECONDS = 60.0
"""When a batch that failed is tried again; the time doubles with each failure in a row."""

_MOST_PATHS = 2000
"""A batch of more paths becomes one walk of the root: looking at 2,000 paths takes 0.2 s, as a walk of 10,000 files does."""

_GIT_CHANGES = frozenset({".git/HEAD", ".git/index"})
"""What changes when another commit is checked out; all else in the git folder says nothing about files."""

_RULE_CHANGES = frozenset({".git", ".git/config", ".git/info/exclude", ".gitmodules"})
"""What changes which files belong to the repository or are ignored, beside ignore files; so does what git tracks."""


class Watcher:
    """Calls ``on_batch`` in a thread of its own whenever files below ``root`` have changed and are quiet again.

    A batch comes ``debounce_seconds`` after the last change, at the latest ``max_delay_seconds`` after the first, and
    not while git is writing to the index. Only what the ignore rules let through counts. A batch is None ("refresh
    everything") after a checkout, when a folder was moved, an ignore file has changed, events were lost, or there
    are very many paths. When ``on_batch`` raises, its batch is part of the next one, which then comes by itself.

    ``on_error`` gets a sentence for the user on what ails the watching itself. Both callbacks may be called from several
    threads, never two batches at once. ``start`` and ``stop`` may be called any number of times; from a callback only ``stop``.
    """

    def __init__(
        self,
        root: Path,
        on_batch: Callable[[Batch], None],
        *,
        options: WalkOptions,
        on_error: Callable[[str], None],
        on_first: Callable[[], None] = lambda: None,
        debounce_seconds: float = 0.2,
        max_delay_seconds: float = 3.0,
        poll_seconds: float = 5.0,
    ) -> None:
        self._root = root
        self._on_batch = on_batch
        self._on_error = on_error
        self._on_first = on_first
        self._options = options
        self._poll_seconds = poll_seconds
        self._git_folder = git_folder(root)
        self._changes = threading.Condition()
        self._pending = Pending(debounce_seconds, max(debounce_seconds, max_delay_seconds), _MOST_PATHS)
        self._rules = self._fresh_rules()
        self._resync = False
        self._delivering = False
        self._retry_seconds = _RETRY_SECONDS
        self._broken: str | None = None
        self._stopping = threading.Event()
        self._source: Source | None = None
        self._thread: threading.Thread | None = None
        self._lifecycle = threading.Lock()

    @property
    def running(self) -> bool:
        """Return whether batches still come."""
        thread = self._thread
        return thread is not None and thread.is_alive() and not self._stopping.is_set()

    @property
    def polling(self) -> bool:
        """Return whether the watcher has to look for changes itself."""
        return isinstance(self._source, PollingSource)

    @property
    def settled(self) -> bool:
        """True when every change so far has been dealt with by ``on_batch``; never while it has to poll."""
        source = self._source
        if source is None or not self.running or not source.is_drained():
            return False
        with self._changes:
            return self._pending.empty and not self._delivering and self._broken is None

    def hurry(self) -> None:
        """Deliver what has changed so far now instead of when it is quiet."""
        with self._changes:
            self._pending.hurry()
            self._changes.notify_all()

    def retry(self, batch: Batch) -> None:
        """Deliver a batch soon, and until it succeeds: for work that failed elsewhere."""
        with self._changes:
            self._pending.restore(batch, self._retry_seconds)
            self._changes.notify_all()

    def start(self) -> None:
        """Begin to watch; every change after this returns is reported. Raises ``RootError`` when there is no root."""
        with self._lifecycle:
            if self.running:
                return
            self._join()  # a former run may still be ending
            if not self._root.is_dir():
                raise RootError(f"{self._root}: there is no such folder to watch")
            self._stopping = threading.Event()
            self._rules = self._fresh_rules()
            self._source = self._started_source()
            self._thread = threading.Thread(
                target=self._run, args=(self._stopping,), name="findspot-watcher", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End watching and wait for the threads to end; changes that were not delivered yet are dropped."""
        self._stopping.set()
        with self._changes:
            self._changes.notify_all()
        self._join()

    # ── what sources report, from their threads ─────────────────────────────────────────────────────────────────

    def skips(self, path: str, *, is_folder: bool) -> bool:
        """Return whether the index does not care about ``path``."""
        with self._changes:
            return self._rules.skips(path, is_folder=is_folder)

    def changed(self, path: str, *, is_folder: bool) -> None:
        """Note that a file, or a folder with all it holds, has appeared, changed or gone."""
        with self._changes:
            is_rule = path in _RULE_CHANGES or (path.rpartition("/")[2] in IGNORE_FILES and self._may_matter(path))
            if is_rule or path in _GIT_CHANGES:
                self._rules = self._fresh_rules()
                self._resync = True
                self._pending.add_everything()
            elif not self._rules.skips(path, is_folder=is_folder):
                if self._pending.empty:
                    self._on_first()
                self._pending.add(path)
            else:
                return
            self._changes.notify_all()

    def everything_changed(self) -> None:
        """Note that events were lost or a folder was moved."""
        with self._changes:
            self._pending.add_everything()
            self._changes.notify_all()

    def watches_incomplete(self) -> None:
        """Note that events were lost and folders may have appeared unseen."""
        with self._changes:
            self._resync = True
            self.everything_changed()

    def failed(self, message: str) -> None:
        """Note that the source of events cannot go on."""
        with self._changes:
            self._broken = self._broken or message
            self.everything_changed()

    # ── the watcher's own thread ────────────────────────────────────────────────────────────────────────────────

    def _run(self, stopping: threading.Event) -> None:
        try:
            while not stopping.is_set() and self._is_healthy():
                with self._changes:
                    if stopping.is_set():  # looked at under the lock, so that its notification is not missed
                        break
                    delay = self._pending.due_in()
                    if delay is None or delay > 0:
                        self._changes.wait(_HEALTH_SECONDS if delay is None else delay)
                        continue
                    held = not self._pending.is_overdue() and self._git_is_busy()
                if held:
                    stopping.wait(_GIT_POLL_SECONDS)
                else:
                    self._deliver()
        except Exception as error:  # noqa: BLE001 - it must not end silently
            self._tell(f"{self._root}: watching has ended because of an error: {error!r}")
        finally:
            stopping.set()
            if self._source is not None:
                self._source.stop()

    def _join(self) -> None:
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _tell(self, message: str) -> None:
        try:
            self._on_error(message)
        except Exception:  # noqa: BLE001 - a message that fails must not end the watching either
            _log.exception("the message could not be delivered: %s", message)

    def _deliver(self) -> None:
        with self._changes:
            batch = self._pending.take()
            self._delivering = True
            resync, self._resync = self._resync, False
        if resync and self._source is not None:
            try:
                self._source.resync()
            except OSError as error:
                self.failed(error.strerror or str(error))
        failed = True
        try:
            self._on_batch(batch)
            failed = False
        except Exception as error:  # noqa: BLE001 - watching must go on; whoever takes the batches knows what failed
            _log.warning("changed files could not be indexed, which is tried again: %s", error)
        with self._changes:
            self._delivering = False
            if failed:
                self._pending.restore(batch, self._retry_seconds)
                self._retry_seconds = min(2 * self._retry_seconds, _LONGEST_RETRY_SECONDS)
            else:
                self._retry_seconds = _RETRY_SECONDS

    def _is_healthy(self) -> bool:
        """Repair the source if it is broken; return False when there is nothing left to watch."""
        if not self._root.is_dir():
            self._tell(f"{self._root}: the folder is gone, so watching it has ended.")
            return False
        with self._changes:
            broken, self._broken = self._broken, None
        if broken is None and self._source is not None and not self._source.is_alive():
            broken = "the system's file events have ended"
        if broken is not None:
            if self._source is not None:
                self._source.stop()
            try:
                self._source = self._poll_instead(broken)
            except RootError as error:
                self._tell(f"{error}; watching it has ended.")
                return False
            self.everything_changed()
        return True

    def _git_is_busy(self) -> bool:
        return (self._git_folder / "index.lock").exists()

    def _may_matter(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        return not folder or not self._rules.skips(folder, is_folder=True)

    def _fresh_rules(self) -> PathRules:
        return self._options.rules(self._root)

    # ── sources ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _started_source(self) -> Source:
        if self._options.follow:
            # The system tells of changes where they are made, which may be outside of the root.
            polling = PollingSource(self._root, self._options, self._poll_seconds, self)
            polling.start()
            return polling
        source = self._native_source()
        try:
            source.start()
        except OSError as error:
            return self._poll_instead(error.strerror or str(error))
        return source

    def _native_source(self) -> Source:
        if sys.platform == "linux":
            from findspot.workspace.watcher.inotify import InotifySource  # noqa: PLC0415 - works on Linux only

            source: Source = InotifySource(self._root, self._git_folder, self)
        else:
            source = ObserverSource(self._root, self._git_folder, self)
        return source

    def _poll_instead(self, reason: str) -> Source:
        self._tell(
            f"{self._root}: the system cannot report file changes ({reason}); "
            f"looking for them every {self._poll_seconds:g} seconds instead."
        )
        source = PollingSource(self._root, self._options, self._poll_seconds, self)
        source.start()
        return source
