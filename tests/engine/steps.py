"""The steps in which an indexing run changes the disk, and a process that is killed right before one of them.

A step is a change of a file below the index's folder, or a statement that SQLite commits. Both are seen through Python's
audit events and SQLite's trace, so the product knows nothing of it. Statements inside a transaction are no steps of their
own: until the COMMIT, which is one, they are not in the database.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from findspot.config import Config
from findspot.engine import Engine, Models
from findspot.indexing import indexer, pool

_SECONDS = 60.0

_FILE_EVENTS = frozenset({"open", "os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.truncate"})

_CHANGING = ("INSERT", "REPLACE", "UPDATE", "DELETE", "DROP", "PRAGMA WAL_CHECKPOINT")
_STATEMENTS = {False: _CHANGING, True: (*_CHANGING, "CREATE", "PRAGMA JOURNAL_MODE")}
"""Statements that are steps outside of a transaction, by whether the database is new: others create nothing."""

_FORK_SERVER = multiprocessing.get_context("forkserver") if hasattr(os, "fork") else None
"""Processes that have loaded everything: starting one costs milliseconds. Windows has none."""


class Steps:
    """Counts the steps of this process, in any thread, and calls ``reached`` before each with its number and name."""

    def __init__(self, folder: Path, reached: Callable[[int, str], None]) -> None:
        self._folder = folder
        self._reached = reached
        self._count = 0
        self._guard = threading.RLock()
        self._connect = sqlite3.connect
        sqlite3.connect = self._traced  # type: ignore[assignment]
        sys.addaudithook(self._audit)

    def _step(self, name: str) -> None:
        with self._guard:
            self._reached(self._count, name)
            self._count += 1

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event not in _FILE_EVENTS or not isinstance(args[0], str | bytes | os.PathLike):
            return
        path = Path(os.fsdecode(args[0]))
        creates = event in {"open", "os.mkdir"}
        overwrites = event == "open" and bool(args[2] & os.O_TRUNC)
        if event == "open" and not args[2] & (os.O_CREAT | os.O_TRUNC):
            return
        if path.is_relative_to(self._folder) and (overwrites or creates != path.exists()):
            self._step(f"{event} {path.name}")

    def _traced(self, database: Path | str, **options: Any) -> sqlite3.Connection:
        is_new = not Path(database).exists()
        connection: sqlite3.Connection = self._connect(database, **options)
        connection.set_trace_callback(lambda text: self._statement(connection, text, is_new=is_new))
        return connection

    def _statement(self, connection: sqlite3.Connection, text: str, *, is_new: bool) -> None:
        text = " ".join(line for line in text.upper().split("\n") if not line.startswith("--")).strip()
        if text == "COMMIT" or (not connection.in_transaction and text.startswith(_STATEMENTS[is_new])):
            self._step(text[:70])


def steps_of(root: Path, config: Config, log: Path, *, rebuild: bool = False) -> list[str]:
    """Index ``root`` in a process of its own and return the names of its steps, in order; ``log`` is a file for them."""
    code = _run(root, config, -1, log, rebuild=rebuild)
    assert code == 0, f"the run that counts ended with {code}"
    return log.read_text(encoding="utf-8").splitlines()


def killed_before(number: int, root: Path, config: Config, log: Path, *, rebuild: bool = False) -> str:
    """Index ``root`` in a process that is killed right before its step ``number``, and return the name of the step."""
    code = _run(root, config, number, log, rebuild=rebuild)
    assert code == -signal.SIGKILL, f"the run to be killed before step {number} ended with {code}"
    return log.read_text(encoding="utf-8").splitlines()[-1]


def _run(root: Path, config: Config, number: int, log: Path, *, rebuild: bool) -> int | None:
    assert _FORK_SERVER is not None
    _FORK_SERVER.set_forkserver_preload([__name__])
    process = _FORK_SERVER.Process(target=_index, args=(root, config, number, log, rebuild))
    process.start()
    process.join(_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.join()
    return process.exitcode


def _index(root: Path, config: Config, number: int, log: Path, rebuild: bool) -> None:
    """Bring the index up to date as a command does, with batches small enough for several in a few files."""
    pool._PER_JOB = 2
    indexer._BATCH_FILES = 2
    names = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def reached(count: int, name: str) -> None:
        os.write(names, f"{name}\n".encode())
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    Steps(config.cache_dir, reached)
    models = Models.load(config.settings)
    with Engine.open(root, config, models) as engine:
        engine.refresh(rebuild=rebuild)
