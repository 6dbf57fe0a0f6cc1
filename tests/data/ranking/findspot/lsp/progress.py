"""Work-done progress: one bar in the client for one piece of work.

A request that carries a ``workDoneToken`` has a bar at once. Work that the server began by itself (indexing)
asks the client for one when it has something to tell, so that a refresh with nothing to do shows nothing. All
methods belong to the event loop's thread; what arrives after ``finish`` is dropped, because clients are
confused by a report that follows an end.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from findspot.core.types import Progress
from findspot.lsp.params import Token
from findspot.lsp.protocol import FindspotProtocol

_Value = types.WorkDoneProgressBegin | types.WorkDoneProgressReport | types.WorkDoneProgressEnd

_log = logging.getLogger(__name__)


class Bars:
    """The bars in use, so that a cancel button finds the work it belongs to."""

    def __init__(self) -> None:
        self._cancel: dict[Token, Callable[[], None]] = {}

    def add(self, token: Token, cancel: Callable[[], None]) -> None:
        """Remember what the cancel button of ``token`` does."""
        self._cancel[token] = cancel

    def remove(self, token: Token) -> None:
        """Forget ``token``."""
        self._cancel.pop(token, None)

    def cancel(self, token: Token) -> None:
        """Do what the cancel button of ``token`` does; an unknown token is work that has just ended."""
        action = self._cancel.get(token)
        if action is not None:
            action()


class WorkDone:
    """One bar: begin, any number of reports, one end."""

    def __init__(self, protocol: FindspotProtocol, bars: Bars, title: str, cancel: Callable[[], None]) -> None:
        self._protocol = protocol
        self._bars = bars
        self._title = title
        self._cancel = cancel
        self._token: Token | None = None
        self._latest: tuple[str, int | None] = ("", None)
        self._asking: asyncio.Task[None] | None = None
        self._ended = False

    def begin(self, token: Token) -> None:
        """Show the bar under a token that the client gave."""
        self._token = token
        self._bars.add(token, self._cancel)
        message, percentage = self._latest
        self._send(
            token,
            types.WorkDoneProgressBegin(
                title=self._title, cancellable=True, message=message or None, percentage=percentage
            ),
        )

    def report(self, message: str, percentage: int | None = None) -> None:
        """Show how far the work is; asks the client for a bar when there is none yet."""
        self._latest = (message, percentage)
        if self._ended:
            return
        if self._token is not None:
            self._send(self._token, types.WorkDoneProgressReport(message=message, percentage=percentage))
        elif self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        token = str(uuid.uuid4())
        try:
            await self._protocol.send_request_async(
                types.WINDOW_WORK_DONE_PROGRESS_CREATE, types.WorkDoneProgressCreateParams(token=token)
            )
        except JsonRpcException as error:
            _log.info("the client shows no progress: %s", error)
            return
        if not self._ended:
            self.begin(token)

    def finish(self, message: str) -> None:
        """Take the bar away, with a last word."""
        if self._ended:
            return
        self._ended = True
        if self._token is not None:
            self._bars.remove(self._token)
            self._send(self._token, types.WorkDoneProgressEnd(message=message))

    def _send(self, token: Token, value: _Value) -> None:
        self._protocol.notify(types.PROGRESS, types.ProgressParams(token=token, value=value))


def describe(progress: Progress) -> tuple[str, int | None]:
    """Return the words and the percentage for one report of an indexing run."""
    if progress.phase == "scanning":
        return f"{progress.done:,} files found", None
    unit = "files" if progress.phase == "indexing" else "vectors"
    if progress.total is None:
        return f"{progress.done:,} {unit}", None
    percentage = min(100, 100 * progress.done // progress.total) if progress.total else 100
    return f"{progress.done:,} of {progress.total:,} {unit}", percentage
