"""Lines in, lines out: the messages of one client, one JSON object a line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import BinaryIO, Protocol

MAX_LINE = 8 * 1024 * 1024
"""Bytes of one message; the longest question has a tenth of them."""


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
    """Writes to a blocking pipe, in a thread, so that a client that does not read stops nobody else.

    The thread is a daemon: one that waits for such a client for ever does not keep the process alive.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._waiting: list[bytes] = []
        self._todo: SimpleQueue[tuple[bytes, Callable[[OSError | None], None]]] = SimpleQueue()
        threading.Thread(target=self._work, name="findspot-stdout", daemon=True).start()

    def write(self, data: bytes, /) -> None:
        """Take bytes."""
        self._waiting.append(data)

    async def drain(self) -> None:
        """Write what was taken."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[OSError | None] = loop.create_future()

        def done(error: OSError | None) -> None:
            if not written.done():
                written.set_result(error)

        def tell(error: OSError | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(done, error)

        data, self._waiting = b"".join(self._waiting), []
        self._todo.put((data, tell))
        if (error := await written) is not None:
            raise error

    def _work(self) -> None:
        # Not through the buffer of the stream: the interpreter's end would wait for the lock of that.
        fd = self._out.fileno()
        while True:
            data, tell = self._todo.get()
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[os.write(fd, rest) :]
            except OSError as error:
                tell(error)
            else:
                tell(None)
