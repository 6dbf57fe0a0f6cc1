"""Work that is not waited for longer than it may take: by a deadline, or until the caller has lost interest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from findspot.cancellation import LOOK_SECONDS, EitherEvent, check

T = TypeVar("T")


class Overdue(Exception):
    """The work was not done in time; it has been told to stop."""


def all_by(
    jobs: Sequence[Callable[[threading.Event], T]], until: float, stop: threading.Event | None
) -> list[T | Exception]:
    """Do all jobs at once, each in a thread of its own, and return what each gave or raised by ``until``.

    ``until`` is a value of ``time.monotonic``; what is not done then is ``Overdue``, and its event is set. It is not waited
    for, as it may be in code that nothing interrupts. Raises ``Cancelled`` as soon as ``stop`` is set.
    """
    over = threading.Event()
    found: dict[int, T | Exception] = {}
    state = threading.Condition()

    def run(number: int, job: Callable[[threading.Event], T]) -> None:
        outcome: T | Exception
        try:
            outcome = job(EitherEvent(stop, over))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            outcome = error
        with state:
            found[number] = outcome
            state.notify_all()

    for number, job in enumerate(jobs):
        threading.Thread(target=run, args=(number, job), name="findspot-explore", daemon=True).start()
    try:
        with state:
            while len(found) < len(jobs) and (left := until - time.monotonic()) > 0:
                state.wait(min(LOOK_SECONDS, left))
                check(stop)
            return [found.get(number, Overdue("it took too long")) for number in range(len(jobs))]
    finally:
        over.set()
