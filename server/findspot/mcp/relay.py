"""Between a client and whoever serves it: a warm process of the same user, or this process.

The client speaks to one server all the time. Behind it there is at first a warm process, where one is found: this process
then only carries lines and loads neither the SDK nor an engine. When the warm process ends, as it does when its own client
leaves, the next is looked for, or this process becomes it; it is told how the session began and what has not been answered
yet, and the client notices nothing but the time. So it is when that process has stopped to work without ending. A call whose second server ends as well is answered with an error: it may
be what ends them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, NamedTuple

from findspot.mcp.streams import LineReader, LineWriter

_log = logging.getLogger(__name__)

_TRIES: Final = 2

_INTERNAL_ERROR: Final = -32603

_OPENING: Final = ("initialize", "notifications/initialized")

SILENT_SECONDS: Final = 5.0
"""How long a server may say nothing while it has something to answer, before it is looked whether it works at all."""

LEAVING_SECONDS: Final = 2.0
"""How long a client that sends no more, as one in a pipe does, is given the answers it waits for."""


_AGAIN_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.02


class Server(NamedTuple):
    """Who answers: where its answers come from, where requests go to, and whether it works, if slowly."""

    answers: LineReader
    requests: LineWriter
    works: Callable[[], Awaitable[bool]]


Connect = Callable[[], AbstractAsyncContextManager[Server]]


class Relay:
    """Carries the lines of one client, which ``read`` and ``write`` lead to."""

    def __init__(self, read: LineReader, write: LineWriter) -> None:
        self._read = read
        self._write = write
        self._opening: dict[str, bytes] = {}  # how the session began
        self._unanswered: dict[str, tuple[bytes, int]] = {}  # requests of the client, and how often each was sent
        self._asked: set[str] = set()  # requests of the server that is now behind it
        self._known: set[str] = set()  # requests whose answers the client has had from an earlier server
        self._server: LineWriter | None = None
        self._ready = asyncio.Event()
        self._heard = 0  # lines of servers so far
        self._telling = 0  # lines that are being written to the client

    async def run(self, connect: Connect) -> None:
        """Serve the client until it leaves; ``connect`` finds a server each time one is needed.

        Raises what ``connect`` raises.
        """
        coming = asyncio.create_task(self._take())
        try:
            while not coming.done():
                async with connect() as server:
                    await self._begin(server.requests)
                    going = asyncio.create_task(self._give(server.answers))
                    await self._until_over(coming, going, server)
                    self._ready.clear()
                    going.cancel()
                    await asyncio.wait({going})
                    if not going.cancelled():
                        going.result()
        except _ClientGoneError as error:
            _log.info("the client reads no more: %s", error)
        finally:
            coming.cancel()
            await asyncio.wait({coming})

    async def _until_over(self, coming: asyncio.Task[None], going: asyncio.Task[None], server: Server) -> None:
        """Wait until the client sends no more, or the server has ended, or does not work: one that is stopped never ends."""
        failures = 0
        while failures < _TRIES and not going.done() and not coming.done():
            heard = self._heard
            timeout = _AGAIN_SECONDS if failures else SILENT_SECONDS
            await asyncio.wait({coming, going}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            silent = bool(self._unanswered) and self._heard == heard and not going.done() and not coming.done()
            failures = failures + 1 if silent and not await server.works() else 0
        until = asyncio.get_running_loop().time() + LEAVING_SECONDS
        while coming.done() and (self._unanswered or self._telling) and asyncio.get_running_loop().time() < until:
            if going in (await asyncio.wait({going}, timeout=_POLL_SECONDS))[0]:
                break

    async def _take(self) -> None:
        """Carry lines from the client to the server."""
        while line := await _next(self._read):
            message = _parsed(line)
            method, key = message.get("method"), _key(message)
            if key and method is not None:
                self._unanswered[key] = (line, 0)
            elif method == "notifications/cancelled":
                self._unanswered.pop(_key({"id": _object(message.get("params")).get("requestId")}), None)
            await self._ready.wait()
            if method in _OPENING:
                self._opening[method] = line
            if key and method is not None:
                await self._ask(key)
            elif not key or key in self._asked:  # an answer to a server that has gone is of no use to the next
                self._asked.discard(key)
                await self._send(line)

    async def _begin(self, server: LineWriter) -> None:
        """Tell a server how the session began, and ask it what its predecessor was asked."""
        self._server = server
        self._asked.clear()
        self._known.clear()
        for line in self._opening.values():
            key = _key(_parsed(line))
            if key not in self._unanswered:
                if key:
                    self._known.add(key)
                await self._send(line)
            else:
                await self._ask(key)
        began = {_key(_parsed(line)) for line in self._opening.values()}
        for key, (_, sent) in tuple(self._unanswered.items()):
            if sent and key not in began:
                await self._ask(key)
        self._ready.set()

    async def _ask(self, key: str) -> None:
        line, sent = self._unanswered.get(key, (b"", 0))
        if line and sent < _TRIES:
            self._unanswered[key] = (line, sent + 1)
            await self._send(line)
        elif line:
            del self._unanswered[key]
            message = "two servers have ended while they worked on this; ask for less, or in other words"
            answer = {"jsonrpc": "2.0", "id": json.loads(key), "error": {"code": _INTERNAL_ERROR, "message": message}}
            await self._tell(json.dumps(answer).encode() + b"\n")

    async def _send(self, line: bytes) -> None:
        if self._server is not None:
            with contextlib.suppress(OSError):  # that it has gone shows where its answers are read
                self._server.write(line)
                await self._server.drain()

    async def _give(self, answers: LineReader) -> None:
        """Carry lines from the server to the client, until the server ends."""
        while line := await _next(answers):
            self._heard += 1
            message = _parsed(line)
            key = _key(message)
            if "method" in message:
                if key:
                    self._asked.add(key)
            elif key in self._known:
                self._known.discard(key)
                continue
            else:
                self._unanswered.pop(key, None)
            await self._tell(line)

    async def _tell(self, line: bytes) -> None:
        self._telling += 1
        try:
            self._write.write(line)
            await self._write.drain()
        except (OSError, ValueError) as error:
            raise _ClientGoneError(str(error)) from error
        finally:
            self._telling -= 1


class _ClientGoneError(Exception):
    """Nobody reads what is written."""


async def _next(read: LineReader) -> bytes:
    """Return the next line that is not empty; nothing at the end, however it comes."""
    try:
        while (line := await read.readline()) and not line.strip():
            pass
    except (OSError, ValueError) as error:
        _log.info("a connection ends: %s", error)
        return b""
    return line


def _parsed(line: bytes) -> dict[str, Any]:
    """Return the message in a line; what is none is for the server to complain about."""
    try:
        return _object(json.loads(line))
    except (ValueError, RecursionError):
        return {}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _key(message: dict[str, Any]) -> str:
    """Return the id of a request or an answer, so that 1 and "1" differ; empty where there is none."""
    return "" if message.get("id") is None else json.dumps(message["id"])
