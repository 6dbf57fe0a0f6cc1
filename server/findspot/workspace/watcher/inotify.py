"""Linux: one inotify instance that watches exactly the folders the index cares about.

watchdog's own recursive watch takes every folder, ignored ones included, and silently passes over folders it gets no
watch for; a large ``node_modules`` then uses up the system's limit and changes go unseen. So this module puts
watchdog's inotify reader to use directly: it chooses the folders, sees when the limit is reached and learns of lost events.
"""

from __future__ import annotations

import array
import errno
import fcntl
import itertools
import os
import termios
import threading
from pathlib import Path

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchDescriptor,
)

from findspot.workspace.watcher.sources import Sink

_MASK = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
)
"""Reading a file is no event here: the indexer itself reads."""

_GIT = ".git/"


class _Reader(InotifyFD):
    """watchdog's reader, which says in addition whether the kernel or itself holds events that were not handled yet."""

    def __init__(self) -> None:
        super().__init__()
        self._handling = False

    def run(self) -> None:
        """Read events and handle them, as watchdog does."""
        while self.should_keep_running():
            for event in self.read_events():
                self.handle_event(event)
            self._handling = False

    def is_drained(self) -> bool:
        """Return True if every event so far was handled."""
        waiting = array.array("i", [0])
        try:
            fcntl.ioctl(self._inotify_fd, termios.FIONREAD, waiting)
        except OSError:
            return False  # closed
        # In this order: what has left the queue is being handled, for that is noted before it is read.
        return waiting[0] == 0 and not self._handling

    def _check_inotify_fd(self) -> bool:
        ready = super()._check_inotify_fd()
        self._handling = self._handling or ready
        return ready


class InotifySource:
    """Watches the folders below ``root`` that ``sink`` does not skip, and the top of ``git_folder``."""

    def __init__(self, root: Path, git_folder: Path, sink: Sink) -> None:
        self._root = str(root).rstrip("/")
        self._git_folder = str(git_folder)
        self._sink = sink
        self._lock = threading.RLock()
        self._ids = itertools.count()
        self._folders: dict[WatchDescriptor, tuple[str, CallbackId]] = {}
        self._watches: dict[str, WatchDescriptor] = {}
        self._reader: _Reader | None = None

    def start(self) -> None:
        """See ``Source``."""
        self._reader = _Reader()
        self._reader.start()
        try:
            self.resync()
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """See ``Source``."""
        with self._lock:
            reader, self._reader = self._reader, None
            self._folders.clear()
            self._watches.clear()
        if reader is not None:
            reader.stop()
            if reader is not threading.current_thread():
                reader.join()

    def resync(self) -> None:
        """See ``Source``."""
        with self._lock:
            wanted = self._add_tree("")
            for folder, absolute in ((_GIT, self._git_folder), (f"{_GIT}info/", f"{self._git_folder}/info")):
                self._add(folder, absolute)
                wanted.add(folder)
            self._drop([folder for folder in self._watches if folder not in wanted])

    def is_alive(self) -> bool:
        """See ``Source``."""
        reader = self._reader
        return reader is not None and reader.is_alive()

    def is_drained(self) -> bool:
        """See ``Source``."""
        reader = self._reader
        return reader is not None and reader.is_drained()

    def on_event(self, event: InotifyEvent) -> None:
        """Handle one event of the kernel, in the reader's thread, which an exception would end."""
        try:
            with self._lock:
                self._handle(event)
        except OSError as error:
            self._sink.failed(error.strerror or str(error))
        except Exception as error:  # noqa: BLE001 - reported, and the thread must live
            self._sink.failed(f"a file event could not be handled: {error!r}")

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Forget a folder that is gone."""
        with self._lock:
            folder, _ = self._folders.pop(wd, (None, None))
            if folder is None:
                return
            if self._watches.get(folder) == wd:
                del self._watches[folder]
        if not folder:
            self._sink.watches_incomplete()  # the root is gone, or another folder has taken its place

    def on_queue_overflow(self) -> None:
        """Note that the kernel has thrown events away."""
        self._sink.watches_incomplete()

    def _handle(self, event: InotifyEvent) -> None:
        folder = self._folders.get(event.wd, (None, None))[0]
        if folder is None:
            return
        if not event.name:
            if not folder:  # the root itself was moved; its watches have gone with it
                self._drop(list(self._watches))
                self._sink.watches_incomplete()
            return
        path = folder + os.fsdecode(event.name)
        if not event.mask & InotifyConstants.IN_ISDIR or folder.startswith(_GIT):
            self._sink.changed(path, is_folder=False)
        elif event.is_create or event.is_moved_to:
            self._sink.changed(path, is_folder=True)
            if not self._sink.skips(path, is_folder=True):
                self._add_tree(f"{path}/")
        elif event.is_moved_from and not self._sink.skips(path, is_folder=True):
            self._drop([known for known in self._watches if known.startswith(f"{path}/")])
            self._sink.everything_changed()
        # A deleted folder needs nothing: what was in it was deleted before, each with an event of its own.

    def _add_tree(self, top: str) -> set[str]:
        """Watch ``top`` (closing ``/``, or empty) and what is below; return all folders that should be watched.

        Each folder is watched before it is listed, so that one which is made meanwhile is met either way.
        """
        wanted: set[str] = set()
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            absolute = f"{self._root}/{folder}"
            wanted.add(folder)
            self._add(folder, absolute)
            try:
                with os.scandir(absolute) as entries:
                    names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
            except OSError:
                continue  # gone or locked: the walk of the refresh reports it
            waiting += [f"{folder}{name}/" for name in names if not self._sink.skips(f"{folder}{name}", is_folder=True)]
        return wanted

    def _add(self, folder: str, absolute: str) -> None:
        if folder in self._watches or self._reader is None:
            return
        identity = CallbackId(next(self._ids))
        try:
            watch = self._reader.add_callback(os.fsencode(absolute), _MASK, self, identity)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EMFILE, errno.ENOMEM}:
                raise
            return  # gone, or no folder any more
        if watch == -1:
            return  # no permission; the walk of the refresh reports it
        self._folders[watch] = (folder, identity)
        self._watches[folder] = watch

    def _drop(self, folders: list[str]) -> None:
        dropped: list[tuple[WatchDescriptor, CallbackId]] = []
        for folder in folders:
            watch = self._watches.pop(folder)
            _, identity = self._folders.pop(watch)
            dropped.append((watch, identity))
        if self._reader is not None:
            self._reader.remove_callbacks(dropped)
