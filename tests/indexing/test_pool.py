"""Workers that crash, hang or are killed: what it costs is one file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from findspot.core.types import ProblemKind
from findspot.errors import Cancelled, WorkerError
from findspot.indexing.pool import PreparerPool
from findspot.indexing.tasks import Outcome, PreparerOptions, Task
from findspot.storage.records import PreparedFile
from findspot.workspace.walker import WalkOptions
from tests.indexing.bombs import CRASH, ENDLESS

GOOD = b"def good(value):\n    return value\n"


def options(root: Path) -> PreparerOptions:
    return PreparerOptions(root, WalkOptions(), 256, 64)


def write(root: Path, files: dict[str, bytes]) -> list[Task]:
    for name, content in files.items():
        (root / name).write_bytes(content)
    return [Task(name) for name in files]


def prepared(pool: PreparerPool, tasks: list[Task]) -> dict[str, PreparedFile]:
    outcomes: list[Outcome] = [one for some in pool.prepare(tasks) for one in some]
    assert sorted(one.path for one in outcomes) == sorted(task.path for task in tasks)
    assert all(isinstance(one, PreparedFile) for one in outcomes)
    return {one.path: one for one in outcomes if isinstance(one, PreparedFile)}


def problems(file: PreparedFile) -> list[tuple[ProblemKind, str]]:
    return list(file.problems)


@pytest.mark.row("T01")
def test_a_file_that_crashes_the_parser_is_plain_text_and_costs_no_other(tmp_path: Path) -> None:
    names = [f"m{number:03}.py" for number in range(60)]
    tasks = write(tmp_path, {name: CRASH if name in {"m007.py", "m031.py"} else GOOD for name in names})
    pool = PreparerPool(options(tmp_path))
    files = prepared(pool, tasks)
    pool.close()
    for name, file in files.items():
        if name in {"m007.py", "m031.py"}:
            assert problems(file) == [
                (ProblemKind.QUARANTINED, "The parser crashed on this file; it is indexed as plain text.")
            ]
            assert {chunk.kind for chunk in file.chunks} == {"window"}
        else:
            assert not problems(file)
            assert [chunk.symbol for chunk in file.chunks] == ["good"]


@pytest.mark.row("T01")
def test_a_file_that_takes_too_long_is_plain_text(tmp_path: Path) -> None:
    tasks = write(tmp_path, {"a.py": GOOD, ENDLESS.name: ENDLESS.content, "b.py": GOOD})
    pool = PreparerPool(options(tmp_path))
    files = prepared(pool, tasks)
    pool.close()
    assert list(files) == ["a.py", "b.py", ENDLESS.name]  # what takes long is waited for by nobody
    [(kind, message)] = problems(files[ENDLESS.name])
    assert kind is ProblemKind.QUARANTINED
    assert message.startswith("The parser took longer than 5 s for this file")
    assert files[ENDLESS.name].chunks
    assert not problems(files["a.py"])
    assert not problems(files["b.py"])


@pytest.mark.row("T01")
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")
def test_a_worker_killed_from_outside_costs_nothing(tmp_path: Path) -> None:
    tasks = write(tmp_path, {f"m{number:04}.py": GOOD * 40 for number in range(400)})
    pool = PreparerPool(options(tmp_path))
    found: list[Outcome] = []
    killed = 0
    for some in pool.prepare(tasks, workers=2):
        found += some
        with pool._guard:
            pids = [worker.pid for worker in pool._busy]
        if pids and killed < 3:
            os.kill(pids[0], signal.SIGKILL)
            killed += 1
    pool.close()
    assert killed
    assert sorted(one.path for one in found) == [task.path for task in tasks]
    assert not any(one.problems for one in found if isinstance(one, PreparedFile))


@pytest.mark.row("T07")
def test_a_run_stops_at_once_in_the_middle_of_a_bad_file(tmp_path: Path) -> None:
    tasks = write(tmp_path, {ENDLESS.name: ENDLESS.content})
    pool = PreparerPool(options(tmp_path))
    stop = threading.Event()
    threading.Timer(1.5, stop.set).start()
    with pytest.raises(Cancelled):
        list(pool.prepare(tasks, stop=stop))
    stopped = time.monotonic()
    assert stop.is_set()
    pool.close()
    assert time.monotonic() - stopped < 30.0
    assert not pool._busy


def test_a_warm_worker_takes_the_next_file(tmp_path: Path) -> None:
    pool = PreparerPool(options(tmp_path))
    prepared(pool, write(tmp_path, {"a.py": GOOD}))
    [first] = pool._idle
    prepared(pool, write(tmp_path, {"b.py": GOOD}))
    assert pool._idle == [first]
    pool.close()
    assert not pool._idle
    assert not first.alive()


def test_a_worker_that_is_being_warmed_takes_the_next_file(tmp_path: Path) -> None:
    pool = PreparerPool(options(tmp_path))
    pool.warm()
    pool.warm()
    prepared(pool, write(tmp_path, {"a.py": GOOD}))
    [first] = pool._idle
    pool.warm()
    prepared(pool, write(tmp_path, {"b.py": GOOD}))
    assert pool._idle == [first]
    pool.close()
    assert not first.alive()
    pool.warm()
    assert not pool._idle


def test_a_pool_that_is_closed_while_it_warms_leaves_no_worker(tmp_path: Path) -> None:
    pool = PreparerPool(options(tmp_path))
    pool.warm()
    pool.close()
    assert not pool._idle
    with pytest.raises(Cancelled):
        list(pool.prepare(write(tmp_path, {"a.py": GOOD})))


def test_a_worker_loads_no_settings() -> None:
    program = "import sys, findspot.indexing.prepare; sys.exit('findspot.config' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_a_warm_worker_that_was_killed_meanwhile_is_replaced(tmp_path: Path) -> None:
    pool = PreparerPool(options(tmp_path))
    tasks = write(tmp_path, {"a.py": GOOD})
    prepared(pool, tasks)
    pool._idle[0].kill()
    assert not problems(prepared(pool, tasks)["a.py"])
    pool.close()


def test_a_worker_that_cannot_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = write(tmp_path, {"a.py": GOOD})
    for executable in (tmp_path / "missing", Path(sys.executable).with_name("true")):
        monkeypatch.setattr("multiprocessing.spawn.get_executable", lambda name=str(executable): name)
        pool = PreparerPool(options(tmp_path))
        with pytest.raises(WorkerError, match="cannot be started with"):
            list(pool.prepare(tasks))
        pool.close()


@pytest.mark.row("T01")
@pytest.mark.skipif(sys.platform == "win32", reason="ended by a POSIX signal")
def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": GOOD})
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from findspot.indexing.pool import PreparerPool\n"
        "from findspot.indexing.tasks import PreparerOptions, Task\n"
        "from findspot.workspace.walker import WalkOptions\n"
        "pool = PreparerPool(PreparerOptions(Path(sys.argv[1]), WalkOptions(), 256, 64))\n"
        "list(pool.prepare([Task('a.py')]))\n"
        "print(pool._idle[0].pid, flush=True)\n"
        "time.sleep(100)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 30.0
    while _runs(worker):
        assert time.monotonic() < deadline, "the worker outlives its parent"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:  # nobody may collect it here: what has ended counts as gone
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_no_main_guard_is_needed(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": GOOD})
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from findspot.config import load_config\n"
        "from findspot.engine import Engine\n"
        "print('begins')\n"
        "root = Path(sys.argv[1])\n"
        "with Engine.open(root, load_config(root)) as engine:\n"
        "    print(engine.refresh().added)\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["begins", "2"]


@pytest.mark.row("T03")
def test_a_worker_takes_no_module_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = write(
        tmp_path, {"a.py": GOOD, "tree_sitter.py": b"raise SystemExit(3)\n", "pickle.py": b"raise SystemExit(3)\n"}
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    pool = PreparerPool(options(tmp_path))
    assert len(prepared(pool, tasks)) == 3
    pool.close()
