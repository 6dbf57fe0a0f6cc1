"""Many files at once under a watcher: all are found afterwards, and no answer says complete before they are."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from findspot.engine import Engine, Models
from tests.engine.checks import open_engine

pytestmark = pytest.mark.slow

_PATIENCE = 100.0

_SPELLED = str.maketrans("0123456789", "abcdefghij")


def name_of(kind: str, number: int) -> str:
    """Return a name of one word, so that no other file is about it."""
    return f"{kind}q{str(number).translate(_SPELLED)}z"


def write_file(root: Path, number: int, kind: str) -> None:
    """Write file ``number``, with one function."""
    path = root / f"pkg{number % 50}" / f"mod{number}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"def {name_of(kind, number)}():\n    return {number}\n", encoding="utf-8")


def finds(engine: Engine, kind: str, number: int) -> bool:
    """Return True if the function is found by its name."""
    wanted = name_of(kind, number)
    return any(result.symbol == wanted for result in engine.search(wanted, top_k=1).results)


def wait_until_complete(engine: Engine, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Wait until the index says that it agrees with the files."""
    end = time.monotonic() + _PATIENCE
    while not engine.status().complete:
        assert time.monotonic() < end, engine.status()
        meanwhile()
        time.sleep(0.02)


class Asker:
    """Asks all the time from a thread of its own, and keeps each answer that called itself complete and was not."""

    def __init__(self, engine: Engine) -> None:
        self.written: list[int] = []
        self.lies: list[int] = []
        self.asked = 0
        self._engine = engine
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        choose = random.Random(7)
        while not self._stop.is_set():
            if not self.written:
                continue
            number = choose.choice((self.written[-1], choose.choice(self.written)))
            wanted = name_of("after", number)
            answer = self._engine.search(wanted, top_k=1)
            self.asked += 1
            if answer.status.complete and not (answer.results and answer.results[0].symbol == wanted):
                self.lies.append(number)


@pytest.mark.row("T02")
@pytest.mark.parametrize("count", [300, 600, 2_000, 10_000])
def test_all_files_rewritten_at_once_are_found(tmp_path: Path, models: Models, count: int) -> None:
    """A formatter runs over the whole root."""
    root = tmp_path / "root"
    for number in range(count):
        write_file(root, number, "before")
    with open_engine(root, models, read_ahead=0) as engine:
        engine.watch()
        engine.refresh()
        wait_until_complete(engine)
        with Asker(engine) as asker:
            for number in range(count):
                write_file(root, number, "after")
                asker.written.append(number)
            wait_until_complete(engine)
        assert asker.asked
        assert asker.lies == []
        sample = range(0, count, max(1, count // 200))
        assert [number for number in sample if not finds(engine, "after", number)] == []
        assert [number for number in sample if finds(engine, "before", number)] == []


@pytest.mark.row("T02")
def test_a_storm_of_renames(tmp_path: Path, models: Models) -> None:
    """Folders of a thousand files are moved to and fro, into each other and out of the root."""
    root = tmp_path / "root"
    for number in range(1_000):
        write_file(root / "a", number, "before")
    with open_engine(root, models, read_ahead=0) as engine:
        engine.watch()
        engine.refresh()
        for step in range(8):
            source, target = (root / "a", root / "b") if step % 2 == 0 else (root / "b", root / "a")
            source.rename(target)
            (target / "pkg7").rename(target / f"moved{step}")
            (target / f"moved{step}").rename(target / "pkg7")
            time.sleep(0.05 * step)
        shutil.move(root / "a" / "pkg3", tmp_path / "outside")
        wait_until_complete(engine)
        gone = {number for number in range(1_000) if number % 50 == 3}
        found = {number for number in range(0, 1_000, 7) if finds(engine, "before", number)}
        assert found == set(range(0, 1_000, 7)) - gone
        assert engine.status().files == 1_000 - len(gone)


@pytest.mark.row("T02")
def test_a_tree_of_seven_hundred_levels_is_watched(tmp_path: Path, models: Models) -> None:
    """No step of walking, rules or watching goes down by recursion."""
    root = tmp_path / "root"
    root.mkdir()
    with open_engine(root, models, read_ahead=0) as engine:
        engine.watch()
        engine.refresh()
        deep = root.joinpath(*["d"] * 700)
        deep.mkdir(parents=True)
        write_file(deep, 1, "after")
        write_file(root, 2, "after")
        wait_until_complete(engine, lambda: None)
        assert finds(engine, "after", 2)
        assert finds(engine, "after", 1)
        shutil.rmtree(root / "d")
        end = time.monotonic() + _PATIENCE
        while finds(engine, "after", 1):
            assert time.monotonic() < end
