"""What was parsed and embedded once is not again: in another worktree, on another branch, in a copy (B11)."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from findspot.config import Config, Settings
from findspot.engine import Engine, Models
from findspot.indexing.workers import Worker
from findspot.storage.prepared_cache import NAME
from findspot.storage.schema import DATABASE_NAME
from tests.engine.test_same_answers import all_answers, edited, lay_out, sources

SETTINGS = Settings(workers=1, localization_model="", read_ahead=0)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Return the configuration of a cache folder that two roots share."""
    return Config(SETTINGS, tmp_path / "cache")


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with every process that is started to parse."""
    started: list[int] = []
    start = Worker.__init__

    def counted(self: Worker, *args: object, **named: object) -> None:
        started.append(1)
        start(self, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Worker, "__init__", counted)
    return started


def made(root: Path, files: dict[str, str]) -> Path:
    """Lay files out in a new folder."""
    root.mkdir()
    lay_out(root, files)
    return root


def cold_answers(root: Path, models: Models, tmp_path: Path) -> list[list[object]]:
    """Return what an index says that was built from nothing, in a cache of its own."""
    with Engine.open(root, Config(SETTINGS, tmp_path / "cold"), models) as engine:
        engine.refresh()
        return all_answers(engine)


@pytest.mark.row("B11")
def test_a_second_worktree_is_neither_parsed_nor_embedded(
    tmp_path: Path, models: Models, config: Config, no_worker: list[int]
) -> None:
    files = sources()
    first, second = made(tmp_path / "first", files), made(tmp_path / "second", files)
    with Engine.open(first, config, models) as engine:
        report = engine.refresh()
        assert (report.added, report.reused) == (len(files), 0)
    no_worker.clear()
    with Engine.open(second, config, models) as engine:
        report = engine.refresh()
        assert (report.added, report.reused, report.embedded) == (len(files), len(files), 0)
        assert (report.changed, report.removed, report.unchanged) == (0, 0, 0)
        assert no_worker == []
        assert engine.status().complete
        assert engine.refresh().unchanged == len(files)
        answers = all_answers(engine)
    assert answers == cold_answers(second, models, tmp_path)


@pytest.mark.row("B11")
@pytest.mark.row("T05")
def test_a_worktree_of_another_commit_gives_the_answers_of_a_cold_index(
    tmp_path: Path, models: Models, config: Config
) -> None:
    files = sources()
    other = edited(files, random.Random(4))
    with Engine.open(made(tmp_path / "first", files), config, models) as engine:
        engine.refresh()
    second = made(tmp_path / "second", other)
    with Engine.open(second, config, models) as engine:
        report = engine.refresh()
        assert report.added == len(other)
        assert 0 < report.reused < len(other)
        answers = all_answers(engine)
    assert answers == cold_answers(second, models, tmp_path)


@pytest.mark.row("B11")
@pytest.mark.row("T05")
def test_going_to_another_branch_and_back_parses_nothing(
    tmp_path: Path, models: Models, config: Config, no_worker: list[int]
) -> None:
    files = sources()
    other = edited(files, random.Random(5))
    root = made(tmp_path / "root", files)
    with Engine.open(root, config, models) as engine:
        engine.refresh()
        right = all_answers(engine)
        lay_out(root, other)
        engine.refresh()
        there = all_answers(engine)
    no_worker.clear()
    with Engine.open(root, config, models) as engine:
        for branch, answers in ((files, right), (other, there), (files, right)):
            lay_out(root, branch)
            report = engine.refresh()
            assert report.embedded == 0
            assert report.reused == report.added + report.changed > 20
            assert all_answers(engine) == answers
    assert no_worker == []


@pytest.mark.row("B11")
def test_what_one_worktree_has_parsed_another_one_gets_at_its_checkout(
    tmp_path: Path, models: Models, config: Config, no_worker: list[int]
) -> None:
    files = sources()
    roots = [made(tmp_path / name, files) for name in ("first", "second")]
    for root in roots:
        with Engine.open(root, config, models) as engine:
            engine.refresh()
    branch = files | {"indexing/new.py": "def only_on_the_branch():\n    return 1\n", "storage/new.py": ""}
    for number, root in enumerate(roots):
        lay_out(root, branch)
        no_worker.clear()
        with Engine.open(root, config, models) as engine:
            report = engine.refresh()
            assert (report.added, report.reused) == (2, 2 * number)
            assert engine.search("only_on_the_branch").results[0].path == "indexing/new.py"
        assert len(no_worker) == 1 - number


@pytest.mark.row("B11")
def test_a_damaged_relative_is_not_copied(tmp_path: Path, models: Models, config: Config) -> None:
    files = sources()
    first, second = made(tmp_path / "first", files), made(tmp_path / "second", files)
    with Engine.open(first, config, models) as engine:
        engine.refresh()
    database = config.index_dir(first.resolve()) / DATABASE_NAME
    with database.open("r+b") as stream:
        stream.seek(database.stat().st_size // 2)
        stream.write(b"\xa5" * 64)
    with Engine.open(second, config, models) as engine:
        report = engine.refresh()
        assert (report.added, report.reused) == (len(files), 0)
        assert all_answers(engine) == cold_answers(second, models, tmp_path)


@pytest.mark.row("B11")
@pytest.mark.parametrize("damage", ["an entry", "the file", "another format"])
def test_a_damaged_cache_is_a_miss(tmp_path: Path, models: Models, config: Config, damage: str) -> None:
    files = sources()
    other = edited(files, random.Random(6))
    root = made(tmp_path / "root", files)
    for branch in (files, other):
        lay_out(root, branch)
        with Engine.open(root, config, models) as engine:
            engine.refresh()
    lay_out(root, files)
    cache = config.cache_dir / NAME
    if damage == "the file":
        cache.write_bytes(b"no database at all" * 1000)
    else:
        with contextlib.closing(sqlite3.connect(cache)) as connection, connection:
            change = "substr(data, 1, 60) || x'00' || substr(data, 62)" if damage == "an entry" else "'text'"
            connection.execute(f"UPDATE entries SET data = {change}")
    with Engine.open(root, config, models) as engine:
        report = engine.refresh()
        assert report.reused == 0
        assert report.changed > 20
        assert all_answers(engine) == cold_answers(root, models, tmp_path)


@pytest.mark.row("B11")
def test_other_settings_and_a_rebuild_take_nothing_from_others(
    tmp_path: Path, models: Models, config: Config, no_worker: list[int]
) -> None:
    files = sources()
    first, second = made(tmp_path / "first", files), made(tmp_path / "second", files)
    with Engine.open(first, config, models) as engine:
        engine.refresh()
    no_worker.clear()
    with Engine.open(first, config, models) as engine:
        assert engine.refresh(rebuild=True).reused == 0
    assert no_worker
    settings = SETTINGS.model_copy(update={"chunk_size": 128, "chunk_overlap": 16})
    with Engine.open(second, Config(settings, config.cache_dir), models) as engine:
        assert engine.refresh().reused == 0


@pytest.mark.row("B11")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_what_is_kept_is_for_its_owner_only(tmp_path: Path, models: Models, config: Config) -> None:
    root = made(tmp_path / "root", sources())
    for text in ("def first():\n    pass\n", "def second():\n    pass\n"):
        (root / "one.py").write_text(text)
        with Engine.open(root, config, models) as engine:
            engine.refresh()
    assert config.cache_dir.stat().st_mode & 0o077 == 0
    assert config.index_dir(root.resolve()).stat().st_mode & 0o077 == 0
    assert (config.cache_dir / NAME).stat().st_mode & 0o077 == 0


@pytest.mark.row("V43")
def test_a_cache_inside_of_a_repository_is_not_committed(tmp_path: Path, models: Models) -> None:
    root = made(tmp_path / "root", {"one.py": "def one():\n    return 1\n"})
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    with Engine.open(root, Config(SETTINGS, root / ".cache"), models) as engine:
        engine.refresh()
    shown = subprocess.run(
        ["git", "-C", str(root), "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.splitlines() == ["?? one.py"]


_INDEX = """
import sys
from pathlib import Path
from findspot.config import Config, Settings
from findspot.engine import Engine
if __name__ == "__main__":
    settings = Settings(workers=1, localization_model="", read_ahead=0)
    with Engine.open(Path(sys.argv[1]), Config(settings, Path(sys.argv[2]))) as engine:
        print(engine.refresh().reused)
