"""Whether an index agrees with the files: work that failed and is tried again, changes that wait to be read (I-21)."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from findspot.core.types import Filled
from findspot.errors import Cancelled, FindspotError

_CATCH_UP_SECONDS = 0.5
_CATCH_UP_POLL_SECONDS = 0.002


class Work(StrEnum):
    """What can fail in the background; each kind is mended by its own success."""

    WHOLE = "whole"
    """A pass over the whole root."""

    STOPPED = "stopped"
    """A pass that somebody stopped."""

    CHANGES = "changes"
    """Files that changed while the root was watched."""

    WATCHING = "watching"
    """The watching itself; it goes on in another way, or has ended."""

    EMBEDDING = "embedding"
    """Vectors that a slow embedder has not given yet."""

    REFUSED = "refused"
    """Vectors that it does not give for some texts, whose chunks are found by their words only."""

    READ_AHEAD = "read ahead"
    """Reading functions with the localization model: answers only take longer without it."""


class Watching(Protocol):
    """What is asked of a watcher."""

    @property
    def running(self) -> bool:
        """True between ``start`` and the end of watching."""

    @property
    def settled(self) -> bool:
        """True when every change so far has been dealt with."""

    def hurry(self) -> None:
        """Deliver what has changed now."""

    def retry(self, batch: frozenset[str] | None) -> None:
        """Deliver a batch soon, and until it succeeds."""

    def start(self) -> None:
        """Begin to watch."""

    def stop(self) -> None:
        """End watching."""


class Freshness:
    """The failures of one engine, and its watcher once there is one. Any thread may note and ask."""

    def __init__(self) -> None:
        self.watcher: Watching | None = None
        self._failures: dict[Work, str] = {}
        self._guard = threading.Lock()
        self._checked = False

    def failed(self, work: Work, problem: str | Exception, hint: str = "") -> None:
        """Note a failure, in words for the user; it stays until ``mended``."""
        message = str(problem)
        if isinstance(problem, Exception) and not isinstance(problem, FindspotError):
            message = f"indexing failed inside Findspot ({type(problem).__name__}: {problem})"
        with self._guard:
            self._failures[work] = message + hint

    def refresh_failed(self, error: Exception, scope: Sequence[str] = (), *, closing: bool = False) -> None:
        """Note that a pass over the root, or over ``scope``, failed; a watcher tries it again until it is done."""
        if isinstance(error, Cancelled):
            if not closing:
                self.failed(Work.STOPPED, "indexing was stopped before all files were read")
            return
        watcher = self.watcher
        again = "" if watcher is None else "; it is tried again until it succeeds"
        self.failed(Work.CHANGES if scope else Work.WHOLE, error, again)
        if watcher is not None:
            watcher.retry(frozenset(scope) if scope else None)

    def read_ahead_ended(self, error: FindspotError | None) -> None:
        """Note how a pass of the read-ahead ended."""
        if error is None:
            self.mended(Work.READ_AHEAD)
        else:
            self.failed(Work.READ_AHEAD, error, "; the localization model does not read ahead")

    def filled(self, done: Filled | None, holes: int) -> None:
        """Note how a run that gives vectors to chunks has ended, None for one to come, and how many chunks have none."""
        if done is None:
            if self._any(Work.EMBEDDING):
                return  # why is known
            done = Filled(finished=not holes)
        self.mended(Work.EMBEDDING, Work.REFUSED)
        lexical = f"{holes:,} chunks are" if holes != 1 else "1 chunk is"
        lexical += " found by words only"
        if done.failed:
            self.failed(Work.EMBEDDING, f"{lexical}, without a vector: {done.failed}")
        elif not done.finished:
            self.failed(Work.EMBEDDING, f"{lexical} until there are vectors for all")
        elif done.refused and holes:
            self.failed(Work.REFUSED, f"{lexical}, for the embedder refuses the text: {done.refused}")

    def mended(self, *works: Work) -> None:
        """Note that work of these kinds has succeeded."""
        with self._guard:
            for work in works:
                self._failures.pop(work, None)

    def passed(self) -> None:
        """Note that a pass over the whole root has succeeded, which also makes good what failed for some files."""
        self.mended(Work.WHOLE, Work.STOPPED, Work.CHANGES)
        self._checked = True

    @property
    def watching(self) -> bool:
        """True while the folder is watched; no longer once it was gone."""
        return self.watcher is not None and self.watcher.running

    def watch_again(self) -> bool:
        """Begin once more where the folder was gone for a while; returns False where nothing has watched it yet."""
        if self.watcher is None:
            return False
        if not self.watcher.running:
            self.watcher.start()
            self.mended(Work.WATCHING)
        return True

    def catch_up(self, stop: threading.Event) -> bool:
        """Have what has changed so far dealt with now; returns False where nothing watches or it takes long."""
        watcher, give_up_at = self.watcher, time.monotonic() + _CATCH_UP_SECONDS
        while watcher is not None and watcher.running and time.monotonic() < give_up_at and not stop.is_set():
            if self.follows_files:
                return True
            watcher.hurry()
            stop.wait(_CATCH_UP_POLL_SECONDS)
        return False

    @property
    def indexing_failed(self) -> bool:
        """True while files are out of date because indexing them failed."""
        return self._any(Work.WHOLE, Work.CHANGES)

    @property
    def settled(self) -> bool:
        """True if the index follows the files, and no vector is waited for."""
        return self.follows_files and not self._any(Work.EMBEDDING)

    @property
    def follows_files(self) -> bool:
        """True if the root was compared with the index since this object was made, and nothing is failed or waiting."""
        if not self._checked or self._any(Work.WHOLE, Work.STOPPED, Work.CHANGES):
            return False
        watcher = self.watcher
        return watcher is None or watcher.settled

    @property
    def message(self) -> str:
        """All that is wrong, in words for the user; empty when nothing is."""
        with self._guard:
            return "; ".join(dict.fromkeys(self._failures.values()))

    def _any(self, *works: Work) -> bool:
        with self._guard:
            return not self._failures.keys().isdisjoint(works)
