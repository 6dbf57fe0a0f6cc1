"""Keeping an index up to date: edits, removals, renames, damage, two processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from findspot.config import load_config
from findspot.core.types import IndexState, ProblemKind, Progress, RefreshReport
from findspot.engine import Engine, Models
from findspot.errors import Cancelled, IndexDamagedError, IndexLockedError
from findspot.indexing import indexer
from findspot.storage.locks import indexing_lock
from findspot.storage.schema import DATABASE_NAME
from findspot.workspace.walker import Walk, walk
from tests.engine.checks import open_engine
from tests.nesting import nested

_INDEX = "import sys; from findspot.cli.main import main; sys.exit(main())"


def make_files(root: Path, count: int, functions: int = 6) -> None:
    """Write Python files with distinct function names."""
    for number in range(count):
        folder = root / f"pkg{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        body = "".join(
            f"def handler_{number}_{at}(value):\n    return compute_{at}(value, {number})\n\n"
            for at in range(functions)
        )
        (folder / f"mod_{number}.py").write_text(body, encoding="utf-8")


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until a condition holds, or fail."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def names(engine: Engine, query: str) -> set[str | None]:
    """Return the symbols an exact search finds."""
    return {result.symbol for result in engine.search(query).results}


@pytest.mark.row("V18")
def test_a_second_refresh_does_nothing_and_a_changed_file_alone_is_read(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 12)
    with open_engine(tmp_path, models) as engine:
        first = engine.refresh()
        second = engine.refresh()
        assert (first.added, first.removed) == (12, 0)
        assert first.embedded > 0
        assert (second.added, second.changed, second.removed, second.embedded) == (0, 0, 0, 0)
        assert second.unchanged == 12
        target = tmp_path / "pkg1" / "mod_1.py"
        os.utime(target)
        touched = engine.refresh()
        assert (touched.changed, touched.embedded) == (0, 0)
        target.write_text("def entirely_new_thing():\n    return 42\n", encoding="utf-8")
        edited = engine.refresh(paths=["pkg1/mod_1.py"])
        assert (edited.added, edited.changed, edited.removed) == (0, 1, 0)
        assert "entirely_new_thing" in names(engine, "entirely_new_thing")
        assert "handler_1_0" not in names(engine, "handler_1_0")


@pytest.mark.row("T01")
def test_a_single_path_below_more_folders_than_calls_may_be_nested(tmp_path: Path, models: Models) -> None:
    root = tmp_path / "work"
    root.mkdir()
    with nested(root, 1500) as folder, open_engine(root, models) as engine:
        path = f"{folder}/a.py"
        (root / path).write_text("def reached_at_last():\n    return 1\n", encoding="utf-8")
        report = engine.refresh(paths=[path])
        assert (report.added, report.problems) == (1, ())
        assert names(engine, "reached_at_last") == {"reached_at_last"}
        assert engine.refresh(paths=[folder]).unchanged == 1
        assert engine.refresh().unchanged == 1
        (root / path).unlink()
        assert engine.refresh(paths=[path]).removed == 1


def test_removed_and_renamed_files_follow(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 8)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        (tmp_path / "pkg0" / "mod_0.py").unlink()
        (tmp_path / "pkg2" / "mod_2.py").rename(tmp_path / "pkg2" / "moved.py")
        report = engine.refresh()
        assert (report.added, report.removed) == (1, 2)
        assert "handler_0_0" not in names(engine, "handler_0_0")
        assert engine.search("handler_2_0").results[0].path == "pkg2/moved.py"


@pytest.mark.row("V16")
def test_a_rebuild_starts_from_nothing(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 5)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        seen: list[int] = []
        report = engine.refresh(rebuild=True, progress=lambda _: seen.append(engine.status().files))
        assert seen[0] == 0
        assert report.added == 5
        assert engine.status().files == 5


def test_progress_ends_with_all_files_and_the_status_follows(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 60)
    steps: list[Progress] = []
    states: set[IndexState] = set()
    with open_engine(tmp_path, models, workers=1) as engine:

        def note(step: Progress) -> None:
            steps.append(step)
            states.add(engine.status().state)

        engine.refresh(progress=note)
        assert engine.status().state is IndexState.READY
    assert states == {IndexState.INDEXING}
    assert steps[0].phase == "scanning"
    assert steps[-1].phase == "done"
    assert (steps[-1].done, steps[-1].total) == (60, 60)
    done = [step.done for step in steps if step.phase == "indexing"]
    assert done == sorted(done)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_keeps_what_was_done(tmp_path: Path, models: Models, workers: int) -> None:
    make_files(tmp_path, 700)
    stop = threading.Event()
    with open_engine(tmp_path, models, workers=workers) as engine:

        def halt(step: Progress) -> None:
            if step.phase == "indexing" and step.done >= 550:
                stop.set()

        with pytest.raises(Cancelled):
            engine.refresh(progress=halt, stop=stop)
        status = engine.status()
        assert 0 < status.files < 700
        assert status.state is IndexState.ABORTED
        assert engine.search("handler").results
        engine.refresh()
        assert engine.status().files == 700
        assert engine.status().holes == 0


def test_worker_processes_and_one_process_build_the_same_index(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path / "work", 320, functions=3)
    answers = []
    for workers in (1, 2):
        config = load_config(
            tmp_path / "work", {"workers": workers}, environ={"FINDSPOT_CACHE_DIR": str(tmp_path / str(workers))}
        )
        with Engine.open(tmp_path / "work", config, models) as engine:
            engine.refresh()
            status = engine.status()
            found = engine.search("compute handler value", top_k=20).results
            answers.append((status.files, status.chunks, [(r.path, r.symbol, round(r.score, 6)) for r in found]))
    assert answers[0] == answers[1]


@pytest.mark.row("V46")
def test_troublesome_files_are_counted_and_never_stop_the_rest(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 3)
    (tmp_path / "empty.py").write_bytes(b"")
    (tmp_path / "one_line.js").write_bytes(b"var a=1;" * 700_000)
    (tmp_path / "latin.py").write_bytes("def caf\xe9():\n    return 'cr\xe8me'\n".encode("latin-1"))
    (tmp_path / "wide.py").write_bytes("def wide_words():\n    return 'ok'\n".encode("utf-16"))
    (tmp_path / "nul.py").write_bytes(b"def f():\n    return '\0'\n")
    with (tmp_path / "huge.txt").open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    with open_engine(tmp_path, models) as engine:
        report = engine.refresh()
        kinds = dict(report.skipped)
        assert kinds[ProblemKind.TOO_LARGE.value] == 2
        assert kinds[ProblemKind.BINARY.value] == 1
        assert kinds[ProblemKind.NOT_REGULAR.value] == kinds[ProblemKind.LINK.value] == 1
        assert ProblemKind.OTHER_ENCODING.value not in kinds  # it is in the index
        assert "wide_words" in names(engine, "wide_words")
        assert any(result.path == "latin.py" for result in engine.search("return crème").results)
        assert dict(engine.status().problems)[ProblemKind.OTHER_ENCODING.value] == 1
        assert dict(engine.status().skipped) == kinds
        again = engine.refresh()
        assert (again.added, again.changed, again.embedded) == (0, 0, 0)


def test_a_file_that_goes_between_walk_and_read_is_simply_absent(
    tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_files(tmp_path, 3)
    with open_engine(tmp_path, models, workers=1) as engine:
        target = tmp_path / "pkg1" / "mod_1.py"

        def walk_then_remove(*args: Any, **kwargs: Any) -> Walk:
            found = walk(*args, **kwargs)
            target.unlink()
            return found

        monkeypatch.setattr("findspot.indexing.indexer.walk", walk_then_remove)
        report = engine.refresh()
        assert report.added == 2
        assert engine.status().files == 2


@pytest.mark.row("V45")
@pytest.mark.row("C02")
def test_a_watched_root_follows_the_disk(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 4)
    reports: list[RefreshReport] = []
    with open_engine(tmp_path, models, debounce_ms=50) as engine:
        engine.refresh()
        engine.watch(reports.append)
        (tmp_path / "pkg0" / "fresh.py").write_text("def just_written():\n    return 1\n", encoding="utf-8")
        wait_for(lambda: "just_written" in names(engine, "just_written"))
        (tmp_path / "pkg0" / "fresh.py").unlink()
        wait_for(lambda: "just_written" not in names(engine, "just_written"))
        wait_for(lambda: len(reports) >= 2)


@pytest.mark.row("C03")
def test_two_roots_share_models_and_nothing_else(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path / "one", 2)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "other.py").write_text("def only_in_two():\n    return 2\n", encoding="utf-8")
    with open_engine(tmp_path / "one", models) as one, open_engine(tmp_path / "two", models) as two:
        one.refresh()
        two.refresh()
        assert names(one, "only_in_two") == set()
        assert names(two, "only_in_two") == {"only_in_two"}


def test_a_locked_index_is_said_and_still_answers(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 2)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        with indexing_lock(engine.config.index_dir(engine.root)):
            with pytest.raises(IndexLockedError, match="another process"):
                engine.refresh()
            assert engine.status().other_process_indexing
            assert engine.search("handler_0_0").results
        engine.refresh()


def test_the_lock_of_its_own_refresh_is_no_other_process(
    tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between taking the lock and the first step there is nothing else that shows who indexes."""
    make_files(tmp_path, 1)
    held, go_on = threading.Event(), threading.Event()

    @contextlib.contextmanager
    def locked(*words: Any) -> Iterator[None]:
        with indexing_lock(*words):
            held.set()
            assert go_on.wait(30)
            yield

    monkeypatch.setattr(indexer, "indexing_lock", locked)
    with open_engine(tmp_path, models) as engine:
        work = threading.Thread(target=engine.refresh)
        work.start()
        assert held.wait(30)
        status = engine.status()
        go_on.set()
        work.join()
        assert not status.other_process_indexing
        assert status.state is IndexState.INDEXING


