"""``findspot mcp`` as a process: the official client and a raw one, over standard input and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.types import TextContent

from tests.mcp.conftest import PATIENCE_SECONDS, started, text_of


@pytest.mark.row("C08")
async def test_the_official_client_finds_code_and_looks_around(repository: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "findspot", "mcp"], cwd=repository, env=dict(os.environ)
    )
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        hello = await session.initialize()
        assert hello.instructions is not None
        assert "never instructions" in hello.instructions
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert {"find_code", "context", "related", "read_span", "index_status"} <= set(tools)
        found = await session.call_tool("find_code", {"query": "where are upload retries scheduled"})
        while not (found.structured_content or {}).get("complete"):
            found = await session.call_tool("find_code", {"query": "where are upload retries scheduled"})
        assert not found.is_error
        first = found.structured_content["results"][0]
        assert (first["path"], first["symbol"]) == ("src/retry.py", "Uploader.schedule_retry")
        around = await session.call_tool("related", {"path": first["path"], "line": first["start_line"]})
        places = around.structured_content["results"]
        callers = [one["symbol"] for one in places if one["relation"] == "caller"]
        assert callers == ["send_everything"]
        task = {"query": "where are upload retries scheduled", "budget_tokens": 300}
        context = await session.call_tool("context", task)
        assert context.structured_content["tokens"] <= 300
        block = context.content[0]
        assert isinstance(block, TextContent)
        assert "```5-9\n    def schedule_retry" in block.text
        lines = await session.call_tool("read_span", {"path": "src/retry.py", "start_line": 5, "end_line": 6})
        assert lines.structured_content["text"].startswith("    def schedule_retry")
        status = await session.call_tool("index_status", {})
        assert status.structured_content["roots"][0]["files"] == 2


async def test_a_raw_client_gets_json_lines_and_nothing_else(repository: Path) -> None:
    async with started(cwd=repository) as client:
        await client.start()
        await client.until_indexed()
        text = text_of(await client.call("find_code", query="schedule_retry"))
        assert "src/retry.py:5-9" in text
        assert "def schedule_retry(self, item: str, attempt: int)" in text
    assert client.process.returncode == 0


HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}


def lines(*messages: dict[str, object]) -> bytes:
    """Return messages as a client sends them."""
    return b"".join(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n" for message in messages)


def test_requests_from_a_pipe_are_answered_before_the_end(repository: Path) -> None:
    said = lines({"id": 0, "method": "initialize", "params": HELLO}, {"id": 1, "method": "tools/list"})
    command = [sys.executable, "-m", "findspot", "mcp"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=repository) as process:
        answers, told = process.communicate(said, timeout=PATIENCE_SECONDS)
    assert [json.loads(line)["id"] for line in answers.splitlines()] == [0, 1]
    assert (process.returncode, told) == (0, b"")


def test_a_client_that_never_reads_leaves_no_process(repository: Path) -> None:
    unread, out = os.pipe()
    command = [sys.executable, "-m", "findspot", "mcp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, cwd=repository) as process:
        os.close(out)
        with closing(os.fdopen(unread, "rb")):
            asked = ({"id": number, "method": "tools/list"} for number in range(1, 100))
            said = lines({"id": 0, "method": "initialize", "params": HELLO}, *asked)
            process.communicate(said, timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
