"""Gives vectors to chunks that have none, in a process that lives on: beside its other work, and again after a failure."""

from __future__ import annotations

import threading
from collections.abc import Callable

from findspot.core.types import Filled
from findspot.errors import FindspotError

SLICE_SECONDS = 2.0
"""How long one run takes, so that changed files are not kept waiting."""

_BREATH_SECONDS = 0.05
"""Between two runs: who waits for the index gets it."""

FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 300.0


class Healer:
    """One thread that calls ``fill`` until no chunk is without a vector; after a failure it rests, longer each time."""

    def __init__(self, fill: Callable[[], Filled], pause: float = FIRST_PAUSE_SECONDS) -> None:
        self._fill = fill
        self._first_pause = pause
        self._stop = threading.Event()
        self._wanted = threading.Event()
        self._thread = threading.Thread(target=self._run, name="findspot-healer", daemon=True)

    def start(self) -> None:
        """Begin, unless it has begun."""
        if not self._thread.is_alive() and not self._stop.is_set():
            self._thread.start()

    def index_changed(self) -> None:
        """Look again for chunks without a vector, after the rest if one is being taken."""
        self._wanted.set()

    def close(self) -> None:
        """End; a run that is under way must be stopped by whoever gave ``fill``. Idempotent."""
        self._stop.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stop.is_set():
            self._wanted.wait()
            if self._stop.wait(pause or _BREATH_SECONDS):
                return
            self._wanted.clear()
            try:
                done = self._fill()
            except FindspotError:  # closed, or another process indexes; what is wrong with the index a refresh says
                done = Filled(finished=False, failed="later")
            if not done.finished:
                self._wanted.set()
            failed = bool(done.failed) and not done.embedded
            pause = min(max(2 * pause, self._first_pause), _LONGEST_PAUSE_SECONDS) if failed else 0.0
