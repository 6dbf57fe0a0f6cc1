"""Giving up when the caller has lost interest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from threading import Event, Lock

from findspot.errors import Cancelled

LOOK_SECONDS = 0.05
"""Between two looks at whether a caller that waits still wants to."""


def check(stop: Event | None) -> None:
    """Raise ``Cancelled`` once the caller has set ``stop``."""
    if stop is not None and stop.is_set():
        raise Cancelled("the search was stopped")


@contextlib.contextmanager
def held(lock: Lock, stop: Event | None) -> Iterator[None]:
    """Hold ``lock``; raises ``Cancelled`` when ``stop`` is set while another thread has it."""
    while not lock.acquire(timeout=LOOK_SECONDS):
        check(stop)
    try:
        yield
    finally:
        lock.release()


class EitherEvent(Event):
    """Set once either of two events is."""

    def __init__(self, first: Event | None, second: Event) -> None:
        super().__init__()
        self._first = first
        self._second = second

    def is_set(self) -> bool:
        """Return whether either event is set."""
        return self._second.is_set() or (self._first is not None and self._first.is_set())
