"""What fails in the background is said, tried again, and made good: nothing is lost, nothing is hidden."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event as ProcessEvent
from pathlib import Path

import pytest

from findspot.config import Config, Settings
from findspot.engine import Engine, Models
from findspot.storage.locks import indexing_lock
from tests.engine.checks import open_engine
from tests.engine.test_mass_changes import finds, wait_until_complete, write_file

_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE = 60.0


def hold(directory: Path, held: ProcessEvent, free: ProcessEvent) -> None:
    """Index in another process, for as long as it is told to."""
    with indexing_lock(directory):
        held.set()
        free.wait(_PATIENCE)


def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.row("T02")
def test_a_lock_held_too_long_loses_no_change(tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process indexes for longer than the watcher waits; then a further edit succeeds for itself alone."""
    monkeypatch.setattr("findspot.engine.engine._WATCH_LOCK_SECONDS", 0.1)
    root = tmp_path / "root"
    for number in range(20):
        write_file(root, number, "before")
    with open_engine(root, models, read_ahead=0) as engine:
        engine.watch()
        engine.refresh()
        wait_until_complete(engine)
        held, free = _SPAWN.Event(), _SPAWN.Event()
        other = _SPAWN.Process(target=hold, args=(engine.config.index_dir(root), held, free))
        other.start()
        assert held.wait(_PATIENCE)
        for number in range(20):
            write_file(root, number, "after")
        until(lambda: "another process" in engine.status().message)
        answer = engine.search("before")
        assert not answer.status.complete
        assert "tried again" in answer.status.message
        free.set()
        other.join()
        wait_until_complete(engine)
        assert engine.status().message == ""
        assert all(finds(engine, "after", number) for number in range(20))


def test_an_index_of_an_earlier_process_is_complete_only_once_it_was_compared(tmp_path: Path, models: Models) -> None:
    """Files may have changed while nobody looked."""
    root = tmp_path / "root"
    write_file(root, 1, "before")
    with open_engine(root, models) as engine:
        engine.refresh()
        assert engine.search("before").status.complete
    write_file(root, 1, "after")
    with open_engine(root, models) as engine:
        assert not engine.search("before").status.complete
        engine.refresh()
        assert engine.search("after").status.complete


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of its own with 24 MB; only the superuser of Linux can make one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting needs the superuser")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "findspot-test", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let tests mount a disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.row("T02")
def test_a_disk_that_is_full_for_a_while_loses_no_change(tmp_path: Path, models: Models, small_disk: Path) -> None:
    root = tmp_path / "root"
    for number in range(10):
        write_file(root, number, "before")
    config = Config(Settings(workers=1, localization_model="", read_ahead=0), small_disk / "cache")
    with Engine.open(root, config, models) as engine:
        engine.watch()
        engine.refresh()
        wait_until_complete(engine)
        ballast = small_disk / "ballast"
        free = os.statvfs(small_disk)
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize))
        for number in range(300):
            write_file(root, number, "after")
        until(lambda: "free some space" in engine.status().message)
        assert not engine.search("before").status.complete
        ballast.unlink()
        wait_until_complete(engine)
        assert engine.status().message == ""
        assert all(finds(engine, "after", number) for number in range(300))
