"""Bytes in, bytes out: the message loop over standard input and output or a TCP connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from typing import BinaryIO

from findspot.lsp.protocol import FindspotProtocol

MAX_MESSAGE = 256 * 1024 * 1024
"""Bytes of one message; a client that announces more is broken."""

MAX_HEADER = 64 * 1024

MAX_UNREAD = 64 * 1024 * 1024
"""Bytes that a TCP client may leave unread before it is taken for gone."""

_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,15})[ \t]*\r?\n", re.IGNORECASE)
_TYPE = re.compile(rb"content-type:.*\r?\n", re.IGNORECASE)

_log = logging.getLogger(__name__)


class BrokenStreamError(Exception):
    """The bytes that arrive are not the protocol's."""


class PipeWriter:
    """Writes messages to a pipe; when the client has gone, ``lost`` is called and the rest is dropped."""

    def __init__(self, out: BinaryIO, lost: Callable[[], None]) -> None:
        self._out = out
        self._lost = lost
        self._open = True

    def write(self, data: bytes) -> None:
        """Write one message at once."""
        if not self._open:
            return
        try:
            self._out.write(data)
            self._out.flush()
        except (OSError, ValueError):
            self._open = False
            self._lost()

    def close(self) -> None:
        """Close the pipe."""
        self._open = False
        with contextlib.suppress(OSError):
            self._out.close()


class SocketWriter:
    """Writes messages to a TCP client; one that does not read them is cut off."""

    def __init__(self, out: asyncio.StreamWriter) -> None:
        self._out = out

    def write(self, data: bytes) -> None:
        """Write one message without waiting."""
        self._out.write(data)
        if self._out.transport.get_write_buffer_size() > MAX_UNREAD:
            _log.warning("the connection ends: the client has not read more than %s bytes", f"{MAX_UNREAD:,}")
            self._out.transport.abort()

    def close(self) -> None:
        """Close the connection."""
        self._out.close()


async def first_message(reader: asyncio.StreamReader, seconds: float) -> bytes | None:
    """Return the body of a connection's first message; None when none comes in time, or anything else does."""
    try:
        async with asyncio.timeout(seconds):
            return await _read_message(reader)
    except TimeoutError:
        _log.warning("the connection ends: the client has said nothing for %.0f s", seconds)
    except BrokenStreamError as error:
        _log.warning("the connection ends: %s", error)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    return None


async def serve(
    reader: asyncio.StreamReader,
    protocol: FindspotProtocol,
    *,
    first: bytes | None = None,
    first_seconds: float | None = None,
) -> None:
    """Handle messages until ``exit``, the end of the stream, or a stream that is not the protocol's.

    ``first`` is the body of a message that was read already. With ``first_seconds`` the client must have said
    ``initialize`` by then.
    """
    try:
        async with asyncio.timeout(first_seconds) as limit:
            body = first if first is not None else await _read_message(reader)
            while body is not None:
                protocol.receive(body)
                if protocol.exit_requested:
                    return
                if protocol.is_initialized:
                    limit.reschedule(None)
                body = await _read_message(reader)
    except TimeoutError:
        _log.warning("the connection ends: the client did not begin with 'initialize' within %.0f s", first_seconds)
    except BrokenStreamError as error:
        _log.warning("the connection ends: %s", error)
    except (asyncio.IncompleteReadError, ConnectionError):
        return


async def _read_message(reader: asyncio.StreamReader) -> bytes | None:
    length: int | None = None
    read = 0
    while True:
        try:
            line = await reader.readline()
        except ValueError as error:
            raise BrokenStreamError("a header line is too long") from error
        if not line:
            return None
        read += len(line)
        if read > MAX_HEADER:
            raise BrokenStreamError("a message has no end of its header")
        if match := _LENGTH.fullmatch(line):
            length = int(match.group(1))
        elif line.strip():
            # Whatever speaks HTTP ends here: a web page must not be able to reach the server through a browser.
            if not _TYPE.fullmatch(line):
                raise BrokenStreamError(f"{line[:60]!r} is no header of the protocol")
        else:
            if length is None:
                raise BrokenStreamError("a message comes without Content-Length")
            if length > MAX_MESSAGE:
                raise BrokenStreamError(f"a message of {length:,} bytes; at most {MAX_MESSAGE:,} are read")
            return await reader.readexactly(length)
