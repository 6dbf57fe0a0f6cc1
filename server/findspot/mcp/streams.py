"""Lines in, lines out: the messages of one client, one JSON object a line.

Standard output belongs to the protocol (I-18): the process keeps it for the protocol only, and whatever else is printed,
also by C code, goes to standard error. A thread of our own reads standard input, because a blocking read in a pool would
keep the process alive after the client has gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
from typing import BinaryIO, Protocol

MAX_LINE = 8 * 1024 * 1024
"""Bytes of one message; the longest question has a tenth of them."""

_log = logging.getLogger(__name__)


class LineReader(Protocol):
    """Where messages come from; an ``asyncio.StreamReader`` is one."""

    async def readline(self) -> bytes:
        """Return the next line with its end, empty bytes after the last one; ``ValueError`` for one that is too long."""


class LineWriter(Protocol):
    """Where messages go to; an ``asyncio.StreamWriter`` is one."""

    def write(self, data: bytes, /) -> None:
        """Take bytes."""

    async def drain(self) -> None:
        """Wait until there is room for more; raises ``OSError`` when nobody reads any more."""


class PipeWriter:
    """Writes to a blocking pipe, in a thread, so that a client that does not read stops nobody else."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._waiting: list[bytes] = []

    def write(self, data: bytes, /) -> None:
        """Take bytes."""
        self._waiting.append(data)

    async def drain(self) -> None:
        """Write what was taken."""
        data, self._waiting = b"".join(self._waiting), []
        await asyncio.to_thread(self._write, data)

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._out.flush()


def claim_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return private copies of standard input and output and take both away from everybody else."""
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(nothing, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return stdin, stdout


def pump(stdin: BinaryIO, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
    """Feed ``reader`` from a blocking stream, in a daemon thread, until the stream ends or the loop closes."""

    def read() -> None:
        fd = stdin.fileno()
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server ended before its client did
            try:
                while data := os.read(fd, 65536):
                    loop.call_soon_threadsafe(reader.feed_data, data)
            except OSError as error:
                _log.warning("standard input cannot be read any more: %s", error)
            loop.call_soon_threadsafe(reader.feed_eof)

    threading.Thread(target=read, name="findspot-stdin", daemon=True).start()
