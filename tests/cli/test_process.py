"""What only a real process shows: signals, pipes, terminals, locales, two processes at once, places that fail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from findspot.config import load_config
from tests.cli.conftest import Ask
from tests.cli.processes import COMMAND, findspot, paths, rest_of, write_project

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals, pipes or terminals")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small project that no index knows yet."""
    return write_project(tmp_path / "project")


@pytest.fixture
def large_project(tmp_path: Path) -> Path:
    """Return a project that takes a while to index."""
    body = "".join(
        f"def handler_{number}(request, session):\n"
        f'    """Answer request number {number} of the session."""\n'
        f"    return session.render(request.value_{number}, {number})\n\n"
        for number in range(40)
    )
    return write_project(tmp_path / "large", {f"pkg{n % 50}/module_{n}.py": f"N = {n}\n\n{body}" for n in range(400)})


@pytest.mark.row("V11")
def test_two_first_searches_at_once_both_answer(project: Path) -> None:
    started = [
        subprocess.Popen(
            [*COMMAND, "schedule_retry", "--json"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for process in started:
        out, err = process.communicate()
        assert process.returncode == 0, err
        assert json.loads(out.splitlines()[0])["path"] == "src/uploads/scheduler.py"


@posix_only
@pytest.mark.parametrize("words", [("x y",), ("context", "x y"), ("install", "zed", "--dry-run")], ids=" ".join)
def test_a_current_folder_that_is_gone_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    started = subprocess.run(
        ["sh", "-c", 'rmdir "$0"; exec "$@"', str(gone), *COMMAND, *words], cwd=gone, capture_output=True, check=False
    )
    assert started.returncode == 2
    assert started.stderr.splitlines()[-1] == b"findspot: error: the current folder is gone; change to another one"
    assert b"Traceback" not in started.stderr


INTERRUPTED_EARLY = """
import signal, sys

class Finder:
    def find_spec(self, name, *_):
        if name == "findspot.cli.commands":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Finder())
from findspot.__main__ import run
sys.exit(run())
"""


@posix_only
def test_an_interrupt_while_the_command_is_still_loading_is_quiet(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_EARLY], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


@posix_only
def test_quiet_shows_nothing_on_a_terminal(project: Path) -> None:
    import pty

    master, terminal = pty.openpty()
    done = subprocess.run([*COMMAND, "index", "-q"], cwd=project, stdout=subprocess.PIPE, stderr=terminal, check=True)
    os.close(terminal)
    assert rest_of(master) == b""
    assert b"index ready: 4 files" in done.stdout


@posix_only
def test_interrupting_the_index_keeps_what_was_done(ask: Ask, large_project: Path) -> None:
    import pty

    master, terminal = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "index"], cwd=large_project, stdout=subprocess.PIPE, stderr=terminal, stdin=subprocess.DEVNULL
    ) as process:
        os.close(terminal)
        shown = b""
        while b"files/s" not in shown and process.poll() is None:
            shown += os.read(master, 4096)
        process.send_signal(signal.SIGINT)
        out = process.communicate()[0]
    shown += rest_of(master)
    assert (process.returncode, out) == (130, b""), shown
    *_, progress, wiped, said, end = shown.split(b"\r")
    assert b"files/s" in progress
    assert wiped.strip() == b""
    assert b"what was indexed so far is kept" in said
    assert end == b"\n"
    status = json.loads(ask("status", "--json", cwd=large_project).stdout)
    assert status["files"] < 400
    report = json.loads(ask("index", "--json", cwd=large_project).stdout)
    assert report["state"] == "ready"
    assert report["added"] + report["changed"] + report["unchanged"] == 400
    assert json.loads(ask("status", "--json", cwd=large_project).stdout)["files"] == 400


@posix_only
def test_a_reader_that_goes_away_ends_the_command_quietly(ask: Ask, project: Path) -> None:
    ask("index", cwd=project)
    with subprocess.Popen(
        [*COMMAND, "upload", "--json", "-q"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@posix_only
def test_closed_streams_do_no_harm(project: Path) -> None:
    for redirection, status in ((">&-", 0), (">&- 2>&- <&-", 0)):
        shell = f'"$0" -m findspot upload {redirection}'
        done = subprocess.run(["/bin/sh", "-c", shell, sys.executable], cwd=project, capture_output=True, check=False)
        assert (done.returncode, b"Traceback" in done.stderr) == (status, False), (redirection, done.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [("upload",), ("install", "zed", "--dry-run"), ("models",)], ids=" ".join)
def test_a_full_disk_behind_standard_output_is_an_error(project: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, *words], cwd=project, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr == b"findspot: error: the disk is full; free some space and try again\n"


def test_a_cache_folder_that_cannot_be_made_is_an_error(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    env = {"FINDSPOT_CACHE_DIR": str(tmp_path / "file" / "cache")}
    for argv in (("upload",), ("index",)):
        done = findspot(*argv, cwd=project, env=env, status=2)
        assert done.stderr.startswith(b"findspot: error: ")
        assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_an_index_that_cannot_be_written_still_answers(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    env = {"FINDSPOT_CACHE_DIR": str(cache)}
    findspot("index", cwd=project, env=env)
    folders = [cache, *(path for path in cache.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        done = findspot("schedule_retry", "--json", cwd=project, env=env)
        assert paths(done)[0] == "src/uploads/scheduler.py"
    finally:
        for folder in folders:
            folder.chmod(0o700)


def test_the_cache_folder_moves_and_the_repository_stays_clean(project: Path, tmp_path: Path) -> None:
    before = sorted(path for path in project.rglob("*"))
    findspot("upload", cwd=project, env={"FINDSPOT_CACHE_DIR": str(tmp_path / "elsewhere")})
    assert any((tmp_path / "elsewhere").iterdir())
    assert sorted(path for path in project.rglob("*")) == before


@posix_only
def test_endless_input_is_refused_and_not_read_to_its_end(project: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            [*COMMAND, "localize"], cwd=project, stdin=endless, capture_output=True, check=False, timeout=60
        )
    assert done.returncode == 2
    assert b"cut the text down" in done.stderr


def test_verbose_logs_go_to_standard_error(project: Path) -> None:
    done = findspot("upload", "--json", "--verbose", cwd=project)
    assert paths(done)


@posix_only
def test_an_interrupt_in_a_search_is_status_130(large_project: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "handler"], cwd=large_project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        cache = load_config(large_project).index_dir(large_project)
        while not cache.exists() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_any_output_encoding_will_do(tmp_path: Path, encoding: str) -> None:
    project = write_project(tmp_path / "p", {"größe 測.py": "def größe():\n    return '測'\n"})
    env = {"PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    assert findspot("größe", cwd=project, env=env).stdout
    assert paths(findspot("größe", "--json", cwd=project, env=env)) == ["größe 測.py"]


@pytest.mark.row("V46")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are not UTF-8")
def test_names_that_are_not_utf_8(ask: Ask, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    odd = write_project(tmp_path / name, {})
    shown = findspot("status", "--show-root", cwd=odd, env={"PYTHONUTF8": "1"}).stdout
    assert shown == os.fsencode(odd) + b"\n"
    project = write_project(tmp_path / "project", {})
    (project / f"{name}.py").write_text("def oddity():\n    return 1\n")
    (project / "good.py").write_text("def oddity():\n    return 1\n")
    assert paths(ask("oddity", "--json", cwd=project)) == ["good.py"]
    assert json.loads(ask("status", "--json", cwd=project).stdout)["problems"] == {"not valid text": 1}


def test_the_language_server_is_started(project: Path) -> None:
    body = json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {"processId": None, "rootUri": None, "capabilities": {}},
        }
    ).encode()
    request = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    done = findspot("lsp", "--stdio", cwd=project, stdin=request, status=None)
    assert done.stdout.startswith(b"Content-Length: ")
    assert b'"capabilities"' in done.stdout
