"""A small repository for agents to ask about, and a raw client that speaks JSON lines."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from findspot.agent.tokens import TokenCounter
from findspot.mcp.server import serve
from findspot.mcp.streams import MAX_LINE
from findspot.service.engines import SharedEngines
from findspot.service.folders import Folders

PATIENCE_SECONDS = 90.0

RETRY = '''"""Uploads that are tried again."""


class Uploader:
    def schedule_retry(self, item: str, attempt: int) -> float:
        """Plan the next attempt of an upload that failed, later each time."""
        delay = 2.0**attempt
        self.queue.append((item, delay))
        return delay
'''

CLIENT = """from retry import Uploader


def send_everything(items: list[str]) -> None:
    uploader = Uploader()
    for item in items:
        uploader.schedule_retry(item, 1)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder with two files of Python and a marker of a root."""
    root = tmp_path / "uploads"
    (root / "src").mkdir(parents=True)
    (root / ".findspot").mkdir()
    (root / "src" / "retry.py").write_text(RETRY)
    (root / "src" / "client.py").write_text(CLIENT)
    return root


class RawClient:
    """A client of JSON lines without a library, which may say anything."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], receive: Callable[[], Awaitable[bytes]]) -> None:
        self._send = send
        self._receive = receive
        self.notified: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.roots: list[Path] = []
        self._ids = 0
        self._answers: dict[Any, dict[str, Any]] = {}

    async def send(self, line: bytes | dict[str, Any]) -> None:
        await self._send(line if isinstance(line, bytes) else json.dumps({"jsonrpc": "2.0", **line}).encode())

    async def ask(self, method: str, params: Any = None) -> int:
        self._ids += 1
        await self.send({"id": self._ids, "method": method, **({} if params is None else {"params": params})})
        return self._ids

    async def answer(self, number: int) -> dict[str, Any]:
        """Return the answer to a request; every line before it must be the protocol's."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while number not in self._answers:
                line = await self._receive()
                assert line, "the server has gone"
                message = json.loads(line)
                if "method" not in message:
                    self._answers[message["id"]] = message
                elif "id" in message:
                    self.asked.append(message["method"])
                    roots = [{"uri": root.as_uri()} for root in self.roots]
                    await self.send({"id": message["id"], "result": {"roots": roots}})
                else:
                    self.notified.append(message)
        return self._answers.pop(number)

    async def next_asked(self) -> Any:
        """Return the id of the next request of the server, which is left without an answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "id" not in (message := json.loads(await self._receive())) or "method" not in message:
                pass
        return message["id"]

    async def request(self, method: str, params: Any = None) -> dict[str, Any]:
        response = await self.answer(await self.ask(method, params))
        assert "result" in response, response
        result: dict[str, Any] = response["result"]
        return result

    async def error(self, method: str, params: Any = None) -> str:
        response = await self.answer(await self.ask(method, params))
        assert "error" in response, response
        message: str = response["error"]["message"]
        return message

    async def start(self, capabilities: dict[str, Any] | None = None) -> dict[str, Any]:
        about = {"name": "raw", "version": "1"}
        told = {"protocolVersion": "2025-11-25", "capabilities": capabilities or {}, "clientInfo": about}
        result = await self.request("initialize", told)
        await self.send({"method": "notifications/initialized"})
        return result

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return await self.request("tools/call", {"name": tool, "arguments": arguments})

    async def until_indexed(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not all(root["complete"] for root in (await self.call("index_status"))["structuredContent"]["roots"]):
                await asyncio.sleep(0.05)


class ProcessClient(RawClient):
    """A client of a process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self._stdin = process.stdin
        super().__init__(self._to_process, process.stdout.readline)

    async def _to_process(self, line: bytes) -> None:
        self._stdin.write(line + b"\n")
        await self._stdin.drain()

    async def close(self) -> None:
        """Leave, and wait for the end of the process."""
        self._stdin.close()
        await asyncio.wait_for(self.process.wait(), PATIENCE_SECONDS)


@asynccontextmanager
async def started(*words: str, cwd: Path) -> AsyncIterator[ProcessClient]:
    """Run ``findspot mcp`` and give a client of it."""
    client = ProcessClient(
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "findspot", "mcp", *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=cwd,
            limit=64 * 1024 * 1024,
        )
    )
    try:
        yield client
    finally:
        await client.close()


class Written:
    """The writing end of a server in this process; what it writes can be read as from a pipe."""

    def __init__(self) -> None:
        self.lines = asyncio.StreamReader(limit=64 * 1024 * 1024)

    def write(self, data: bytes, /) -> None:
        self.lines.feed_data(data)

    async def drain(self) -> None:
        """Take everything at once."""


@pytest.fixture
async def engines() -> AsyncIterator[SharedEngines]:
    """Return engines that several sessions may share."""
    shared = SharedEngines()
    yield shared
    shared.close()


Connect = Callable[..., Awaitable[RawClient]]


@pytest.fixture
async def connect(repository: Path, engines: SharedEngines) -> AsyncIterator[Connect]:
    """Return what serves one more client in this process, in the repository unless other folders are given."""
    ended: list[tuple[asyncio.StreamReader, asyncio.Task[None]]] = []

    async def one(*given: Path, working: Path | None = None) -> RawClient:
        reader, writer = asyncio.StreamReader(limit=MAX_LINE), Written()
        folders = Folders(given, working or repository)

        async def served() -> None:
            await serve(reader, writer, engines, folders, TokenCounter())
            writer.lines.feed_eof()

        work = asyncio.create_task(served())
        ended.append((reader, work))

        async def send(line: bytes) -> None:
            reader.feed_data(line + b"\n")

        return RawClient(send, writer.lines.readline)

    yield one
    for reader, work in ended:
        reader.feed_eof()
        await asyncio.wait_for(work, PATIENCE_SECONDS)


def text_of(result: dict[str, Any]) -> str:
    """Return the text of an answer of a tool."""
    text: str = result["content"][0]["text"]
    return text
