"""The question before a first large index, on a real terminal."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.processes import asking, findspot, rest_of, write_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX only")

LARGE = ("--index-warn-threshold", "4")


def on_terminal(project: Path, words: list[str], answer: bytes) -> tuple[int, str]:
    """Run a command on a terminal, answer the question that it asks, and return its status and what it showed."""
    process, master = asking(words, project)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(master, 4096)
    os.write(master, answer)
    status = process.wait(timeout=60)
    return status, (shown + rest_of(master)).decode()


def state_of(project: Path) -> str:
    return str(json.loads(findspot("status", "--json", cwd=project).stdout)["state"])


@pytest.mark.row("V14")
def test_no_ends_with_status_1_and_an_index_that_is_called_aborted(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    status, shown = on_terminal(project, ["retries", *LARGE], b"n\n")
    assert status == 1
    assert f"{project} has 4 files to index" in shown
    assert "was not indexed" in shown
    assert state_of(project) == "aborted"
    status, _ = on_terminal(project, ["index", *LARGE], b"\n")
    assert status == 1
    status, shown = on_terminal(project, ["schedule a retry", *LARGE], b"y\n")
    assert status == 0
    assert "scheduler.py" in shown
    assert state_of(project) == "ready"


@pytest.mark.row("V14")
def test_one_ctrl_c_at_the_question_ends_the_command(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    process, master = asking(["retries", *LARGE], project)
    while b"[y/N]" not in os.read(master, 4096):
        pass
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert b"Traceback" not in rest_of(master)
    assert state_of(project) == "empty"


@pytest.mark.row("V14")
@pytest.mark.parametrize("words", [["--index-warn-threshold", "0"], ["--index-warn-threshold", "5"]])
def test_zero_and_a_smaller_index_ask_nothing(tmp_path: Path, words: list[str]) -> None:
    process, master = asking(["index", *words], write_project(tmp_path / "project"))
    assert process.wait(timeout=60) == 0
    assert b"[y/N]" not in rest_of(master)


@pytest.mark.row("V14")
def test_where_nobody_can_answer_it_goes_on(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    assert b"[y/N]" not in findspot("schedule a retry", *LARGE, cwd=project).stderr
    assert state_of(project) == "ready"
    (project / "more.py").write_text("def more(): ...\n", encoding="utf-8")
    process, master = asking(["index", "--index-warn-threshold", "1"], project)
    assert process.wait(timeout=60) == 0  # it is no first index any more
    assert b"[y/N]" not in rest_of(master)
