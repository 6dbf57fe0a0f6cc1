"""Preparing many files at once, in worker processes where that pays, else in this one.

Python threads would share one interpreter lock, so parsing uses processes. They are started by *spawn* on every
system: forking a process that runs threads (a language server) is not safe.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from findspot.errors import Cancelled
from findspot.indexing.tasks import Outcome, Task
from findspot.indexing.walker import WalkOptions

if TYPE_CHECKING:
    from findspot.indexing.prepare import Preparer

_PER_JOB = 24
"""Files a worker takes at once: enough to hide the pipe, few enough for a quick cancel."""

_WORTH_A_POOL = 300
"""Files below which starting workers (about 0.4 s) costs more than it saves."""

_MOST_WORKERS = 8

_NICENESS = 10
"""What workers of a server add to their niceness, so that searches go before indexing (I-15)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PreparerOptions:
    """What a ``Preparer`` is made of; sent to each worker once."""

    root: Path
    walk: WalkOptions
    chunk_size: int
    chunk_overlap: int

    def make(self) -> Preparer:
        """Make a preparer for one thread or process."""
        from findspot.indexing.prepare import Preparer  # noqa: PLC0415 - loads the parsers, which a mere search never needs

        return Preparer(self.root, self.walk, chunk_size=self.chunk_size, chunk_overlap=self.chunk_overlap)


class PreparerPool:
    """Prepares files for one indexing run after another; keeps the preparer of this process between them."""

    def __init__(self, options: PreparerOptions) -> None:
        self._options = options
        self._own: Preparer | None = None

    def prepare(
        self, tasks: Sequence[Task], *, workers: int, polite: bool, stop: threading.Event | None
    ) -> Iterator[list[Outcome]]:
        """Yield the outcomes in the order of ``tasks``, some at a time; raises ``Cancelled`` between jobs.

        ``workers`` is the number of processes, 0 chooses, 1 means none but this one; ``polite`` lets them step back
        for everything else that wants the processor. One call at a time.
        """
        jobs = [tasks[start : start + _PER_JOB] for start in range(0, len(tasks), _PER_JOB)]
        count = min(workers or os.cpu_count() or 1, _MOST_WORKERS)
        done = 0
        if count > 1 and len(tasks) >= _WORTH_A_POOL:
            try:
                for outcomes in _in_workers(self._options, jobs, count, stop, polite=polite):
                    yield outcomes
                    done += 1
            except BrokenProcessPool as error:
                # A worker was killed (out of memory) or could not start (an embedding program without a main guard).
                _log.warning("indexing goes on in one process: %s", error)
        for job in jobs[done:]:
            yield self._here(job, stop)

    def _here(self, job: Sequence[Task], stop: threading.Event | None) -> list[Outcome]:
        if self._own is None:
            self._own = self._options.make()
        outcomes = []
        for task in job:
            _check(stop)
            outcomes.append(self._own.prepare(task))
        return outcomes


def _in_workers(
    options: PreparerOptions,
    jobs: Sequence[Sequence[Task]],
    count: int,
    stop: threading.Event | None,
    *,
    polite: bool,
) -> Iterator[list[Outcome]]:
    executor = ProcessPoolExecutor(
        max_workers=count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(options, polite),
    )
    waiting: deque[Future[list[Outcome]]] = deque()
    try:
        upcoming = iter(jobs)
        for job in upcoming:
            waiting.append(executor.submit(_work, job))
            if len(waiting) > 2 * count:
                break
        while waiting:
            future = waiting.popleft()
            while not _wait(future, 0.1):
                _check(stop)
            _check(stop)
            for job in upcoming:
                waiting.append(executor.submit(_work, job))
                break
            yield future.result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _wait(future: Future[list[Outcome]], seconds: float) -> bool:
    try:
        future.exception(timeout=seconds)
    except TimeoutError:
        return False
    return True


def _check(stop: threading.Event | None) -> None:
    if stop is not None and stop.is_set():
        raise Cancelled("indexing was stopped; what was done is kept")


class _Worker:
    """The preparer of a worker process; a class attribute because a process pool offers no other place for it."""

    preparer: Preparer | None = None


def _start_worker(options: PreparerOptions, polite: bool) -> None:  # noqa: FBT001 - a pool passes by position
    if polite and hasattr(os, "nice"):
        os.nice(_NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means
    _Worker.preparer = options.make()
    parent = multiprocessing.parent_process()
    if parent is not None:
        # A killed parent leaves its workers waiting for ever: both ends of their queue are open in themselves.
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _work(tasks: Sequence[Task]) -> list[Outcome]:
    preparer = _Worker.preparer
    if preparer is None:
        raise RuntimeError("the worker was not started by its initializer")
    return [preparer.prepare(task) for task in tasks]
