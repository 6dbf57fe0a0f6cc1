"""One warm process for all of a user's clients: it says in a file where it listens, and the others find it there.

The file lies in the cache folder, readable by its owner only, and holds a port of the loopback interface and a token.
Who connects says the token and the root it is about in one line, is told whether that root's engine is open there, and
then says which of the process's services it wants; from then on the connection belongs to that service. Processes of
another version, machine or user, or with other settings files, do not see each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import platform
import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from findspot.config import Config
from findspot.service.line import Processes, Record, line_of

_log = logging.getLogger(__name__)

MAX_LINE: Final = 64 * 1024 * 1024
"""Bytes of one line that a service may be sent."""

_FIRST_SECONDS = 5.0
_STARTING_SECONDS = 5.0

_BROKEN: Final = (OSError, EOFError, asyncio.LimitOverrunError, LookupError, TypeError, ValueError, RecursionError)
"""What a connection that says something else raises."""

Service = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Warm(Processes):
    """The warm processes that this one may use, and may be one of."""

    def __init__(self, config: Config) -> None:
        super().__init__(config.cache_dir, config.environ)

    @contextlib.contextmanager
    def starting(self) -> Iterator[None]:
        """Let one process at a time look for others and publish itself, so that of several only one becomes warm."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self.folder / "starting.lock", timeout=_STARTING_SECONDS)
            lock.acquire(poll_interval=0.01)
        except (OSError, Timeout) as error:  # then there may be two of them, which costs memory and nothing else
            _log.info("warm processes are looked for without a lock: %s", error)
            yield
            return
        try:
            yield
        finally:
            lock.release()

    @contextlib.asynccontextmanager
    async def listening(
        self, services: Mapping[str, Service], is_open: Callable[[Path], bool], *, for_all: bool
    ) -> AsyncIterator[None]:
        """Offer ``services`` to other processes until the end of the block; a folder that cannot be written offers nothing.

        ``for_all`` takes clients of any root; otherwise only those of roots for which ``is_open`` holds.
        """
        token = secrets.token_urlsafe(32)
        offer = {"services": sorted(services), "for_all": for_all}
        running: set[asyncio.Task[Any]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                running.add(task)
                task.add_done_callback(running.discard)
            try:
                service = await _introduced(reader, writer, token, offer, is_open)
                if service is not None and service in services:
                    await services[service](reader, writer)
            except _BROKEN as error:
                _log.info("a connection of another process ends: %s", error)
            finally:
                writer.close()

        try:
            listener = await asyncio.start_server(connected, "127.0.0.1", 0, limit=MAX_LINE)
        except OSError as error:
            _log.info("this process serves no others: %s", error)
            yield
            return
        port = listener.sockets[0].getsockname()[1]
        path = self._publish(Record(self.identity, platform.node(), os.getpid(), port, token))
        try:
            yield
        finally:
            if path is not None:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            listener.close()
            for task in tuple(running):
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _publish(self, record: Record) -> Path | None:
        """Write where this process listens; None where that cannot be written, and nobody will come."""
        path = self.folder / f"{record.pid}-{uuid.uuid4().hex[:8]}.json"
        made = path.with_suffix(".new")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                json.dump(asdict(record), out)
            made.replace(path)
        except OSError as error:
            _log.info("this process serves no others: %s", error)
            return None
        return path


async def _introduced(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    token: str,
    offer: Mapping[str, Any],
    is_open: Callable[[Path], bool],
) -> str | None:
    """Return which service a client wants; None for one that does not know the token, or only looks."""
    async with asyncio.timeout(_FIRST_SECONDS):
        said = json.loads(await reader.readuntil(b"\n"))
        if not isinstance(said, dict) or not secrets.compare_digest(
            str(said.get("token", "")).encode(), token.encode()
        ):
            _log.warning("a connection without the right token was refused")
            return None
        opened = await asyncio.to_thread(is_open, Path(str(said.get("root", ""))))
        writer.write(line_of({"open": opened, **offer}))
        await writer.drain()
        wanted = await reader.readline()
    return str(json.loads(wanted)["service"]) if wanted else None
