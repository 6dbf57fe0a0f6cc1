"""What goes into the client's log: the server's own records, and a line for each request while the client traces."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from findspot.lsp.session import Session

P = TypeVar("P")
R = TypeVar("R")


class ClientLog(logging.Handler):
    """Sends records to one client, by level; any thread may log."""

    def __init__(self, session: Session) -> None:
        super().__init__(logging.INFO)
        self._session = session

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record."""
        kind = types.MessageType.Info
        if record.levelno >= logging.WARNING:
            kind = types.MessageType.Error if record.levelno >= logging.ERROR else types.MessageType.Warning
        self._session.post(self._session.log_to_client, kind, self.format(record))


def traced(server: LanguageServer, method: str, handler: Callable[[P], Awaitable[R]]) -> Callable[[P], Awaitable[R]]:
    """Return ``handler`` with a line about each call in the client's trace, where it wants one."""

    async def answer(params: P) -> R:
        if server.protocol.trace is types.TraceValue.Off:
            return await handler(params)
        began, how = time.perf_counter(), "failed"
        try:
            answered = await handler(params)
            how = "answered"
            return answered
        finally:
            took = 1000 * (time.perf_counter() - began)
            details = repr(params) if server.protocol.trace is types.TraceValue.Verbose else None
            server.log_trace(types.LogTraceParams(f"{method} {how} in {took:.0f} ms", details))

    return answer
