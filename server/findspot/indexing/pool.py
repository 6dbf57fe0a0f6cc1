"""Preparing files in worker processes that may die: a bad file costs itself, and nothing else (I-9).

Parsing never happens in the process of a command or a server. A worker that ends in the middle of a file is replaced.
What was killed from outside is tried once more, alone; a file that ends its worker again, or takes too long, goes into
quarantine: it is read as plain text, and if that fails too, it has no chunks.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from itertools import chain, islice
from typing import NamedTuple

from findspot.core.types import ParsedFile
from findspot.errors import Cancelled, WorkerError
from findspot.indexing.tasks import Outcome, PreparerOptions, Task
from findspot.indexing.workers import Worker, WorkerDied

_PER_JOB = 24
"""Files a worker takes at once: enough to hide the pipe, few enough to keep the order of files close to that of work."""

_PER_WORKER = 150
"""Files for which another worker is started: they take about as long as its start."""

_MOST_WORKERS = 8

_LARGE_RUN = 300
"""Files of a run that makes way for everything else, and after which its workers, grown by what they remember, end."""

_MOMENT_SECONDS = 0.5
"""How long a caller waits for the next outcomes without getting a chance to save the ones before."""

_LOOK_SECONDS = 0.05
"""Between two looks at whether the caller has lost interest or a file takes too long."""

_IDLE_SECONDS = 300.0
"""How long a worker waits for the next file in a process that lives on."""

_TRIES_AFTER_KILL = 3
"""How often a file is tried again whose worker was killed from outside: a crash says more about a file."""

_STARTS = 4
"""How often a start is tried: whatever kills a worker may kill it while it loads."""

_ENDING_SECONDS = 5.0
"""How long closing waits for threads to notice that their workers are gone."""

_STOPPED = "indexing was stopped; what was done is kept"

_log = logging.getLogger(__name__)


class PreparerPool:
    """The workers of one root. Indexing runs follow one another; buffers may be prepared meanwhile, by any thread."""

    def __init__(self, options: PreparerOptions) -> None:
        """Take what a preparer is made of; a worker is started when the first file comes."""
        self.options = options
        self._guard = threading.Condition()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._closed = False
        self._warming = False
        self._timer: threading.Timer | None = None

    def prepare(
        self, tasks: Sequence[Task], *, workers: int = 0, polite: bool = False, stop: threading.Event | None = None
    ) -> Generator[list[Outcome]]:
        """Yield the outcomes, some at a time; now and then none, for a caller that has something to save.

        They come in the order of ``tasks`` but for files that end their worker or take long: those come last, so that no
        other file waits for them.
        ``workers`` is the number of processes, 0 chooses; ``polite`` lets those of a large run step back for everything
        else that wants the processor. Raises ``Cancelled``, ``WorkerError`` when no process can be started.
        """
        large = len(tasks) > _LARGE_RUN
        jobs = [tasks[start : start + _PER_JOB] for start in range(0, len(tasks), _PER_JOB)]
        count = min(workers or os.cpu_count() or 1, _MOST_WORKERS, 1 + len(tasks) // _PER_WORKER, len(jobs))
        if not jobs:
            return
        run = _Run(self, polite=polite and large, stop=stop)
        threads = ThreadPoolExecutor(count, thread_name_prefix="findspot-parse")
        try:
            suspects: list[Task] = []
            yield from run.outcomes(threads, jobs, 2 * count, suspects)
            yield from run.outcomes(threads, [[task] for task in suspects], 2 * count, suspects)
        finally:
            run.end()
            threads.shutdown(wait=False, cancel_futures=True)
            self._settle(0 if large else 1)

    def parse(self, path: str, source: bytes, stop: threading.Event | None = None) -> ParsedFile:
        """Parse a text that is no file of the root; one that the parser cannot take comes back as windows, or empty.

        Raises ``Cancelled``, ``WorkerError``.
        """
        [outcome] = chain.from_iterable(self.prepare([Task(path, text=source, bare=True)], stop=stop))
        if not isinstance(outcome, ParsedFile):
            raise TypeError(outcome)
        return outcome

    def close(self) -> None:
        """End all workers; a run that is going on raises ``Cancelled``. Idempotent."""
        with self._guard:
            self._closed = True
            for worker in self._busy:
                worker.kill()
            self._guard.wait_for(lambda: not self._busy and not self._warming, _ENDING_SECONDS)
        self._settle(0)

    def warm(self) -> None:
        """Start a worker in the background if there is none, for files that come in a moment; returns at once."""
        with self._guard:
            if self._closed or self._warming or self._idle or self._busy:
                return
            self._warming = True
        threading.Thread(target=self._warm, name="findspot-warm", daemon=True).start()

    def _warm(self) -> None:
        worker: Worker | None = None
        with contextlib.suppress(WorkerError):  # told to whoever needs one
            worker = self._started(polite=False)
        with self._guard:
            self._warming = False
            if worker is not None and not self._closed:
                self._idle.append(worker)
                worker = None
            self._guard.notify_all()
        if worker is not None:
            worker.close()
        self._settle(1)

    def take(self, *, polite: bool) -> Worker:
        """Return a worker that nobody else uses; raises ``Cancelled``, ``WorkerError``."""
        worker: Worker | None = None
        with self._guard:
            self._guard.wait_for(lambda: polite or not self._warming)
            for found in self._idle:
                if found.polite == polite:
                    worker = found
                    self._idle.remove(found)
                    break
        if worker is not None and not worker.alive():
            worker.close()
            worker = None
        worker = worker or self._started(polite=polite)
        with self._guard:
            if not self._closed:
                self._busy.add(worker)
                return worker
        worker.close()
        raise Cancelled("the engine was closed")

    def _started(self, *, polite: bool) -> Worker:
        """Start a worker; one that was killed while it started is replaced."""
        for _ in range(_STARTS - 1):
            try:
                return Worker(self.options, polite=polite)
            except WorkerError as error:
                _log.info("%s", error)
        return Worker(self.options, polite=polite)

    def give_back(self, worker: Worker, *, usable: bool) -> None:
        """Take a worker back; one that is not usable ends."""
        with self._guard:
            self._busy.discard(worker)
            self._guard.notify_all()
            if usable and not self._closed:
                self._idle.append(worker)
                return
        worker.close()

    def _settle(self, kept: int) -> None:
        """Let go of idle workers but for ``kept``, and of those after a while."""
        with self._guard:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            leaving, self._idle = self._idle[kept:], self._idle[:kept]
            if self._idle:
                self._timer = threading.Timer(_IDLE_SECONDS, self._settle, (0,))
                self._timer.daemon = True
                self._timer.start()
        for worker in leaving:
            worker.close()


class _Done(NamedTuple):
    """What came of a job: outcomes, and the files that ended their worker or took long, to be tried by themselves."""

    outcomes: list[Outcome]
    suspects: list[Task]


class _Run:
    """One indexing run or one buffer: its jobs, each in a thread that talks to one worker."""

    def __init__(self, pool: PreparerPool, *, polite: bool, stop: threading.Event | None) -> None:
        self._pool = pool
        self._polite = polite
        self._stop = stop
        self._over = threading.Event()
        self._guard = threading.Lock()
        self._workers: set[Worker] = set()

    def outcomes(
        self, threads: ThreadPoolExecutor, jobs: Sequence[Sequence[Task]], ahead: int, suspects: list[Task]
    ) -> Iterator[list[Outcome]]:
        """Yield the outcomes of jobs, ``ahead`` of which are begun before they are asked for; adds to ``suspects``."""
        waiting: deque[Future[_Done]] = deque()
        upcoming = iter(jobs)
        while True:
            waiting.extend(threads.submit(self._job, job) for job in islice(upcoming, ahead + 1 - len(waiting)))
            if not waiting:
                return
            while not self._is_done(waiting[0]):
                yield []
            done = waiting.popleft().result()
            suspects += done.suspects
            yield done.outcomes

    def _job(self, tasks: Sequence[Task]) -> _Done:
        """Prepare some files, whatever becomes of the workers; those of several that end one are left for later."""
        if len(tasks) == 1:
            return _Done([self._alone(tasks[0])], [])
        done = _Done([], [])
        rest = [replace(task, quick=True) for task in tasks]
        while rest:
            found: list[Outcome] = []
            death = self._try(rest, found)
            done.outcomes.extend(found)
            if death is None:
                break
            done.suspects.append(replace(rest[len(found)], quick=False))
            rest = rest[len(found) + 1 :]
        return done

    def _is_done(self, job: Future[_Done]) -> bool:
        """Wait a moment for a job, and look after the workers meanwhile; raises ``Cancelled``."""
        until = time.monotonic() + _MOMENT_SECONDS
        done = False
        while not done and time.monotonic() < until:
            done = bool(wait([job], _LOOK_SECONDS).done)
            if self._stop is not None and self._stop.is_set():
                raise Cancelled(_STOPPED)
            with self._guard:
                for worker in self._workers:
                    worker.stop_if_late()
        return done

    def end(self) -> None:
        """Stop what is still going on."""
        with self._guard:
            self._over.set()
            for worker in self._workers:
                worker.kill()

    def _try(self, tasks: Sequence[Task], outcomes: list[Outcome]) -> WorkerDied | None:
        """Append the outcomes of tasks up to the one, if any, in which the worker dies."""
        if self._over.is_set():
            raise Cancelled(_STOPPED)
        worker = self._pool.take(polite=self._polite)
        usable = False
        try:
            with self._guard:
                if self._over.is_set():
                    usable = True
                    raise Cancelled(_STOPPED)
                self._workers.add(worker)
            for outcome in worker.prepare(tasks):
                outcomes.append(outcome)  # noqa: PERF402 - what came before the death of a worker counts
            usable = True
        except WorkerDied as death:
            if self._over.is_set():
                raise Cancelled(_STOPPED) from death
            return death
        finally:
            with self._guard:
                self._workers.discard(worker)
            self._pool.give_back(worker, usable=usable)
        return None

    def _alone(self, task: Task) -> Outcome:
        """Prepare a file by itself: as what it is, then as plain text, then without its text."""
        found: list[Outcome] = []
        tries = 0
        while (death := self._try([task], found)) is not None:
            tries += 1
            if death.late or tries > (_TRIES_AFTER_KILL if death.killed else 1):
                break
        else:
            return found[0]
        seconds = self._pool.options.seconds
        reason = (
            f"The parser took longer than {seconds:g} s for this file"
            if death.late
            else "The parser crashed on this file"
        )
        _log.info("%s: %s", task.path, reason)
        plain = replace(task, quarantine=f"{reason}; it is indexed as plain text.")
        if self._try([plain], found) is None:
            return found[0]
        from findspot.indexing.prepare import unparsed  # noqa: PLC0415 - loads the parsers, which are not used here

        return unparsed(
            self._pool.options, replace(task, quarantine=f"{reason}, and again when it was read as plain text.")
        )
