"""Who goes first, and how work is stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from findspot.service.messages import Mode
from findspot.service.scheduling import Scheduler

PATIENCE_SECONDS = 20.0


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    """Return a scheduler that is ended afterwards."""
    made = Scheduler()
    yield made
    made.end()
    made.drop_waiting()
    made.join()


def until(stop: threading.Event) -> str:
    """Work until told to stop."""
    return "stopped" if stop.wait(PATIENCE_SECONDS) else "late"


async def test_a_search_does_not_wait_for_indexing_or_a_model(scheduler: Scheduler) -> None:
    long = [asyncio.create_task(scheduler.run(mode, until)) for mode in (Mode.INDEX, Mode.LOCALIZE, Mode.LOCALIZE)]
    assert await scheduler.run(Mode.SEARCH, lambda _: "found") == "found"
    scheduler.end()
    assert await asyncio.gather(*long) == ["stopped"] * 3


async def test_a_cancelled_caller_stops_its_work_and_goes_on_at_once(scheduler: Scheduler) -> None:
    ended = threading.Event()

    def work(stop: threading.Event) -> None:
        until(stop)
        ended.set()

    task = asyncio.create_task(scheduler.run(Mode.SEARCH, work))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, PATIENCE_SECONDS)


async def test_only_the_work_of_one_owner_is_stopped(scheduler: Scheduler) -> None:
    one, other = object(), object()
    ours = asyncio.create_task(scheduler.run(Mode.SEARCH, until, one))
    theirs = asyncio.create_task(scheduler.run(Mode.SEARCH, until, other))
    await asyncio.sleep(0)
    scheduler.stop_all(one)
    assert await ours == "stopped"
    assert not theirs.done()
    scheduler.stop_all(other)
    assert await theirs == "stopped"


async def test_what_comes_after_the_end_is_told_to_stop(scheduler: Scheduler) -> None:
    scheduler.end()
    assert await scheduler.run(Mode.SEARCH, lambda stop: stop.is_set())


async def test_indexing_gives_way_to_requests(scheduler: Scheduler) -> None:
    going = threading.Event()
    order: list[str] = []

    def request(_: threading.Event) -> None:
        with scheduler.foreground.request():
            going.set()
            while "waiting" not in order:
                threading.Event().wait(0.001)
            order.append("request")

    def indexing(_: threading.Event) -> None:
        going.wait(PATIENCE_SECONDS)
        order.append("waiting")
        scheduler.foreground.give_way(PATIENCE_SECONDS)
        order.append("indexing")

    await asyncio.gather(scheduler.run(Mode.SEARCH, request), scheduler.run(Mode.INDEX, indexing))
    assert order == ["waiting", "request", "indexing"]
