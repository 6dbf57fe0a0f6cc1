"""The threads that work for one client, and who goes first.

An event loop takes notes and sends answers; all work runs in three small pools: searches, localize calls, and one thread
for indexing, so that neither a long model call nor an indexing run ever stands before a search (I-15). Each call
has a stop event, set when its caller is cancelled, when what it works on is taken away, or at the end.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from findspot.service.messages import Mode

T = TypeVar("T")


class Foreground:
    """Counts the requests that a person waits for; indexing gives way to them."""

    def __init__(self) -> None:
        self._running = 0
        self._changed = threading.Condition()

    @property
    def running(self) -> int:
        """How many requests are being worked on in a thread at this moment."""
        return self._running

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count one request for as long as its thread works."""
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def give_way(self, seconds: float) -> None:
        """Wait until no request runs, at most ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: self._running == 0, timeout=seconds)


class Scheduler:
    """The pools of one client; methods belong to the event loop's thread unless they say otherwise."""

    def __init__(self) -> None:
        self.foreground = Foreground()
        self._pools = {
            mode: ThreadPoolExecutor(max_workers=mode.value[1], thread_name_prefix=f"findspot-{mode.value[0]}")
            for mode in Mode
        }
        self._calls: dict[object, tuple[threading.Event, object]] = {}
        self._ending = False

    async def run(
        self,
        mode: Mode,
        work: Callable[[threading.Event], T],
        owner: object = None,
        stop: threading.Event | None = None,
    ) -> T:
        """Run ``work`` in a thread with a stop event; a cancelled caller sets the event and goes on at once.

        ``owner`` is what the work belongs to, for ``stop_all``.
        """
        event = threading.Event() if stop is None else stop
        if self._ending:
            event.set()
        key = object()
        self._calls[key] = (event, owner)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pools[mode], work, event)
        except asyncio.CancelledError:
            event.set()
            raise
        finally:
            del self._calls[key]

    def stop_all(self, owner: object) -> None:
        """Tell the calls that belong to ``owner`` to stop."""
        for stop, of in list(self._calls.values()):
            if of is owner:
                stop.set()

    def end(self) -> None:
        """Tell all calls to stop, those to come as well; returns at once."""
        self._ending = True
        for stop, _ in list(self._calls.values()):
            stop.set()

    def drop_waiting(self) -> None:
        """Forget the calls that no thread has taken up yet; from any thread, after ``end``."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        """Wait for the threads; from any thread, after ``end``."""
        for pool in self._pools.values():
            pool.shutdown(wait=True)
