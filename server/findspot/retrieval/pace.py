"""How much of a request's time is left, and how to have an answer when it is over.

Costs are seconds of a processor that has nothing else to do. A request learns from its own work so far how much longer
things take on this machine at this moment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from findspot.cancellation import EitherEvent, check

_T = TypeVar("_T")

_LOOK_SECONDS = 0.02
"""How often a caller that waits looks whether it was cancelled."""

_PRIOR = 0.02
"""Seconds of work at full speed that are counted in, so that a pause at the beginning does not look like a slow machine."""


class Pace:
    """Says what still fits before ``until``, a value of ``time.monotonic``; None is all the time there is.

    Belongs to the thread that makes it. ``cut`` tells whether anything was left out.
    """

    def __init__(self, until: float | None = None) -> None:
        self._until = until
        self._began = time.monotonic(), time.thread_time()
        self.cut = False

    @property
    def until(self) -> float | None:
        """When the time is over; None for never."""
        return self._until

    @property
    def _slowness(self) -> float:
        wall, worked = time.monotonic() - self._began[0], time.thread_time() - self._began[1]
        return max(1.0, (wall + _PRIOR) / (worked + _PRIOR))

    def fits(self, cost: float) -> bool:
        """Return whether work of ``cost`` seconds would be done in time."""
        return self._until is None or time.monotonic() + cost * self._slowness <= self._until

    def allows(self, cost: float) -> bool:
        """Return whether to do work of ``cost`` seconds; if not, it is noted that it was left out."""
        fits = self.fits(cost)
        self.cut = self.cut or not fits
        return fits


def by_deadline(
    work: Callable[[Callable[[_T], None], threading.Event], _T], deadline: float, stop: threading.Event | None
) -> tuple[_T, bool]:
    """Return the result of ``work``, or what it kept last when ``deadline`` comes; and whether it was done.

    ``work(keep, stop)`` runs in a thread, is told to stop when its time is over, and is not waited for: it may be in C
    code that nothing interrupts. The first thing that it keeps is waited for, however late it comes. Raises what
    ``work`` raises, and ``Cancelled`` once ``stop`` is set.
    """
    state = threading.Condition()
    over = threading.Event()
    kept: list[_T] = []
    ended: list[_T | BaseException] = []

    def keep(found: _T) -> None:
        with state:
            kept[:] = [found]
            state.notify_all()

    def run() -> None:
        outcome: _T | BaseException
        try:
            outcome = work(keep, EitherEvent(stop, over))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            outcome = error
        with state:
            ended.append(outcome)
            state.notify_all()

    threading.Thread(target=run, name="findspot-answer", daemon=True).start()
    try:
        with state:
            while not ended:
                left = deadline - time.monotonic()
                if left <= 0 and kept:
                    return kept[0], False
                state.wait(min(_LOOK_SECONDS, left) if left > 0 else _LOOK_SECONDS)
                check(stop)
        outcome = ended[0]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome, True
    finally:
        over.set()
