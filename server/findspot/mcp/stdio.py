"""The door of the command line: one client over standard input and output, served here or by a warm process."""

from __future__ import annotations

import asyncio
import logging
import sys

from findspot.mcp.host import Host, Offer, nothing_else
from findspot.mcp.relay import Relay
from findspot.mcp.streams import MAX_LINE, PipeWriter
from findspot.service.folders import Folders
from findspot.service.process import claim_standard_streams, end_process, pump, until_told


def run_stdio(folders: Folders, services: Offer = nothing_else) -> int:
    """Serve one client over standard input and output until it leaves; returns the exit code.

    ``services`` are what else other processes may ask of this one.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="findspot: %(levelname)s: %(message)s")
    stdin, stdout = claim_standard_streams()
    host = Host(folders, services)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=MAX_LINE)
        pump(stdin, reader, loop)
        await until_told(loop.create_task(Relay(reader, PipeWriter(stdout)).run(host.connect)))

    try:
        asyncio.run(main())
    finally:
        end_process(host.close, 0)
    return 0
