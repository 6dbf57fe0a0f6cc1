"""Many agents of one user share one process, whoever of them comes and goes."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from findspot.config import load_config
from findspot.mcp.host import Host
from findspot.service.folders import Folders
from findspot.service.line import Line
from tests.mcp.conftest import PATIENCE_SECONDS, ProcessClient, started, text_of

AGENTS = 10

MOST_MEGABYTES = 60
"""What a client may take that is served by another process."""

needs_proc = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads memory from /proc")


def has_engine(client: ProcessClient) -> bool:
    """Return whether a process has loaded the vector index's library."""
    return "usearch" in Path(f"/proc/{client.process.pid}/maps").read_text()


def megabytes(client: ProcessClient) -> float:
    """Return the memory of a process, its share of pages that others have, too, included."""
    lines = Path(f"/proc/{client.process.pid}/smaps_rollup").read_text().splitlines()
    (share,) = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
    return share / 1024


def listeners() -> list[Path]:
    return list((load_config(None).cache_dir / "processes").glob("*.json"))


async def finds(client: ProcessClient) -> None:
    """Ask, and see the right place."""
    answer = await client.call("find_code", query="where are upload retries scheduled")
    assert not answer.get("isError"), text_of(answer)
    assert answer["structuredContent"]["results"][0]["symbol"] == "Uploader.schedule_retry"


async def opened(stack: AsyncExitStack, repository: Path) -> ProcessClient:
    client = await stack.enter_async_context(started(cwd=repository))
    await client.start()
    return client


@needs_proc
@pytest.mark.row("B07")
async def test_ten_agents_share_one_engine(repository: Path) -> None:
    async with AsyncExitStack() as stack:
        first = await opened(stack, repository)
        await first.until_indexed()
        others = await asyncio.gather(*(opened(stack, repository) for _ in range(AGENTS - 1)))
        await asyncio.gather(*map(finds, [first, *others]))
        assert has_engine(first)
        assert not any(map(has_engine, others))
        assert max(map(megabytes, others)) < MOST_MEGABYTES
    assert listeners() == []


@pytest.mark.slow
@needs_proc
@pytest.mark.row("B07")
async def test_agents_that_start_at_once_share_one_engine(repository: Path) -> None:
    async with AsyncExitStack() as stack:
        clients = await asyncio.gather(*(opened(stack, repository) for _ in range(5)))
        await asyncio.gather(*(client.until_indexed() for client in clients))
        await asyncio.gather(*map(finds, clients))
        assert sum(map(has_engine, clients)) == 1


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None], ids=["killed", "ended", "left"])
async def test_when_the_first_agent_goes_another_one_serves_the_rest(
    repository: Path, end: signal.Signals | None
) -> None:
    async with AsyncExitStack() as stack:
        first = await opened(stack, repository)
        await first.until_indexed()
        others = [await opened(stack, repository) for _ in range(3)]
        if end is not None:
            first.process.send_signal(end)
        elif first.process.stdin is not None:
            first.process.stdin.close()
        await asyncio.wait_for(first.process.wait(), PATIENCE_SECONDS)
        await asyncio.gather(*map(finds, others))
        assert sum(map(has_engine, others)) == 1
        assert first.process.returncode == (-signal.SIGKILL if end == signal.SIGKILL else 0)
    assert all(other.process.returncode == 0 for other in others)
    assert listeners() == []


async def test_a_question_that_is_being_answered_survives_the_end_of_its_server(repository: Path) -> None:
    async with AsyncExitStack() as stack:
        first = await opened(stack, repository)
        await first.until_indexed()
        second = await opened(stack, repository)
        await finds(second)
        first.process.send_signal(signal.SIGSTOP)
        asked = await second.ask("tools/call", {"name": "find_code", "arguments": {"query": "upload retries"}})
        first.process.kill()
        answer = await second.answer(asked)
        assert answer["result"]["structuredContent"]["results"][0]["path"].startswith("src/")


@pytest.mark.slow
@needs_proc
@pytest.mark.row("B07")
async def test_when_the_first_agent_stops_to_work_the_rest_goes_on(repository: Path) -> None:
    async with AsyncExitStack() as stack:
        first = await opened(stack, repository)
        await first.until_indexed()
        second = await opened(stack, repository)
        await finds(second)
        first.process.send_signal(signal.SIGSTOP)
        try:
            await finds(second)
            assert has_engine(second)
        finally:
            first.process.send_signal(signal.SIGCONT)
        await finds(first)


async def test_a_process_that_ends_after_it_was_found_is_passed_over(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Line, __: str) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(Line, "choose", gone)
    async with AsyncExitStack() as stack:
        await opened(stack, repository)
        host = Host(Folders((), repository))
        async with host.connect() as server:
            assert await server.works()
        assert len(listeners()) == 1
        host.close()


@pytest.mark.slow
@needs_proc
async def test_agents_of_different_folders_share_a_process_and_see_their_own(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".findspot").mkdir(parents=True)
    (other / "tide.py").write_text(
        'def high_tide(day):\n    """Compute when the water is highest."""\n    return day\n'
    )
    async with AsyncExitStack() as stack:
        first = await opened(stack, repository)
        second = await opened(stack, other)
        await asyncio.gather(first.until_indexed(), second.until_indexed())
        await finds(first)
        found = await second.call("find_code", query="when is the water highest")
        paths = {result["path"] for result in found["structuredContent"]["results"]}
        assert paths == {"tide.py"}
        assert not has_engine(second)


@needs_proc
@pytest.mark.row("B07")
async def test_a_language_server_of_the_root_serves_agents_too(repository: Path) -> None:
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "findspot", "lsp"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        await _frame(server, 1, "initialize", {"processId": None, "rootUri": repository.as_uri(), "capabilities": {}})
        await _frame(server, None, "initialized", {})
        await _frame(server, 2, "findspot/search", {"query": "upload"})
        while b'"id": 2' not in (body := await _read_frame(server)) and b'"id":2' not in body:
            pass
        async with AsyncExitStack() as stack:
            agent = await opened(stack, repository)
            await agent.until_indexed()
            await finds(agent)
            assert not has_engine(agent)
            server.kill()
            await server.wait()
            await finds(agent)  # by its own engine now
            assert has_engine(agent)
    finally:
        if server.returncode is None:
            server.kill()
            await server.wait()


async def _frame(server: asyncio.subprocess.Process, number: int | None, method: str, params: Any) -> None:
    message = {"jsonrpc": "2.0", "method": method, "params": params, **({} if number is None else {"id": number})}
    body = json.dumps(message).encode()
    assert server.stdin is not None
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    await server.stdin.drain()


async def _read_frame(server: asyncio.subprocess.Process) -> bytes:
    assert server.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        header = await server.stdout.readuntil(b"\r\n\r\n")
        length = int(header.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return await server.stdout.readexactly(length)
