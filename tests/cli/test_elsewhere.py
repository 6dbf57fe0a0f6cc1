"""A command that a warm process runs: the same words and status as its own, and its own whenever that fails."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from findspot.cli import serving
from findspot.config import load_config
from findspot.mcp.host import shared
from findspot.service.engines import SharedEngines
from findspot.service.line import line_of
from findspot.service.link import Service, Warm
from tests.cli.processes import COMMAND, findspot, write_project

TRACE = b"Traceback (most recent call last):\nChecksumMismatch: the stored bytes of an upload\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "shop")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the commands that this process was given have ended here: ``exit`` or ``declined``."""
    ends: list[str] = []
    send = serving._Caller.send

    def noted(self: serving._Caller, name: str, value: object) -> None:
        if name in {"exit", "declined"}:
            ends.append(name)
        send(self, name, value)

    monkeypatch.setattr(serving._Caller, "send", noted)
    return ends


@pytest.fixture
def warm(project: Path) -> Iterator[SharedEngines]:
    """Make this process a warm one, with the project open and watched."""
    engines = SharedEngines()
    access = engines.open(project, load_config(project))
    access.engine.refresh()
    access.engine.watch()
    with shared(engines, serving.services):
        deadline = time.monotonic() + 30
        while not list((load_config(None).cache_dir / "processes").glob("*.json")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield engines
    engines.give_back(access.engine)
    engines.close()


COMMANDS: tuple[tuple[tuple[str, ...], bytes], ...] = (
    (("where are upload retries scheduled",), b""),
    (("--json", "-k", "2", "verify checksum", "src"), b""),
    (("localize", "-", "--budget", "0", "--json", "--no-text"), TRACE),
    (("localize", "--budget", "0", "-q"), TRACE),
    (("context", "--budget-tokens", "300", "retry of an upload"), b""),
    (("related", "src/uploads/scheduler.py:7"), b""),
    (("status",), b""),
    (("zanzibar_quokka", "docs", "-q"), b""),
    (("retry", "no/such/folder"), b""),
    (("retry", ".."), b""),
    (("status", "--skipped"), b""),
)


@pytest.mark.row("B07", "B17")
def test_what_is_printed_and_the_status_are_those_of_a_command_alone(
    project: Path, said: list[str], request: pytest.FixtureRequest
) -> None:
    alone = [findspot(*argv, cwd=project, stdin=stdin, status=None) for argv, stdin in COMMANDS]
    alone = [findspot(*argv, cwd=project, stdin=stdin, status=None) for argv, stdin in COMMANDS]  # of a whole index
    assert said == []
    request.getfixturevalue("warm")
    for (argv, stdin), one in zip(COMMANDS, alone, strict=True):
        other = findspot(*argv, cwd=project, stdin=stdin, status=None)
        assert (other.returncode, _timeless(other.stdout)) == (one.returncode, _timeless(one.stdout)), argv
        assert _timeless(other.stderr) == _timeless(one.stderr), argv
    assert said == ["exit"] * len(COMMANDS)


def _timeless(output: bytes) -> list[str]:
    """Return the lines without seconds, and without the size of a file that grows while it is open."""
    lines = output.decode().replace("\r", "\n").splitlines()
    return [line.rpartition("; ")[0] if line.endswith(" s") else line for line in lines if not line.startswith("size")]


@pytest.mark.row("B07", "V45")
def test_an_edit_right_before_the_command_is_seen(project: Path, said: list[str], warm: SharedEngines) -> None:
    assert warm.is_open(project)
    for number in range(3):
        (project / f"late{number}.py").write_text(f"def arrived_late_{number}():\n    return {number}\n")
        found = findspot(f"arrived_late_{number}", "-k", "1", "--format", "files", cwd=project)
        assert found.stdout.decode().split() == [f"late{number}.py"]
        (project / f"late{number}.py").unlink()
        gone = findspot("status", "--json", cwd=project)
        again = findspot(f"arrived_late_{number}", "--format", "files", cwd=project, status=None)
        assert json.loads(gone.stdout)["state"] in {"ready", "indexing"}
        assert f"late{number}.py" not in again.stdout.decode()
    assert set(said) == {"exit"}


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize(
    "argv",
    [
        ("index",),
        ("retry", "--hidden"),
        ("retry", "--no-ignore"),
        ("retry", "-v"),
        ("retry", "--reindex"),
        ("localize", "--explore", "retry of an upload"),
        ("--version",),
        ("retry", "--no-such-option"),
        ("status", "--root", "elsewhere"),
    ],
)
def test_what_the_warm_process_cannot_do_runs_in_its_own(
    project: Path, said: list[str], argv: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    (project / "elsewhere").mkdir()
    done = findspot(*argv, cwd=project, status=None)
    assert done.returncode == (2 if "--no-such-option" in argv else 0), done.stderr
    assert said == ["declined"]
    assert "keeps the settings" not in caplog.text


@pytest.mark.row("B07", "B15")
def test_several_roots_are_answered_where_all_are_open(
    tmp_path: Path, project: Path, warm: SharedEngines, said: list[str]
) -> None:
    other = write_project(tmp_path / "second")
    argv = ("retry", "--root", str(project), "--root", str(other), "--json")
    alone = findspot(*argv, cwd=tmp_path)
    access = warm.open(other, load_config(other))
    access.engine.refresh()
    beside = findspot(*argv, cwd=tmp_path)
    warm.give_back(access.engine)
    assert said == ["declined", "exit"]
    assert (beside.stdout, _timeless(beside.stderr)) == (alone.stdout, _timeless(alone.stderr))
    assert {json.loads(line)["root"] for line in beside.stdout.splitlines()} == {str(project), str(other)}


@asynccontextmanager
async def listening(service: Service, *, roots: bool = True) -> AsyncIterator[None]:
    async with Warm(load_config(None)).listening({"command": service}, lambda _: roots, for_all=False):
        yield


async def ends_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up without a word."""


async def ends_in_the_middle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the command and its input, begin to answer, and end."""
    await reader.readline()
    writer.write(line_of({"read": 1_000_000}))
    await reader.readline()
    writer.write(line_of({"out": "half an answer\n"}))
    await writer.drain()


async def talks_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say what no warm process says."""
    await reader.readline()
    writer.write(b'{"exit": "soon"}\n')
    await writer.drain()


async def is_stopped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the command and say nothing more."""
    await reader.readline()
    await asyncio.sleep(60)


@pytest.mark.row("B07")
@pytest.mark.parametrize("service", [ends_at_once, ends_in_the_middle, talks_nonsense])
async def test_nothing_is_lost_when_the_warm_process_ends(project: Path, service: Service) -> None:
    argv = ("localize", "-", "--budget", "0", "--format", "files")
    alone = await asyncio.to_thread(lambda: findspot(*argv, cwd=project, stdin=TRACE))
    async with listening(service):
        other = await asyncio.to_thread(lambda: findspot(*argv, cwd=project, stdin=TRACE))
    assert other.stdout == alone.stdout
    assert b"checksum.py" in other.stdout


@pytest.mark.slow
async def test_a_warm_process_that_was_stopped_is_waited_for_ten_seconds_only(project: Path) -> None:
    async with listening(is_stopped):
        done = await asyncio.to_thread(lambda: findspot("retry", "--format", "files", cwd=project))
    assert b"scheduler.py" in done.stdout


@pytest.mark.usefixtures("warm")
@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_the_reader_may_go_away(project: Path, said: list[str]) -> None:
    words = " ".join(f"'{word}'" for word in (*COMMAND, "retry", "--json"))
    script = f"{words} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], cwd=project, capture_output=True, check=True)
    assert done.stdout.strip() == b"0"
    assert b"Traceback" not in done.stderr
    assert said == ["exit"]


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
async def test_ctrl_c_is_told_to_the_warm_process(project: Path) -> None:
    told = asyncio.Event()

    async def waits_for_stop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(line_of({"err": "begun\n"}))
        told.set()
        if json.loads(await reader.readline()) == {"stop": True}:
            writer.write(line_of({"exit": 130}))
            await writer.drain()

    async with listening(waits_for_stop):
        process = await asyncio.create_subprocess_exec(*COMMAND, "retry", cwd=project, stderr=subprocess.PIPE)
        async with asyncio.timeout(60):
            await told.wait()
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
    assert (process.returncode, err) == (130, b"begun\n")


@pytest.mark.usefixtures("warm")
def test_many_commands_at_once(project: Path, said: list[str]) -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(findspot("upload retries", "--format", "files", cwd=project).stdout)
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert said == ["exit"] * 6


def test_a_command_that_is_answered_elsewhere_loads_little() -> None:
    """What costs time is what the module loads."""
    code = "import sys, findspot.__main__; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"asyncio", "pydantic", "numpy", "argparse", "findspot.config", "findspot.cli.main"}.isdisjoint(loaded)
