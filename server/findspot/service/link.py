"""One warm process for all of a user's clients: it says in a file where it listens, and the others find it there.

The file lies in the cache folder, readable by its owner only, and holds a port of the loopback interface and a token.
Who connects says the token and the root it is about in one line, is told whether that root's engine is open there, and
then says which of the process's services it wants; from then on the connection belongs to that service. Processes of
another version, machine or user, or with other settings files, do not see each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import platform
import secrets
import socket
import stat
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from findspot import __version__
from findspot.config import Config, user_config_path

_log = logging.getLogger(__name__)

MAX_LINE: Final = 64 * 1024 * 1024
"""Bytes of one line that a service may be sent."""

_FIRST_SECONDS = 5.0
_ANSWER_SECONDS = 2.0
"""A process that does not answer within this time is passed over: it hangs, or is no longer the one that listened."""

_STARTING_SECONDS = 5.0

_MAX_RECORD = 4_096
_MAX_PROCESSES = 100

_BROKEN: Final = (OSError, EOFError, asyncio.LimitOverrunError, LookupError, TypeError, ValueError, RecursionError)
"""What a connection that says something else raises."""

Connection = socket.socket
"""What a line to a warm process becomes."""

Service = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Record:
    """Where a process listens: what stands in its file."""

    identity: str
    machine: str
    pid: int
    port: int
    token: str


class Line:
    """A connection to a warm process, before it is given to one of its services."""

    def __init__(
        self,
        connection: socket.socket,
        services: frozenset[str],
        *,
        is_open: bool,
        for_all: bool,
        again: Callable[[], Line | None],
    ) -> None:
        """Take what the process has said.

        ``is_open`` is whether it has the engine of the root that was asked for, ``for_all`` whether it opens any;
        ``again`` makes another connection to the process.
        """
        self._again = again
        self.is_open = is_open
        self.for_all = for_all
        self.services = services
        self._connection = connection

    def choose(self, service: str) -> Connection:
        """Give the connection to a service; the caller closes it. Raises ``OSError``."""
        self._connection.sendall(_line({"service": service}))
        self._connection.settimeout(None)
        return self._connection

    def answers(self) -> bool:
        """Return whether the process still answers others; waits for that, so it is for worker threads."""
        other = self._again()
        if other is None:
            return False
        other.close()
        return True

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Warm:
    """The warm processes that share a cache folder, settings files and version with this one."""

    def __init__(self, config: Config) -> None:
        self._folder = config.cache_dir / "processes"
        about = [__version__, sys.prefix, str(user_config_path()), *map(str, sorted(config.environ.items()))]
        self._identity = hashlib.blake2b("\0".join(about).encode(errors="replace"), digest_size=16).hexdigest()

    @contextlib.contextmanager
    def starting(self) -> Iterator[None]:
        """Let one process at a time look for others and publish itself, so that of several only one becomes warm."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self._folder / "starting.lock", timeout=_STARTING_SECONDS)
            lock.acquire(poll_interval=0.01)
        except (OSError, Timeout) as error:  # then there may be two of them, which costs memory and nothing else
            _log.info("warm processes are looked for without a lock: %s", error)
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def find(self, root: Path, service: str) -> Line | None:
        """Return a connection to a process with ``service``, best one that has the engine of ``root`` open.

        Without such a one it is one that takes clients of any root; None if there is none either.
        """
        found: Line | None = None
        for path, record in self._records():
            line = _connect(path, record, root)
            if line is None:
                continue
            if service in line.services and (line.is_open or (found is None and line.for_all)):
                if found is not None:
                    found.close()
                found = line
                if line.is_open:
                    break
            else:
                line.close()
        return found

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
        path = self._publish(Record(self._identity, platform.node(), os.getpid(), port, token))
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
        path = self._folder / f"{record.pid}-{uuid.uuid4().hex[:8]}.json"
        made = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                json.dump(asdict(record), out)
            made.replace(path)
        except OSError as error:
            _log.info("this process serves no others: %s", error)
            return None
        return path

    def _records(self) -> Iterator[tuple[Path, Record]]:
        """Go through the files of processes like this one, the newest first."""
        try:
            paths = sorted(self._folder.glob("*.json"), key=lambda path: path.lstat().st_mtime_ns, reverse=True)
        except OSError:
            return
        for path in paths[:_MAX_PROCESSES]:
            record = _read(path)
            if record is not None and (record.identity, record.machine) == (self._identity, platform.node()):
                yield path, record


def _read(path: Path) -> Record | None:
    """Return what a file says; None for one that somebody else wrote or that holds something else."""
    try:
        with path.open("rb") as stream:
            about = os.fstat(stream.fileno())
            if hasattr(os, "geteuid") and (about.st_uid != os.geteuid() or stat.S_IMODE(about.st_mode) & 0o077):
                return None
            said: Any = json.loads(stream.read(_MAX_RECORD))
        record = Record(**said)
        port, token = said["port"], said["token"]
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return record if isinstance(port, int) and 0 < port < 65_536 and isinstance(token, str) else None


def _connect(path: Path, record: Record, root: Path) -> Line | None:
    try:
        connection = socket.create_connection(("127.0.0.1", record.port), timeout=_ANSWER_SECONDS)
    except ConnectionRefusedError:
        _forget(path)
        return None
    except OSError as error:
        _log.info("process %s cannot be reached: %s", record.pid, error)
        return None
    try:
        connection.sendall(_line({"token": record.token, "root": str(root)}))
        answer = json.loads(_read_line(connection))
        return Line(
            connection,
            frozenset(map(str, answer["services"])),
            is_open=bool(answer["open"]),
            for_all=bool(answer["for_all"]),
            again=lambda: _connect(path, record, root),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.info("process %s does not answer: %s", record.pid, error)
        connection.close()
        if isinstance(error, ConnectionResetError):  # it ended meanwhile
            _forget(path)
        return None


def _forget(path: Path) -> None:
    """Remove what a process has left that ended without taking it along."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _read_line(connection: socket.socket) -> bytes:
    """Return one line and nothing behind it: what follows belongs to the service."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte or len(line) > _MAX_RECORD:
            raise ValueError("no line")
        line += byte
    return bytes(line)


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
        writer.write(_line({"open": opened, **offer}))
        await writer.drain()
        wanted = await reader.readline()
    return str(json.loads(wanted)["service"]) if wanted else None


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"
