"""A warm process is found by others of its user, and by nobody else."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from findspot.config import Config, Settings
from findspot.service.line import Line
from findspot.service.link import Warm

ROOT = Path("/somewhere/root")
OTHER = Path("/somewhere/else")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(Settings(), tmp_path / "cache")


async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each line in capital letters."""
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()


@asynccontextmanager
async def process(
    config: Config, *, roots: frozenset[Path] = frozenset({ROOT}), for_all: bool = False
) -> AsyncIterator[Warm]:
    warm = Warm(config)
    async with warm.listening({"shout": shout}, roots.__contains__, for_all=for_all):
        yield warm


async def found(config: Config, root: Path = ROOT, service: str = "shout") -> Line | None:
    return await asyncio.to_thread(Warm(config).find, root, service)


def asked(line: Line, text: bytes = b"hello\n") -> bytes:
    with line.choose("shout") as connection:
        connection.sendall(text)
        return connection.recv(100)


def records(config: Config) -> list[Path]:
    return list((config.cache_dir / "processes").glob("*.json"))


@pytest.mark.row("B07")
async def test_a_process_serves_another_one(config: Config) -> None:
    async with process(config):
        line = await found(config)
        assert line is not None
        assert line.is_open
        assert await asyncio.to_thread(asked, line) == b"HELLO\n"
    assert await found(config) is None
    assert records(config) == []


async def test_a_root_that_is_not_open_there_is_not_served_unless_it_serves_all(config: Config) -> None:
    async with process(config):
        assert await found(config, OTHER) is None
        assert await found(config, service="sing") is None
        async with process(config, roots=frozenset(), for_all=True):
            line = await found(config, OTHER)
            assert line is not None
            assert not line.is_open
            line.close()
            has_it_open = await found(config)
            assert has_it_open is not None
            assert has_it_open.is_open
            has_it_open.close()


async def test_only_the_user_can_read_where_it_listens(config: Config) -> None:
    async with process(config):
        (path,) = records(config)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.chmod(0o644)  # somebody else may have written it
        assert await found(config) is None


@pytest.mark.parametrize(
    "first", [b"{}\n", b"[1]\n", b'{"token": "guess"}\n', b"GET / HTTP/1.1\r\n\r\n", b"\xff\xfe\n", b""]
)
async def test_who_does_not_know_the_token_is_told_nothing(config: Config, first: bytes) -> None:
    async with process(config):
        port = json.loads(records(config)[0].read_text())["port"]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(first)
        writer.write_eof()
        assert await asyncio.wait_for(reader.read(), 20) == b""
        writer.close()


async def test_processes_with_other_settings_do_not_see_each_other(config: Config) -> None:
    async with process(config):
        assert await found(replace(config, environ={"XDG_CONFIG_HOME": "/elsewhere"})) is None


async def test_what_a_killed_process_has_left_is_cleared_away(config: Config) -> None:
    async with process(config):
        left = json.loads(records(config)[0].read_text())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        left["port"] = taken.getsockname()[1]
    stale = config.cache_dir / "processes" / "1-stale.json"
    stale.write_text(json.dumps(left))
    stale.chmod(0o600)
    assert await found(config) is None
    assert not stale.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"port": "x"}', "\0" * 10_000])
async def test_a_broken_file_is_passed_over(config: Config, text: str) -> None:
    async with process(config):
        broken = config.cache_dir / "processes" / "2-broken.json"
        broken.write_text(text)
        broken.chmod(0o600)
        line = await found(config)
        assert line is not None
        line.close()


async def test_another_program_on_the_port_is_no_warm_process(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("findspot.service.line._ANSWER_SECONDS", 0.2)
    async with process(config):
        left = json.loads(records(config)[0].read_text())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        left["port"] = silent.getsockname()[1]
        path = config.cache_dir / "processes" / "1-other.json"
        path.write_text(json.dumps(left))
        path.chmod(0o600)
        assert await found(config) is None


async def test_a_cache_folder_that_cannot_be_used_serves_nobody_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    config = Config(Settings(), tmp_path / "file")
    async with process(config) as warm:
        with warm.starting():
            assert await found(config) is None


STARTS = """
import asyncio, sys
from pathlib import Path
from findspot.config import Config, Settings
from findspot.service.link import Warm

async def main():
    warm = Warm(Config(Settings(), Path(sys.argv[1])))
    with warm.starting():
        line = await asyncio.to_thread(warm.find, Path("/r"), "x")
        if line is not None:
            print("found", flush=True)
            return
        listening = warm.listening({"x": None}, lambda root: False, for_all=True)
        await listening.__aenter__()
    print("listens", flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@pytest.mark.row("B07")
def test_of_several_that_start_at_once_one_becomes_warm(config: Config) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", STARTS, os.fspath(config.cache_dir)]
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(5)]
    try:
        said = [one.stdout.readline().strip() for one in processes if one.stdout is not None]
        assert sorted(said) == ["found"] * 4 + ["listens"]
    finally:
        for one in processes:
            one.communicate("")
