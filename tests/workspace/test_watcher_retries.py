"""A batch that fails comes again until it is dealt with, and the watcher knows whether anything is still to come."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from findspot.workspace.walker import WalkOptions
from findspot.workspace.watcher import Batch, Watcher

_PATIENCE = 20.0


class Taker:
    """Takes batches, or fails to."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.failure: Exception | None = None

    def __call__(self, batch: Batch) -> None:
        self.batches.append(batch)
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def taker() -> Taker:
    """Return one that succeeds."""
    return Taker()


@pytest.fixture
def native(tmp_path: Path, taker: Taker) -> Iterator[Watcher]:
    """Return a running watcher of ``tmp_path``."""
    watcher = Watcher(tmp_path, taker, options=WalkOptions(), on_error=lambda _: None, debounce_seconds=0.05)
    watcher.start()
    yield watcher
    watcher.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_failing_callback(native: Watcher, tmp_path: Path, taker: Taker) -> None:
    """A batch that cannot be dealt with comes again by itself until it is, and so long nothing counts as settled."""
    taker.failure = ValueError("disk full")
    (tmp_path / "one.py").touch()
    wait_until(lambda: len(taker.batches) >= 2)
    assert all(batch is not None and "one.py" in batch for batch in taker.batches)
    assert not native.settled
    taker.failure = None
    taker.batches.clear()
    wait_until(lambda: frozenset({"one.py"}) in taker.batches)
    wait_until(lambda: native.settled)
    assert native.running


def test_work_that_failed_elsewhere_is_delivered(native: Watcher, taker: Taker) -> None:
    """A batch can be handed over without any event."""
    native.retry(frozenset({"src/a.py"}))
    wait_until(lambda: frozenset({"src/a.py"}) in taker.batches)


def test_a_change_is_not_settled_from_the_moment_it_is_made(native: Watcher, tmp_path: Path, taker: Taker) -> None:
    """There is no gap between writing a file and knowing of it, however quickly somebody asks."""
    if sys.platform != "linux":
        pytest.skip("only inotify tells what it holds")
    wait_until(lambda: native.settled)
    for number in range(50):
        (tmp_path / "a.py").write_text(f"a = {number}\n", encoding="utf-8")
        assert not native.settled
        wait_until(lambda: native.settled)
