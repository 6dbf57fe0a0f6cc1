"""The way to a warm process: its files, and a connection to it. What offers services to others is in ``link.py``.

A command that is answered by a warm process imports this and little else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import platform
import socket
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from findspot import __version__
from findspot.places import user_config_path

_log = logging.getLogger(__name__)

_ANSWER_SECONDS = 2.0
"""A process that does not answer within this time is passed over: it hangs, or is no longer the one that listened."""

_MAX_RECORD = 4_096
_MAX_PROCESSES = 100

Connection = socket.socket
"""What a line to a warm process becomes."""


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
        self._connection.sendall(line_of({"service": service}))
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


class Processes:
    """The warm processes that share a cache folder, settings files and version with this one."""

    def __init__(self, cache_dir: Path, environ: Mapping[str, str]) -> None:
        """Take the cache folder, and the variables that decide which files a user ignores everywhere."""
        self.folder = cache_dir / "processes"
        about = [__version__, sys.prefix, str(user_config_path()), *map(str, sorted(environ.items()))]
        self.identity = hashlib.blake2b("\0".join(about).encode(errors="replace"), digest_size=16).hexdigest()

    def find(self, root: Path, service: str) -> Line | None:
        """Return a connection to a process with ``service``, best one that has the engine of ``root`` open.

        Without such a one it is one that takes clients of any root; None if there is none either.
        """
        found: Line | None = None
        for line in self.lines(root):
            if service in line.services and (line.is_open or (found is None and line.for_all)):
                if found is not None:
                    found.close()
                found = line
                if line.is_open:
                    break
            else:
                line.close()
        return found

    def lines(self, root: Path) -> Iterator[Line]:
        """Yield a connection to each process that answers, the newest first; who takes one closes it."""
        for path, record in self._records():
            line = _connect(path, record, root)
            if line is not None:
                yield line

    def _records(self) -> Iterator[tuple[Path, Record]]:
        """Go through the files of processes like this one, the newest first."""
        try:
            paths = sorted(self.folder.glob("*.json"), key=lambda path: path.lstat().st_mtime_ns, reverse=True)
        except OSError:
            return
        for path in paths[:_MAX_PROCESSES]:
            record = _read(path)
            if record is not None and (record.identity, record.machine) == (self.identity, platform.node()):
                yield path, record


def living_processes(cache_dir: Path) -> Iterator[int]:
    """Yield the ids of processes of any version that serve others from a cache folder."""
    for path in (cache_dir / "processes").glob("*.json"):
        record = _read(path)
        if record is not None and record.machine == platform.node():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", record.port), timeout=_ANSWER_SECONDS).close()
                yield record.pid


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
        connection.sendall(line_of({"token": record.token, "root": str(root)}))
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


def line_of(message: Mapping[str, Any]) -> bytes:
    """Return a message as one line of JSON."""
    return json.dumps(message).encode() + b"\n"
