"""Where news of changes come from: the operating system through watchdog, or a walk every few seconds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from watchdog.events import (
    EVENT_TYPE_CLOSED_NO_WRITE,
    EVENT_TYPE_CREATED,
    EVENT_TYPE_MODIFIED,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from findspot.errors import RootError
from findspot.workspace.walker import FoundFile, WalkOptions, walk


class Sink(Protocol):
    """What a source reports to, from any thread; paths are root-relative, those of the git folder begin with .git/."""

    def skips(self, path: str, *, is_folder: bool) -> bool:
        """Return whether the index does not care about ``path``."""

    def changed(self, path: str, *, is_folder: bool) -> None:
        """Note that a file, or a folder with all it holds, has appeared, changed or gone."""

    def everything_changed(self) -> None:
        """Note that events were lost or a folder was moved."""

    def watches_incomplete(self) -> None:
        """Note that events were lost and folders may have appeared unseen."""

    def failed(self, message: str) -> None:
        """Note that this source cannot go on."""


class Source(Protocol):
    """A running source of events."""

    def start(self) -> None:
        """Begin; what changes after this returns is reported. Raises ``OSError`` when the system refuses."""

    def stop(self) -> None:
        """End, and wait for the threads to end."""

    def resync(self) -> None:
        """Watch what the present ignore rules want watched; raises ``OSError`` when the system refuses."""

    def is_alive(self) -> bool:
        """Return whether events still come."""

    def is_drained(self) -> bool:
        """Return True if every change that the system knows of was reported, False if that cannot be said."""


class ObserverSource:
    """The native observer of watchdog on one recursive watch: FSEvents on macOS, directory changes on Windows.

    ``git_folder`` is watched as well when it lies outside the root, as that of a worktree does.
    """

    def __init__(self, root: Path, git_folder: Path, sink: Sink) -> None:
        self._root = root
        self._git_folder = git_folder
        self._sink = sink
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """See ``Source``."""
        observer = Observer()
        handler = _Handler(self.handle, self._sink)
        observer.schedule(handler, str(self._root), recursive=True)
        if not self._git_folder.is_relative_to(self._root) and self._git_folder.is_dir():
            observer.schedule(handler, str(self._git_folder), recursive=False)
        observer.start()
        self._observer = observer

    def stop(self) -> None:
        """See ``Source``."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def resync(self) -> None:
        """Nothing to do: the watch covers all folders."""

    def is_alive(self) -> bool:
        """See ``Source``."""
        observer = self._observer
        return observer is not None and all(thread.is_alive() for thread in (observer, *observer.emitters))

    def is_drained(self) -> bool:
        """See ``Source``; the systems behind it keep their queues to themselves, which are milliseconds long."""
        return True

    def handle(self, event: FileSystemEvent) -> None:
        """Report one event of watchdog."""
        if event.event_type in {EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE}:
            return
        if event.is_directory and event.event_type == EVENT_TYPE_MODIFIED:
            return  # its entries have events of their own
        for raw in (event.src_path, event.dest_path):
            path = self._relative(raw) if raw else None
            if path is None:
                continue
            if path == ".":
                self._sink.everything_changed()
            elif not event.is_directory or event.event_type == EVENT_TYPE_CREATED:
                self._sink.changed(path, is_folder=event.is_directory)
            elif not self._sink.skips(path, is_folder=True):
                self._sink.everything_changed()  # a folder that was moved or deleted

    def _relative(self, path: bytes | str) -> str | None:
        absolute = Path(os.fsdecode(path))
        if absolute.is_relative_to(self._root):
            return absolute.relative_to(self._root).as_posix()
        if absolute.is_relative_to(self._git_folder):
            return f".git/{absolute.relative_to(self._git_folder).as_posix()}"
        return None


class _Handler(FileSystemEventHandler):
    """Passes events on; what goes wrong is reported, for an exception would end watchdog's thread."""

    def __init__(self, handle: Callable[[FileSystemEvent], None], sink: Sink) -> None:
        self._handle = handle
        self._sink = sink

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Report one event."""
        try:
            self._handle(event)
        except Exception as error:  # noqa: BLE001 - reported, and the thread must live
            self._sink.failed(f"a file event could not be handled: {error!r}")


class PollingSource:
    """Walks the root every ``interval`` seconds and compares; for systems that allow no (more) watches."""

    def __init__(self, root: Path, options: WalkOptions, interval: float, sink: Sink) -> None:
        self._root = root
        self._options = options
        self._interval = interval
        self._sink = sink
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="findspot-polling", daemon=True)
        self._known: dict[str, FoundFile] = {}

    def start(self) -> None:
        """See ``Source``."""
        self._known = self._look()
        self._thread.start()

    def stop(self) -> None:
        """See ``Source``."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def resync(self) -> None:
        """Nothing to do: each walk reads the rules anew."""

    def is_alive(self) -> bool:
        """See ``Source``."""
        return self._thread.is_alive()

    def is_drained(self) -> bool:
        """See ``Source``; what has changed since the last look is not known."""
        return False

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            try:
                found = self._look()
            except RootError:
                self._sink.everything_changed()  # the watcher sees that the root is gone
                return
            for path in sorted(path for path, _ in found.items() ^ self._known.items()):
                self._sink.changed(path, is_folder=False)
            self._known = found

    def _look(self) -> dict[str, FoundFile]:
        return walk(self._root, self._options).files
