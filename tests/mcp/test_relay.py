"""A client keeps its session when the server behind it changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from findspot.mcp import relay
from findspot.mcp.relay import Relay, Server
from findspot.mcp.streams import MAX_LINE

PATIENCE_SECONDS = 20.0


class Pipe:
    """Lines that are written and can be read in this loop; a ``LineWriter``, and by ``reader`` a ``LineReader``."""

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader(limit=MAX_LINE)
        self.broken = False

    def write(self, data: bytes, /) -> None:
        if self.broken:
            raise BrokenPipeError
        self.reader.feed_data(data)

    async def drain(self) -> None:
        await asyncio.sleep(0)

    def say(self, **message: Any) -> None:
        self.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def next(self) -> dict[str, Any]:
        line = await asyncio.wait_for(self.reader.readline(), PATIENCE_SECONDS)
        assert line, "the stream has ended"
        found: dict[str, Any] = json.loads(line)
        return found


class Behind:
    """One server behind the relay."""

    def __init__(self) -> None:
        self.requests, self.answers = Pipe(), Pipe()
        self.stopped = False

    async def works(self) -> bool:
        return not self.stopped

    def end(self) -> None:
        self.answers.reader.feed_eof()


class Client:
    """A client with its relay; ``servers`` get the connections one after the other."""

    def __init__(self, *servers: Behind) -> None:
        self.said, self.heard = Pipe(), Pipe()
        self._left = list(servers)
        self.running = asyncio.create_task(Relay(self.said.reader, self.heard).run(self._connect))

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Server]:
        behind = self._left.pop(0)
        yield Server(behind.answers.reader, behind.requests, behind.works)

    async def leave(self) -> None:
        self.said.reader.feed_eof()
        await asyncio.wait_for(self.running, PATIENCE_SECONDS)


async def opened(client: Client, server: Behind) -> None:
    """Go through the beginning of a session."""
    client.said.say(id=0, method="initialize", params={"capabilities": {}})
    assert (await server.requests.next())["method"] == "initialize"
    server.answers.say(id=0, result={"serverInfo": {"name": "first"}})
    assert (await client.heard.next())["result"]["serverInfo"] == {"name": "first"}
    client.said.say(method="notifications/initialized")
    assert (await server.requests.next())["method"] == "notifications/initialized"


async def begun_again(server: Behind) -> None:
    """See the same beginning arrive at the next server, and answer it."""
    assert (await server.requests.next())["method"] == "initialize"
    server.answers.say(id=0, result={"serverInfo": {"name": "second"}})
    assert (await server.requests.next())["method"] == "notifications/initialized"


async def test_lines_go_through_as_they_are() -> None:
    server = Behind()
    client = Client(server)
    await opened(client, server)
    odd = '{"jsonrpc":"2.0",  "id":"ä","method":"tools/call"}\n'.encode()
    client.said.write(odd + b"\n   \nno json\n")
    assert await server.requests.reader.readline() == odd
    assert await server.requests.reader.readline() == b"no json\n"
    server.answers.say(method="notifications/progress", params={})
    server.answers.say(id="ä", result=1)
    assert (await client.heard.next())["method"] == "notifications/progress"
    assert (await client.heard.next()) == {"jsonrpc": "2.0", "id": "ä", "result": 1}
    await client.leave()


@pytest.mark.row("B07")
async def test_when_a_server_ends_the_next_one_goes_on_where_it_was() -> None:
    first, second = Behind(), Behind()
    client = Client(first, second)
    await opened(client, first)
    client.said.say(id=1, method="tools/call", params={"name": "find_code"})
    client.said.say(id="1", method="tools/call", params={"name": "related"})
    for _ in range(2):
        await first.requests.next()
    first.answers.say(id="1", result="related code")
    assert (await client.heard.next())["result"] == "related code"
    first.end()

    await begun_again(second)
    assert (await second.requests.next())["params"] == {"name": "find_code"}  # the other one had its answer
    second.answers.say(id=1, result="the code")
    assert await client.heard.next() == {"jsonrpc": "2.0", "id": 1, "result": "the code"}  # and no second greeting
    await client.leave()


async def test_a_session_that_had_only_begun_begins_with_the_next_server() -> None:
    first, second = Behind(), Behind()
    client = Client(first, second)
    client.said.say(id=0, method="initialize")
    await first.requests.next()
    first.end()
    assert (await second.requests.next())["method"] == "initialize"
    second.answers.say(id=0, result="second")
    assert (await client.heard.next())["result"] == "second"
    await client.leave()


async def test_what_was_cancelled_is_not_asked_again() -> None:
    first, second = Behind(), Behind()
    client = Client(first, second)
    await opened(client, first)
    client.said.say(id=1, method="tools/call")
    client.said.say(method="notifications/cancelled", params={"requestId": 1})
    for _ in range(2):
        await first.requests.next()
    first.end()
    await begun_again(second)
    client.said.say(id=2, method="tools/list")
    assert (await second.requests.next())["id"] == 2
    await client.leave()


async def test_an_answer_to_a_server_that_has_gone_does_not_reach_the_next() -> None:
    first, second = Behind(), Behind()
    client = Client(first, second)
    await opened(client, first)
    first.answers.say(id=7, method="roots/list")
    assert (await client.heard.next())["method"] == "roots/list"
    first.end()
    await begun_again(second)
    client.said.say(id=7, result={"roots": []})
    second.answers.say(id=7, method="roots/list")
    assert (await client.heard.next())["method"] == "roots/list"
    client.said.say(id=7, result={"roots": [1]})
    assert (await second.requests.next())["result"] == {"roots": [1]}
    await client.leave()


async def test_a_call_that_ends_two_servers_is_answered_with_an_error() -> None:
    servers = [Behind() for _ in range(3)]
    client = Client(*servers)
    await opened(client, servers[0])
    client.said.say(id=1, method="tools/call")
    await servers[0].requests.next()
    servers[0].end()
    await begun_again(servers[1])
    await servers[1].requests.next()
    servers[1].end()
    answer = await client.heard.next()
    assert answer["id"] == 1
    assert "two servers have ended" in answer["error"]["message"]
    await begun_again(servers[2])
    client.said.say(id=2, method="tools/list")
    assert (await servers[2].requests.next())["id"] == 2
    await client.leave()


async def test_what_is_said_while_no_server_is_there_is_said_once() -> None:
    first, second = Behind(), Behind()
    client = Client(first, second)
    await opened(client, first)
    first.requests.broken = True
    client.said.say(id=1, method="tools/call")
    await asyncio.sleep(0)
    first.end()
    await begun_again(second)
    assert (await second.requests.next())["id"] == 1
    client.said.say(id=2, method="tools/list")
    assert (await second.requests.next())["id"] == 2
    await client.leave()


async def _leaves(client: Client, _: Behind) -> None:
    client.said.reader.feed_eof()


async def _reads_no_more(client: Client, server: Behind) -> None:
    client.heard.broken = True
    server.answers.say(method="notifications/progress")


@pytest.mark.parametrize("goes", [_leaves, _reads_no_more])
async def test_when_the_client_goes_all_is_over(goes: Callable[[Client, Behind], Awaitable[None]]) -> None:
    server = Behind()
    client = Client(server)
    await opened(client, server)
    client.said.say(id=1, method="tools/call")
    await goes(client, server)
    await asyncio.wait_for(client.running, PATIENCE_SECONDS)


@pytest.mark.row("B07")
async def test_a_server_that_works_no_more_without_ending_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "SILENT_SECONDS", 0.05)
    first, second = Behind(), Behind()
    client = Client(first, second)
    await opened(client, first)
    client.said.say(id=1, method="tools/call")
    assert (await first.requests.next())["id"] == 1
    first.stopped = True
    await begun_again(second)
    assert (await second.requests.next())["id"] == 1
    second.answers.say(id=1, result="the code")
    assert (await client.heard.next())["result"] == "the code"
    await client.leave()


async def test_a_client_that_sends_no_more_gets_what_it_waits_for() -> None:
    server = Behind()
    client = Client(server)
    await opened(client, server)
    client.said.say(id=1, method="tools/call")
    client.said.reader.feed_eof()
    await server.requests.next()
    server.answers.say(id=1, result="the code")
    assert (await client.heard.next())["result"] == "the code"
    await asyncio.wait_for(client.running, PATIENCE_SECONDS)
