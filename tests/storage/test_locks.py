"""The lock of one root: looking never takes it, waiting ends when asked to, and a kill leaves nothing behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.synchronize import Event as ProcessEvent
from pathlib import Path

import pytest

from findspot.errors import Cancelled, IndexLockedError
from findspot.storage.locks import indexing_lock, is_locked
from findspot.storage.store import IndexStore
from tests.storage.rows import index_key, prepared_file, write

_SPAWN = multiprocessing.get_context("spawn")


def poll(directory: Path, stop: ProcessEvent) -> None:
    """Look at the lock as often as possible."""
    while not stop.is_set():
        is_locked(directory)


def hold(directory: Path, held: ProcessEvent) -> None:
    """Take the lock and keep it."""
    with indexing_lock(directory):
        held.set()
        time.sleep(600)


def test_looking_at_the_lock_takes_it_from_nobody(tmp_path: Path) -> None:
    stop = _SPAWN.Event()
    pollers = [_SPAWN.Process(target=poll, args=(tmp_path, stop)) for _ in range(2)]
    for poller in pollers:
        poller.start()
    try:
        for _ in range(300):
            with indexing_lock(tmp_path):
                assert is_locked(tmp_path)
    finally:
        stop.set()
        for poller in pollers:
            poller.join()
    assert not is_locked(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_what_a_killed_process_leaves_is_found_out_and_removed(tmp_path: Path) -> None:
    held = _SPAWN.Event()
    holder = _SPAWN.Process(target=hold, args=(tmp_path, held))
    holder.start()
    assert held.wait(60)
    assert is_locked(tmp_path)
    with pytest.raises(IndexLockedError), indexing_lock(tmp_path):
        pass
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    assert not is_locked(tmp_path)
    assert not (tmp_path / "indexing").exists()
    with indexing_lock(tmp_path):
        assert is_locked(tmp_path)


def test_waiting_for_the_lock_ends_when_asked_to(tmp_path: Path) -> None:
    stop = threading.Event()
    with indexing_lock(tmp_path):
        threading.Timer(0.1, stop.set).start()
        with pytest.raises(Cancelled), indexing_lock(tmp_path, 600, stop):
            pass


def test_a_folder_without_an_index_is_not_locked(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def open_and_close(directory: Path) -> None:
    """Open an index and close it again, as a command does that asks something."""
    IndexStore(directory, index_key()).close()


def test_another_process_that_closes_the_index_takes_nothing_from_one_that_goes_on(tmp_path: Path) -> None:
    """Sealing reads the database file while SQLite holds locks on it, which closing any descriptor of it would drop."""
    store = IndexStore(tmp_path, index_key())
    paths = [f"file_{number}.py" for number in range(3)]
    for path in paths:
        write(store, prepared_file(path, {"function": f"def function(): the one in {path}"}))
        store.compact_log()
        write(store, prepared_file("last.py", {"function": f"def function(): after {path}"}))
        other = _SPAWN.Process(target=open_and_close, args=(tmp_path,))
        other.start()
        other.join()
        assert other.exitcode == 0
    store.close()
    again = IndexStore(tmp_path, index_key())
    assert sorted(again.stored_files()) == [*paths, "last.py"]
    again.close()
