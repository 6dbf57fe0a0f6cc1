"""One process for all agents of a user: who serves a client, and how a process serves the clients of others.

A client that starts looks for a warm process (`service/link.py`): a language server with the engine of its root, or the
server of an agent that came before. Only where there is none does it load the SDK and an engine, and then serves those
that come after it, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from findspot.agent.tokens import TokenCounter
from findspot.config import load_config
from findspot.errors import ConfigError
from findspot.mcp.early import Early, undisturbed
from findspot.mcp.relay import Server
from findspot.mcp.streams import MAX_LINE, LineReader, LineWriter
from findspot.service.engines import SharedEngines
from findspot.service.folders import Folders
from findspot.service.line import Connection, Line
from findspot.service.link import Service, Warm

SERVICE = "mcp"

Offer = Callable[[SharedEngines], Mapping[str, Service]]
"""What else a process offers to others that use its engines."""


def nothing_else(_engines: SharedEngines) -> Mapping[str, Service]:
    """Offer nothing but the server for agents."""
    return {}


EARLY_SECONDS = 30.0
"""How long an engine that was opened early is kept for a client that has not begun."""

_LEAST_SECONDS = 1.0
_MOST_FAILURES = 3
"""So many warm processes in a row that end at once are enough: this one serves its client alone then."""

_log = logging.getLogger(__name__)


class Host:
    """Finds a server for the client of this process; close it at the end."""

    def __init__(self, folders: Folders, services: Offer = nothing_else) -> None:
        self._folders = folders
        self._warm = warm_processes()
        self._engines = SharedEngines()
        self._services = services(self._engines)
        self._count = TokenCounter()
        self._failures = 0

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Server]:
        """Yield the streams of a server for this client: that of a warm process, else one in this process."""
        loop = asyncio.get_running_loop()
        async with contextlib.AsyncExitStack() as stack:
            line = chosen = None
            if self._warm is not None:
                # One at a time, so that of many agents that start together one serves the others.
                with self._warm.starting():
                    if self._failures < _MOST_FAILURES:
                        # Which folders the client will name is not known yet.
                        first = next(iter(self._folders.own()), self._folders.working)
                        line = self._warm.find(first, SERVICE)
                        chosen = None if line is None else _chosen(line)
                    if chosen is None:
                        services = {SERVICE: self._serve_other, **self._services}
                        await stack.enter_async_context(
                            self._warm.listening(services, self._engines.is_open, for_all=True)
                        )
            if line is None or chosen is None:
                yield Server(*await stack.enter_async_context(self._own()), _always)
                return
            began = loop.time()
            reader, writer = await asyncio.open_connection(sock=chosen, limit=MAX_LINE)
            try:
                writer.write(_introduction(self._folders))
                yield Server(reader, writer, partial(asyncio.to_thread, line.answers))
            finally:
                if writer.transport.get_write_buffer_size():
                    writer.transport.abort()  # to a process that is stopped the rest would be written for ever
                writer.close()
                self._failures = self._failures + 1 if loop.time() - began < _LEAST_SECONDS else 0

    def close(self) -> None:
        """Give back what the engines share."""
        self._engines.close()

    @contextlib.asynccontextmanager
    async def _own(self) -> AsyncIterator[tuple[LineReader, LineWriter]]:
        early = Early(self._engines, self._folders)
        with undisturbed():
            from findspot.mcp.server import serve  # noqa: PLC0415 - the SDK is slow to import and large

        asyncio.get_running_loop().call_later(EARLY_SECONDS, lambda: threading.Thread(target=early.give_back).start())
        requests, answers = _Pipe(), _Pipe()
        work = asyncio.create_task(serve(requests.reader, answers, self._engines, self._folders, self._count))
        work.add_done_callback(lambda _: answers.reader.feed_eof())
        try:
            yield answers.reader, requests
        finally:
            requests.reader.feed_eof()
            await work
            await asyncio.to_thread(early.give_back)

    async def _serve_other(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve_other(self._engines, self._count, reader, writer)


@contextlib.contextmanager
def shared(engines: SharedEngines, services: Offer = nothing_else) -> Iterator[None]:
    """Let agents, and who wants one of ``services``, use the engines of another front end until the end of the block.

    They are served in a thread of their own, and cost nothing before the first one comes.
    """
    warm = warm_processes()
    if warm is None:
        yield
        return
    count = TokenCounter()
    ended = asyncio.Event()
    loop = asyncio.new_event_loop()

    async def listen() -> None:
        async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve_other(engines, count, reader, writer)

        async with warm.listening({SERVICE: other, **services(engines)}, engines.is_open, for_all=False):
            await ended.wait()

    def run() -> None:
        try:
            loop.run_until_complete(listen())
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="findspot-agents", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(_LEAST_SECONDS)


async def serve_other(
    engines: SharedEngines, count: TokenCounter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Serve the client of another process, which has said in a first line where its folders are."""
    from findspot.mcp.server import serve  # noqa: PLC0415 - see above

    said = json.loads(await reader.readline())
    folders = Folders(tuple(Path(str(name)) for name in said["given"]), Path(str(said["working"])))
    await serve(reader, writer, engines, folders, count)


def _chosen(line: Line) -> Connection | None:
    """Return the connection to the server of a warm process; None if that has ended since it answered."""
    try:
        return line.choose(SERVICE)
    except OSError as error:
        _log.info("a warm process has gone: %s", error)
        line.close()
        return None


async def _always() -> bool:
    """Return that the server of this process works: it does, if this does."""
    return True


def _introduction(folders: Folders) -> bytes:
    said = {"given": [str(folder) for folder in folders.given], "working": str(folders.working)}
    return json.dumps(said).encode() + b"\n"


def warm_processes() -> Warm | None:
    """Return the warm processes of this user; None where there is no cache folder to meet in."""
    try:
        return Warm(load_config(None, lenient=True))
    except ConfigError as error:
        _log.info("no warm process is looked for: %s", error)
        return None


class _Pipe:
    """What is written can be read, in one event loop."""

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader(limit=MAX_LINE)

    def write(self, data: bytes, /) -> None:
        """Take bytes."""
        self.reader.feed_data(data)

    async def drain(self) -> None:
        """Let the reader work."""
        await asyncio.sleep(0)
