"""The door of the command line: one client over standard input and output, served here or by a warm process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from findspot.mcp.host import Host
from findspot.mcp.relay import Relay
from findspot.mcp.roots import Folders
from findspot.mcp.streams import MAX_LINE, PipeWriter, claim_standard_streams, pump

CLOSE_SECONDS = 3.0
"""How long threads may take to stop at the end; a model call in C code cannot be interrupted, the process can."""


def run_stdio(folders: Folders) -> int:
    """Serve one client over standard input and output until it leaves; returns the exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="findspot: %(levelname)s: %(message)s")
    stdin, stdout = claim_standard_streams()
    host = Host(folders)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=MAX_LINE)
        pump(stdin, reader, loop)
        work = loop.create_task(Relay(reader, PipeWriter(stdout)).run(host.connect))
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, ValueError, RuntimeError):
                loop.add_signal_handler(number, work.cancel)
        await asyncio.wait([work])
        if not work.cancelled() and (error := work.exception()) is not None:
            raise error

    try:
        asyncio.run(main())
    finally:
        _end(host.close)
    return 0


def _end(close: Callable[[], None]) -> None:
    """End all threads; one that does not stop in time does not keep the process alive."""
    closing = threading.Thread(target=close, name="findspot-close", daemon=True)
    closing.start()
    closing.join(CLOSE_SECONDS)
    if closing.is_alive():
        logging.shutdown()
        os._exit(0)
