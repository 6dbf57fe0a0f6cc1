"""What fits into the time that is left, and an answer when it is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from findspot.errors import Cancelled, QueryError
from findspot.retrieval.pace import Pace, by_deadline

LONG = 60.0
Keep = Callable[[str], None]


@pytest.mark.row("T07")
def test_what_was_kept_is_the_answer_when_the_work_hangs() -> None:
    told = threading.Event()
    hangs = threading.Event()

    def work(keep: Keep, stop: threading.Event) -> str:
        keep("first")
        keep("second")
        hangs.wait(LONG)  # as in C code, which looks at no event
        if stop.is_set():
            told.set()
        return "too late"

    assert by_deadline(work, time.monotonic() + 0.05, None) == ("second", False)
    hangs.set()
    assert told.wait(LONG)


def test_work_that_ends_in_time_is_the_answer() -> None:
    assert by_deadline(lambda _keep, _stop: "done", time.monotonic() + LONG, None) == ("done", True)


def test_the_first_answer_is_waited_for() -> None:
    def work(keep: Keep, stop: threading.Event) -> str:
        time.sleep(0.1)
        keep("late")
        stop.wait(LONG)
        raise Cancelled("stopped")

    assert by_deadline(work, time.monotonic() - 1, None) == ("late", False)


@pytest.mark.row("T07")
def test_a_cancelled_caller_does_not_wait_for_the_work() -> None:
    hangs, stop = threading.Event(), threading.Event()
    ended: list[str] = []

    def work(_keep: Keep, _stop: threading.Event) -> str:
        stop.set()
        hangs.wait(LONG)
        ended.append("ended")
        return "done"

    with pytest.raises(Cancelled):
        by_deadline(work, time.monotonic() + LONG, stop)
    assert not ended
    hangs.set()


def test_errors_of_the_work_are_the_callers() -> None:
    def work(_keep: Keep, _stop: threading.Event) -> str:
        raise QueryError("empty")

    with pytest.raises(QueryError, match="empty"):
        by_deadline(work, time.monotonic() + LONG, None)


def test_the_pace_allows_what_fits_and_remembers_what_does_not() -> None:
    endless = Pace()
    assert endless.allows(1e9)
    assert not endless.cut
    pace = Pace(time.monotonic() + LONG)
    assert pace.allows(0.0)
    assert not pace.fits(1e9)
    assert not pace.cut
    assert not pace.allows(1e9)
    assert pace.cut


def test_a_slow_machine_lets_less_fit() -> None:
    pace = Pace(time.monotonic() + LONG)
    time.sleep(0.3)  # no work is done meanwhile, as on a processor that others use
    assert pace.fits(0.1)
    assert not pace.fits(LONG / 2)
