"""A process that speaks a protocol over standard input and output: its streams, its signals, its end.

Standard output belongs to the protocol (I-18), so the process keeps it for the protocol only and points file
descriptor 1 at standard error: a stray ``print``, also one in C code, can no longer break the stream.
Standard input is closed to child processes in the same way. A thread of our own reads it, because a blocking
read in a pool would keep the process alive after the client has gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

CLOSE_SECONDS = 3.0
"""How long threads may take to stop at the end; a model call in C code cannot be interrupted, the process can."""

_log = logging.getLogger(__name__)


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


async def until_told(work: asyncio.Task[None]) -> None:
    """Wait for ``work``; SIGINT and SIGTERM end it early where the platform can tell us."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, work.cancel)
    await asyncio.wait([work])
    if not work.cancelled() and (error := work.exception()) is not None:
        raise error


def end_process(close: Callable[[], None], code: int) -> None:
    """Call ``close``, which ends all threads; one that does not stop in time does not keep the process alive."""
    closing = threading.Thread(target=close, name="findspot-close", daemon=True)
    closing.start()
    closing.join(CLOSE_SECONDS)
    if closing.is_alive():
        _log.warning("some work did not stop in time; ending the process")
        logging.shutdown()
        os._exit(code)
