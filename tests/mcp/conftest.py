"""A small repository for agents to ask about, and a raw client that speaks JSON lines."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

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

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.notified: list[dict[str, Any]] = []
        self.on_request: Callable[[dict[str, Any]], Any] = lambda _: None
        self._ids = 0
        self._answers: dict[Any, dict[str, Any]] = {}

    async def send(self, line: bytes | dict[str, Any]) -> None:
        assert self.process.stdin is not None
        data = line if isinstance(line, bytes) else json.dumps({"jsonrpc": "2.0", **line}).encode()
        self.process.stdin.write(data + b"\n")
        await self.process.stdin.drain()

    async def ask(self, method: str, params: Any = None) -> int:
        self._ids += 1
        await self.send({"id": self._ids, "method": method, **({} if params is None else {"params": params})})
        return self._ids

    async def answer(self, number: int) -> dict[str, Any]:
        """Return the answer to a request; every line before it must be the protocol's."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while number not in self._answers:
                line = await self.process.stdout.readline()
                assert line, "the server has gone"
                message = json.loads(line)
                if "method" not in message:
                    self._answers[message["id"]] = message
                elif "id" in message:
                    result = self.on_request(message)
                    if result is not None:
                        await self.send({"id": message["id"], "result": result})
                else:
                    self.notified.append(message)
        return self._answers.pop(number)

    async def request(self, method: str, params: Any = None) -> dict[str, Any]:
        response = await self.answer(await self.ask(method, params))
        assert "result" in response, response
        result: dict[str, Any] = response["result"]
        return result

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


@asynccontextmanager
async def started(*words: str, cwd: Path) -> AsyncIterator[RawClient]:
    """Run ``findspot mcp`` and give a client of it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "findspot", "mcp", *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=cwd,
        env=dict(os.environ),
        limit=64 * 1024 * 1024,
    )
    client = RawClient(process)
    try:
        yield client
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)


def text_of(result: dict[str, Any]) -> str:
    """Return the text of an answer of a tool."""
    text: str = result["content"][0]["text"]
    return text
