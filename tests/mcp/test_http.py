"""``findspot mcp --http``: the official client with the token, and all who must stay out."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from tests.mcp.conftest import PATIENCE_SECONDS

ASK = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@asynccontextmanager
async def listening(*words: str, cwd: Path) -> AsyncIterator[tuple[str, str, asyncio.subprocess.Process]]:
    """Run the server; gives its address, its token and its process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "findspot", "mcp", "--http", *words), stderr=asyncio.subprocess.PIPE, cwd=cwd
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            url = (await process.stderr.readline()).decode().split()[-1]
            token = (await process.stderr.readline()).decode().split()[-1]
        yield url, token, process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0


def post(url: str, headers: dict[str, str]) -> tuple[int, str]:
    """Ask for the tools; returns the status and the body."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_SECONDS)
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    with closing(connection):
        connection.request("POST", place.path, json.dumps(ASK), {**usual, **headers})
        response = connection.getresponse()
        return response.status, response.read().decode()


@pytest.mark.row("C08")
async def test_the_official_client_with_the_token_finds_code(repository: Path) -> None:
    async with (
        listening(cwd=repository) as (url, token, _),
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_SECONDS) as http_client,
        streamable_http_client(url, http_client=http_client) as (read, write),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        found = await session.call_tool("find_code", {"query": "where are upload retries scheduled"})
        while not (found.structured_content or {}).get("complete"):
            found = await session.call_tool("find_code", {"query": "where are upload retries scheduled"})
        assert found.structured_content["results"][0]["path"] == "src/retry.py"


async def test_who_has_no_token_or_comes_from_elsewhere_stays_out(repository: Path) -> None:
    async with listening(cwd=repository) as (url, token, _):
        known = {"Authorization": f"Bearer {token}"}
        port = urlsplit(url).port

        def ask(headers: dict[str, str]) -> tuple[int, str]:
            return post(url, headers)

        assert (await asyncio.to_thread(ask, {}))[0] == 401
        status, said = await asyncio.to_thread(ask, {"Authorization": "Bearer wrong"})
        assert status == 401
        assert "Authorization: Bearer TOKEN" in said
        assert (await asyncio.to_thread(ask, {"Authorization": f"bearer {token}"}))[0] != 401  # its case says nothing
        assert (await asyncio.to_thread(ask, {**known, "Host": f"evil.example:{port}"}))[0] == 421
        assert (await asyncio.to_thread(ask, {**known, "Origin": "http://evil.example"}))[0] == 403
        assert (await asyncio.to_thread(ask, {**known, "Mcp-Session-Id": "made-up"}))[0] == 404


async def test_an_open_stream_at_the_end_is_no_failure(repository: Path) -> None:
    async with listening(cwd=repository) as (url, token, process):
        about = {"name": "raw", "version": "1"}
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": about}
        known = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=known, timeout=PATIENCE_SECONDS) as client:
            accepts = {"Accept": "application/json, text/event-stream"}
            message = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}
            session = {
                "Mcp-Session-Id": (await client.post(url, json=message, headers=accepts)).headers["mcp-session-id"]
            }
            async with client.stream("GET", url, headers={**accepts, **session}) as stream:
                assert stream.status_code == 200
                process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
        assert process.stderr is not None
        assert b"Traceback" not in await process.stderr.read()


async def test_a_token_of_ones_own_is_read_from_a_file_and_not_shown(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-secret-of-sixteen-or-more\n")
    async with listening("--token-file", str(tmp_path / "token"), cwd=repository) as (url, shown, _):
        assert "secret" not in shown
        status, _ = await asyncio.to_thread(post, url, {"Authorization": "Bearer a-secret-of-sixteen-or-more"})
        assert status != 401


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["0.0.0.0:0"], "can be reached from other machines"),
        (["nonsense"], "--http nonsense: write HOST:PORT"),
        (["--token-file", "absent"], "absent: no such file"),
    ],
)
async def test_what_is_no_good_address_is_refused(repository: Path, words: list[str], said: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "findspot", "mcp", "--http", *words), stderr=asyncio.subprocess.PIPE, cwd=repository
    )
    _, told = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode == 2
    assert said in told.decode()
    assert "Traceback" not in told.decode()