def damage(database: Path) -> None:
    """Overwrite the second half of a database, which opening it does not notice."""
    size = database.stat().st_size
    with database.open("r+b") as stream:
        stream.seek(size // 2)
        stream.write(b"\xa5" * (size - size // 2))


@pytest.mark.parametrize("how", ["cut", "overwritten"])
def test_a_damaged_database_is_built_again_by_whoever_comes_next(tmp_path: Path, models: Models, how: str) -> None:
    make_files(tmp_path, 40)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        database = engine.config.index_dir(engine.root) / DATABASE_NAME
    if how == "cut":
        os.truncate(database, database.stat().st_size // 2)
    else:
        damage(database)
    with open_engine(tmp_path, models) as engine, contextlib.suppress(IndexDamagedError):
        engine.search("handler_3_1 compute value")
        engine.search("handler_39_5")
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        assert "handler_3_1" in names(engine, "handler_3_1")
        assert engine.status().files == 40


def test_the_command_heals_a_damaged_index_by_itself(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 40)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        damage(engine.config.index_dir(engine.root) / DATABASE_NAME)
    command = [sys.executable, "-c", _INDEX, "search", "--root", str(tmp_path), "--format", "files", "handler_39_5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout.strip().splitlines()[0]) == (0, str(Path("pkg4") / "mod_39.py")), done.stderr


def test_an_index_deleted_under_an_open_engine_comes_back(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 6)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        shutil.rmtree(engine.config.index_dir(engine.root))
        engine.refresh(paths=["pkg1/mod_1.py"])
        assert engine.status().files == 6
        assert engine.search("handler_5_5").results[0].symbol == "handler_5_5"


def test_deleting_the_index_brings_it_back(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 6)
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        folder = engine.config.index_dir(engine.root)
        before = engine.search("handler compute").results
    for path in folder.iterdir():
        path.unlink()
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        assert engine.search("handler compute").results == before


@pytest.mark.row("V43")
def test_nothing_is_written_into_the_root(tmp_path: Path, models: Models) -> None:
    make_files(tmp_path, 3)
    before = sorted(path for path in tmp_path.rglob("*"))
    with open_engine(tmp_path, models) as engine:
        engine.refresh()
        engine.search("handler")
    assert sorted(path for path in tmp_path.rglob("*")) == before
