"""``findspot eval`` as a process: its table and its JSON, from a subfolder, stopped, and where there is nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.cli.processes import COMMAND, findspot, rest_of
from tests.evaluation.histories import COUNT, DRAIN, DROP, WAIT, commit, make_history
from tests.indexing.bombs import CRASH
from tests.training.repositories import QUEUE, git

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a repository with four commits that suit."""
    make_history(tmp_path / "shop")
    return (tmp_path / "shop").resolve()


@pytest.mark.row("B12")
def test_the_history_around_a_subfolder_is_measured(shop: Path) -> None:
    done = findspot("eval", "--json", cwd=shop / "net")
    record = json.loads(done.stdout)
    assert (record["root"], record["commits"], record["complete"]) == (str(shop), 4, True)
    assert [row["message"] for row in record["rows"]] == [COUNT, DROP, DRAIN, WAIT]
    assert record["rows"][0]["parent"] == git(shop, "rev-parse", "HEAD~1")
    assert all("applied" in reason or "one candidate" in reason for reason in record["model"]), record["model"]
    assert record["budget"] == 1.0
    assert done.stderr == b""


@pytest.mark.row("T01")
def test_a_file_that_crashes_the_parser_costs_its_own_rows_only(shop: Path) -> None:
    crash = CRASH.decode()
    commit(shop, "Teach the queue to count in a table of its own", {"src/table.py": crash})
    commit(shop, "Forget what the queue was told about tables", {"src/table.py": crash.replace("x =", "y =", 1)})
    commit(shop, "Take the oldest job out of the queue again", {"src/queue.py": QUEUE})
    done = findspot("eval", "--json", "--budget", "0", cwd=shop)
    rows = json.loads(done.stdout)["rows"]
    assert [row["message"] for row in rows] == ["Take the oldest job out of the queue again", COUNT, DROP, DRAIN, WAIT]
    assert rows[0]["ranks"]["bm25"]["functions"][0] == 1
    assert done.stderr == b""


@pytest.mark.row("B12")
def test_the_table_names_every_system(ask: Ask, shop: Path, tmp_path: Path) -> None:
    done = ask("eval", str(shop), "--commits", "2", "--budget", "0", cwd=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert lines[0] == str(shop)
    assert lines[1].startswith("2 commits, ")
    assert "file@1" in lines[3]
    assert [line.split()[0] for line in lines[5:8]] == ["localize", "search", "bm25"]
    assert any(line.startswith("localize  p50 ") for line in lines)
    assert not (Path(os.environ["FINDSPOT_CACHE_DIR"])).exists()


def test_settings_of_the_project_count(ask: Ask, shop: Path) -> None:
    (shop / ".findspot").mkdir()
    (shop / ".findspot" / "config.toml").write_text("budget = 0\n")
    record = json.loads(ask("eval", "--json", cwd=shop / "net").stdout)
    assert "applied" not in record["model"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("eval",), b"not inside a git repository"),
        (("eval", "nowhere"), b"no such folder"),
        (("eval", "--commits", "0"), b"must be a whole number from 1 on"),
        (("eval", "bare"), b"no commit suits"),
        (("eval", "bare", "--budget", "-1"), b"--budget -1: must be a number"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(ask: Ask, tmp_path: Path, argv: tuple[str, ...], words: bytes) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    git(bare, "init", "-q")
    commit(bare, "Begin with a single file of notes", {"notes.txt": "x"})
    done = ask(*argv, cwd=tmp_path, status=2)
    assert words in done.stderr
    assert (done.stdout, done.stderr.count(b"\n")) == (b"", 1)


@pytest.mark.row("B12")
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and terminals")
def test_an_interrupt_prints_what_was_measured_so_far(shop: Path) -> None:
    import pty

    names = [f"place_{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    texts = {name: f"def parcels_of_{name}(item):\n    return item\n" for name in names}
    commit(shop, "Bring in the parcels of all places", {f"src/{name}.py": text for name, text in texts.items()})
    for name, text in texts.items():
        commit(
            shop, f"Give the parcels of {name} back twice", {f"src/{name}.py": text.replace(" item\n", " 2 * item\n")}
        )
    master, terminal = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "eval", "--budget", "0"], cwd=shop, stdout=subprocess.PIPE, stderr=terminal, stdin=subprocess.DEVNULL
    ) as process:
        os.close(terminal)
        shown = b""
        while b"commit 3 of 30" not in shown and process.poll() is None:
            shown += os.read(master, 4096)
        process.send_signal(signal.SIGINT)
        out = process.communicate()[0].decode()
    shown += rest_of(master)
    assert process.returncode == 130, shown
    assert "stopped before the other" in out
    assert "file@1" in out
    assert b"findspot: stopped; " in shown
    assert b"Traceback" not in shown
