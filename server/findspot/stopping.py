"""Giving up when the caller has lost interest."""

from __future__ import annotations

from threading import Event

from findspot.errors import Cancelled


def check(stop: Event | None) -> None:
    """Raise ``Cancelled`` once the caller has set ``stop``."""
    if stop is not None and stop.is_set():
        raise Cancelled("the search was stopped")


class EitherEvent(Event):
    """Set once either of two events is."""

    def __init__(self, first: Event | None, second: Event) -> None:
        super().__init__()
        self._first = first
        self._second = second

    def is_set(self) -> bool:
        """Say whether either event is set."""
        return self._second.is_set() or (self._first is not None and self._first.is_set())
