"""Lines in, lines out: the messages of one client, one JSON object a line."""

from __future__ import annotations

import asyncio
import logging
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