"""


@pytest.mark.row("B11")
def test_several_processes_may_copy_and_keep_at_once(tmp_path: Path, models: Models, config: Config) -> None:
    files = sources()
    with Engine.open(made(tmp_path / "first", files), config, models) as engine:
        engine.refresh()
    other = edited(files, random.Random(7))
    roots = [made(tmp_path / f"copy{number}", other) for number in range(3)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _INDEX, str(root), str(config.cache_dir)], stdout=subprocess.PIPE, text=True
        )
        for root in roots
    ]
    assert all(int(process.communicate(timeout=120)[0]) > 20 for process in running)
    expected = cold_answers(roots[0], models, tmp_path)
    for root in roots:
        with Engine.open(root, config, models) as engine:
            assert engine.refresh().unchanged == len(other)
            assert all_answers(engine) == expected
    shutil.rmtree(config.cache_dir)


@pytest.mark.row("B11", "V12")
def test_who_asks_while_an_index_begins_as_a_copy_is_answered(tmp_path: Path, models: Models, config: Config) -> None:
    files = sources()
    first = made(tmp_path / "first", files)
    with Engine.open(first, config, models) as engine:
        engine.refresh()
    for number in range(5):
        root = made(tmp_path / f"another{number}", files)
        with Engine.open(root, config, models) as engine:
            ended = threading.Event()
            seen: list[object] = []

            def ask(engine: Engine = engine, ended: threading.Event = ended, seen: list[object] = seen) -> None:
                while not ended.is_set():
                    try:
                        seen.append(engine.status().files)
                        engine.search("schedule a retry")
                    except Exception as error:  # noqa: BLE001 - any is what must not be
                        seen.append(error)

            asking = [threading.Thread(target=ask) for _ in range(3)]
            for thread in asking:
                thread.start()
            report = engine.refresh()
            ended.set()
            for thread in asking:
                thread.join()
            assert report.reused == len(files)
            assert [one for one in seen if isinstance(one, Exception)] == []
            assert engine.status().message == ""
            assert engine.status().files == len(files)
