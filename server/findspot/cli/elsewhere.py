"""Have a warm process run the command of this one: the engine is open there, and nothing large is loaded here.

This process keeps its streams. What it is sent is written when the command has ended, so that a warm process which
ends in the middle costs nothing but time: the command then runs here. This module imports as little as can be.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from findspot.errors import ConfigError
from findspot.places import cache_dir, git_environ, terminal_environ
from findspot.service.line import Processes, line_of

SERVICE: Final = "command"

_SILENT_SECONDS = 10.0
"""A process that says nothing for so long has been stopped: it says every second that it is there."""

_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError)
"""What a process raises that ends, or says something else."""

_USUAL_COLUMNS = 80


def run_elsewhere(argv: Sequence[str]) -> int | None:
    """Return the exit status of a command that a warm process has run; None where it must run here.

    What was read of standard input meanwhile can then be read again.
    """
    try:
        processes = Processes(cache_dir(), git_environ())
        request = line_of(_request(argv))
    except (ConfigError, OSError):  # no cache folder, or no current folder
        return None
    for line in processes.lines(Path()):
        if SERVICE not in line.services:
            line.close()
            continue
        try:
            with line.choose(SERVICE) as connection:
                connection.settimeout(_SILENT_SECONDS)
                connection.sendall(request)
                status = _Caller(connection).follow()
        except _BROKEN:
            continue
        if status is not None:
            return status
    return None


def _request(argv: Sequence[str]) -> dict[str, Any]:
    streams = {"in": sys.stdin, "out": sys.stdout, "err": sys.stderr}
    is_open = {name: stream is not None and not stream.closed for name, stream in streams.items()}
    return {
        "argv": list(argv),
        "folder": os.getcwd(),  # noqa: PTH109 - a string
        "open": [name for name, one in is_open.items() if one],
        "terminals": [name for name, stream in streams.items() if is_open[name] and stream.isatty()],
        "environ": terminal_environ(),
        "columns": terminal_columns(),
    }


def terminal_columns() -> int:
    """Return the width of the terminal that any of the streams is: what goes to a pager is as wide as that."""
    columns = shutil.get_terminal_size((0, 0)).columns
    for stream in (sys.stderr, sys.stdin):
        try:
            if not columns and stream is not None and stream.isatty():
                columns = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):  # closed, or no file at all
            continue
    return columns or _USUAL_COLUMNS


class _Caller:
    """This end of the connection while a warm process runs the command."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._written: list[tuple[str, str]] = []
        self._reading = False

    def follow(self) -> int | None:
        """Do what the other process says, until the command has ended; None where it does not take it."""
        with self._connection.makefile("rb") as answers, self._stopping():
            for answer in answers:
                said = json.loads(answer)
                if "exit" in said:
                    return self._ended(int(said["exit"]))
                if "declined" in said:
                    return None
                if "read" in said:
                    self._give(self._read(int(said["read"])))
                elif "now" in said:
                    _write("err", str(said["now"]))
                else:
                    self._written += [(stream, str(text)) for stream, text in said.items()]
        raise EOFError

    def _ended(self, status: int) -> int:
        try:
            for stream, text in self._written:
                _write(stream, text)
        except BrokenPipeError:  # the reader has seen enough, as in "findspot QUERY | head"
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return status

    def _read(self, most: int) -> bytes:
        """Return what stands on standard input, at most so many bytes; 0 asks for a line. It can be read once more."""
        self._reading = True
        data = sys.stdin.buffer.read(most) if most else sys.stdin.buffer.readline()
        self._reading = False
        rest = io.BufferedReader(_Again(data, sys.stdin.buffer))
        sys.stdin = io.TextIOWrapper(rest, encoding=sys.stdin.encoding, errors=sys.stdin.errors)
        return data

    def _give(self, data: bytes) -> None:
        self._connection.sendall(line_of({"read": base64.b64encode(data).decode()}))

    @contextlib.contextmanager
    def _stopping(self) -> Iterator[None]:
        """Tell the other process of the first Ctrl-C; the second one ends this process."""
        if signal.getsignal(signal.SIGINT) in {signal.SIG_IGN, None}:
            yield
            return
        told = False

        def stop(_signal: int, _frame: Any) -> None:
            nonlocal told
            if told or self._reading:  # what is typed has no end that the other process could wait for
                raise KeyboardInterrupt
            told = True
            self._connection.sendall(line_of({"stop": True}))

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


class _Again(io.RawIOBase):
    """Bytes that were read once, then the rest of the stream they came from."""

    def __init__(self, data: bytes, rest: Any) -> None:
        self._data = io.BytesIO(data)
        self._rest = rest

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer``."""
        count = self._data.readinto(buffer)
        if count:
            return count
        data = self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _write(name: str, text: str) -> None:
    stream = sys.stdout if name == "out" else sys.stderr
    if isinstance(stream, io.TextIOWrapper):
        exact = os.name == "posix" and stream.encoding.lower().replace("-", "") == "utf8"
        stream.reconfigure(errors="surrogateescape" if exact else "replace")
    stream.write(text)
    stream.flush()
