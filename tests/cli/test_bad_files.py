"""The real command on folders with files that end their parser."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.processes import COMMAND, findspot, paths, write_project
from tests.indexing.bombs import CRASH

pytestmark = pytest.mark.slow


@pytest.mark.row("T01")
def test_a_file_that_crashes_the_parser_is_named_and_the_others_are_found(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project")
    (root / "src" / "bomb.py").write_bytes(CRASH)
    found = paths(findspot("search", "verify_checksum", "--json", cwd=root))
    assert found[0] == "src/uploads/checksum.py"
    told = findspot("status", cwd=root).stdout.decode()
    assert "1 quarantined" in told
    assert "src/bomb.py: The parser crashed on this file; it is indexed as plain text." in told
    status = json.loads(findspot("status", "--json", cwd=root).stdout)
    assert [problem["path"] for problem in status["quarantined"]] == ["src/bomb.py"]
    assert b"0 changed" in findspot("index", cwd=root).stdout


@pytest.mark.row("T01")
def test_two_commands_at_once_over_a_bad_file(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project")
    (root / "bomb.py").write_bytes(CRASH)
    asked = [*COMMAND, "search", "verify_checksum", "--json"]
    both = [subprocess.Popen(asked, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for one in both:
        output, errors = one.communicate(timeout=100)
        assert one.returncode == 0, errors
        assert json.loads(output.splitlines()[0])["path"] == "src/uploads/checksum.py"


@pytest.mark.row("T01")
@pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc")
def test_workers_killed_in_the_middle_of_a_run_cost_nothing(tmp_path: Path) -> None:
    more = "".join(
        f"def step{n}(value):\n    return value * {n * 7919 % 1009} + helper{n % 13}\n\n\n" for n in range(150)
    )
    files = {f"m{n}.py": f"def place_{n}(value):\n    return value + {n}\n\n\n{more}" for n in range(500)}
    root = write_project(tmp_path / "project", files)
    with subprocess.Popen([*COMMAND, "index"], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        killed = 0
        while run.poll() is None and killed < 3:
            for child in _children(run.pid)[:1]:
                os.kill(child, signal.SIGKILL)
                killed += 1
            time.sleep(0.4)
        output, errors = run.communicate(timeout=100)
    assert killed
    assert run.returncode == 0, errors
    assert b"500 added" in output
    assert "none" in findspot("status", cwd=root).stdout.decode().split("problems")[1].splitlines()[0]
    assert paths(findspot("search", "place_499", "--json", cwd=root))[0] == "m499.py"


@pytest.mark.row("T01")
@pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc")
def test_no_worker_outlives_a_killed_command(tmp_path: Path) -> None:
    more = "".join(
        f"def step{n}(value):\n    return value * {n * 7919 % 1009} + helper{n % 13}\n\n\n" for n in range(150)
    )
    files = {f"m{n}.py": f"def place_{n}(value):\n    return value + {n}\n\n\n{more}" for n in range(500)}
    root = write_project(tmp_path / "project", files)
    with subprocess.Popen([*COMMAND, "index"], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        while run.poll() is None and not (workers := _children(run.pid)):
            time.sleep(0.02)
        run.kill()
    deadline = time.monotonic() + 30.0
    while any(Path(f"/proc/{worker}/cmdline").exists() and _bootstrapped(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _children(pid: int) -> list[int]:
    try:
        listed = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [child for child in map(int, " ".join(listed).split()) if _bootstrapped(child)]


def _bootstrapped(pid: int) -> bool:
    try:
        return b"findspot.indexing.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
