"""The parent's side of one worker process: start it, give it files, notice how it ends."""

from __future__ import annotations

import contextlib
import multiprocessing.spawn
import os
import pickle
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any, cast

from findspot.config import child_environ, child_module_path
from findspot.errors import WorkerError
from findspot.indexing.tasks import Outcome, PreparerOptions, Task
from findspot.indexing.worker import BOOTSTRAP, READY, SLACK

_START_SECONDS = 60.0
"""How long a worker may take to load, on a machine that hardly gets on."""

_DYING_SECONDS = 5.0
"""Between the end of a process's output and its end."""


class WorkerDied(Exception):
    """A worker ended in the middle of a file; only the pool sees it.

    ``late`` says that it was over its time, ``killed`` that somebody else ended it, as a system short of memory does.
    """

    def __init__(self, *, late: bool, killed: bool) -> None:
        super().__init__("over its time" if late else "killed" if killed else "crashed")
        self.late = late
        self.killed = killed


class Worker:
    """One process. A single thread gives it work; any thread may kill it."""

    def __init__(self, options: PreparerOptions, *, polite: bool) -> None:
        """Start the process and wait until it is ready; raises ``WorkerError``."""
        self.polite = polite
        self._options = options
        self._since: float | None = None
        self._late = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        executable = os.fsdecode(multiprocessing.spawn.get_executable() or "")
        try:
            self._process = subprocess.Popen(
                [executable, "-S", "-P", "-c", BOOTSTRAP],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=child_environ(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError) as error:
            self._log.close()
            raise _cannot_start(executable, str(error)) from error
        self._incoming = cast("IO[bytes]", self._process.stdout)
        self._outgoing = cast("IO[bytes]", self._process.stdin)
        watchdog = threading.Timer(_START_SECONDS, self._process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._send(child_module_path())
            self._send((options, polite))
            ready = self._receive() == READY
        except WorkerDied:
            ready = False
        finally:
            watchdog.cancel()
        if not ready:
            reason = self._last_words()
            self.close()
            raise _cannot_start(executable, reason)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.poll() is None

    def prepare(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Yield the outcome of each task; raises ``WorkerDied`` when the process ends in the one that is due next."""
        self._since = time.monotonic()
        try:
            self._send(list(tasks))
            for _ in tasks:
                outcome: Outcome = self._receive()
                self._since = time.monotonic()
                yield outcome
        finally:
            self._since = None

    def stop_if_late(self) -> None:
        """Kill the process when its file has taken far longer than its processor time by the clock."""
        since = self._since
        if since is not None and time.monotonic() - since > SLACK * self._options.seconds:
            self._late = True
            self._process.kill()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def close(self) -> None:
        """End the process and close its pipes. Idempotent."""
        self._process.kill()
        for pipe in (self._outgoing, self._incoming):
            with contextlib.suppress(OSError):  # what was not yet written to a dead process
                pipe.close()
        self._process.wait()
        self._log.close()

    def _send(self, message: object) -> None:
        try:
            pickle.dump(message, self._outgoing, pickle.HIGHEST_PROTOCOL)
            self._outgoing.flush()
        except (OSError, ValueError) as error:
            raise self._death() from error

    def _receive(self) -> Any:
        try:
            return pickle.load(self._incoming)  # noqa: S301 - written by our own process, as this user
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise self._death() from error

    def _death(self) -> WorkerDied:
        """Say how the process ended, which may be still ending."""
        try:
            status = self._process.wait(_DYING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = 0
        clock = getattr(signal, "SIGPROF", None)
        late = self._late or (clock is not None and status == -clock)
        if clock is None and self._since is not None:
            late = late or time.monotonic() - self._since >= SLACK * self._options.seconds
        return WorkerDied(late=late, killed=not late and status == -getattr(signal, "SIGKILL", 0) != 0)

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"it ended with status {self._process.wait()}"


def _cannot_start(executable: str, reason: str) -> WorkerError:
    return WorkerError(
        f"files are parsed in a process of their own, and it cannot be started with '{executable}': {reason}. "
        "A program that is frozen or embeds Python names an interpreter with multiprocessing.set_executable."
    )
