"""Run the commands of other processes in this one, which has their root open: the other end of ``elsewhere.py``.

A command that asks something of an index can be run here, with the streams, the folder and the variables of its own
process. Any other is declined, and so is one about a root that is not open here, or with other settings for its index.
"""

from __future__ import annotations

import asyncio
import base64
import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from findspot.cli.args import parse
from findspot.cli.elsewhere import SERVICE
from findspot.cli.inputs import RootLocation
from findspot.cli.main import guarded, run
from findspot.cli.parser import Left
from findspot.cli.resolve import resolve
from findspot.cli.terminal import Terminal
from findspot.errors import Cancelled
from findspot.service.engines import SharedEngines
from findspot.service.line import line_of
from findspot.service.link import Service
from findspot.service.one_root import Listener, OneRoot

_SERVED: Final = frozenset({"search", "localize", "context", "related", "status"})

_ALIVE_SECONDS = 1.0
"""How often the other process is told that this one has not ended or been stopped."""


class _NotHereError(BaseException):
    """This process cannot run the command. Not caught by what catches errors of commands."""


def services(engines: SharedEngines) -> Mapping[str, Service]:
    """Return the service that runs commands with the open ones of ``engines``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = _Caller(json.loads(await reader.readline()), writer)
        work = asyncio.create_task(asyncio.to_thread(caller.run, engines))
        listening = asyncio.create_task(caller.listen(reader))
        try:
            while not (await asyncio.wait({work}, timeout=_ALIVE_SECONDS))[0]:
                writer.write(line_of({}))
            await work
        finally:
            caller.hung_up()
            listening.cancel()
            with suppress(OSError):
                await writer.drain()

    return {SERVICE: serve}


class _Caller:
    """The process whose command runs here; ``run`` is for a thread, the rest for the event loop."""

    def __init__(self, request: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        self._argv = [str(word) for word in request["argv"]]
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._typed: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._answering = False
        opened, terminals = set(request["open"]), set(request["terminals"])
        self._terminal = Terminal(
            stdin=_Input(self, is_terminal="in" in terminals) if "in" in opened else None,
            out=_Stream(self, "out", is_terminal="out" in terminals) if "out" in opened else None,
            err=_Stream(self, "err", is_terminal="err" in terminals) if "err" in opened else None,
            folder=Path(str(request["folder"])),
            environ={str(name): str(value) for name, value in request["environ"].items()},
            columns=int(request["columns"]),
            stoppable=self._stoppable,
        )

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Take what the other process sends, until it hangs up."""
        with suppress(OSError, ValueError, KeyError):
            while line := await reader.readline():
                said = json.loads(line)
                if "stop" in said:
                    self._stop.set()
                else:
                    self._typed.put(base64.b64decode(said["read"]))
        self.hung_up()

    def hung_up(self) -> None:
        """Stop what still runs for a process that has gone."""
        self._stop.set()
        self._typed.put(None)

    def run(self, engines: SharedEngines) -> None:
        """Run the command, or decline it."""

        @contextmanager
        def lent(location: RootLocation, listener: Listener, stop: threading.Event) -> Iterator[OneRoot]:
            if not engines.is_open(location.root):
                raise _NotHereError
            access = engines.open(location.root, location.config, warn=False)
            try:
                if not access.fits:
                    raise _NotHereError
                yield OneRoot(location.root, location.config, listener, stop, lent=access.engine)
            finally:
                engines.give_back(access.engine)

        try:
            self.send("exit", self._status(self._terminal.with_roots(lent)))
        except _NotHereError:
            self.send("declined", True)

    def _status(self, terminal: Terminal) -> int:
        try:
            raw = parse(self._argv)
        except Left:
            raise _NotHereError from None
        if raw.command not in _SERVED or raw.verbose or raw.explore or raw.rebuild:
            raise _NotHereError
        return guarded(terminal, lambda: run(resolve(raw, terminal), terminal))

    @contextmanager
    def _stoppable(self) -> Iterator[threading.Event]:
        yield self._stop

    def read(self, most: int) -> bytes:
        """Return what stands on the other process's standard input, at most so many bytes; 0 asks for a line."""
        self.send("read", most)
        data = self._typed.get()
        if data is None:
            raise Cancelled("the process whose command this is has gone")
        return data

    def write(self, stream: str, text: str, *, is_terminal: bool) -> None:
        """Show text on a stream: at once what says how far the command is, the rest when it has ended, all in order."""
        self._answering = self._answering or stream == "out"
        self.send("now" if is_terminal and not self._answering else stream, text)

    def send(self, name: str, value: Any) -> None:
        """Send a message; raises ``BrokenPipeError`` at the end of this process."""
        try:
            self._loop.call_soon_threadsafe(self._writer.write, line_of({name: value}))
        except RuntimeError as error:  # the loop is closed
            raise BrokenPipeError from error


class _Stream:
    """Standard output or standard error of the other process."""

    closed = False

    def __init__(self, caller: _Caller, name: str, *, is_terminal: bool) -> None:
        self._caller = caller
        self._name = name
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        """Return whether somebody sees it at once."""
        return self._is_terminal

    def write(self, text: str, /) -> int:
        """Send text."""
        if text:
            self._caller.write(self._name, text, is_terminal=self._is_terminal)
        return len(text)

    def flush(self) -> None:
        """Do nothing: each text is sent at once."""


class _Input:
    """Standard input of the other process, as text and as bytes."""

    closed = False

    def __init__(self, caller: _Caller, *, is_terminal: bool) -> None:
        self._caller = caller
        self._is_terminal = is_terminal

    @property
    def buffer(self) -> _Input:
        """The bytes of it."""
        return self

    def isatty(self) -> bool:
        """Return whether somebody types it."""
        return self._is_terminal

    def read(self, most: int, /) -> bytes:
        """Return at most so many bytes, fewer only at the end."""
        return self._caller.read(most)

    def readline(self) -> str:
        """Return the next line."""
        return self._caller.read(0).decode(errors="replace")
