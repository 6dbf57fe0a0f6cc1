"""Whoever runs a command: the streams it reads and writes, the folder and the variables it sees, how it gets a root.

Nothing else in ``cli`` touches the streams of the process, so a warm process can run the command of another one. What is
written survives any text, any locale and a reader that goes away.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from findspot.cli.elsewhere import terminal_columns
from findspot.cli.inputs import RootLocation
from findspot.cli.progress import ProgressLine, end_on_interrupt, stop_on_interrupt
from findspot.cli.screen import Color, Screen, color_wanted, link_host, links_shown
from findspot.core.columns import visible
from findspot.errors import RootError
from findspot.places import terminal_environ
from findspot.service.one_root import Listener, OneRoot


class Output(Protocol):
    """A stream to write to."""

    @property
    def closed(self) -> bool:
        """True once nothing can be written any more."""

    def isatty(self) -> bool:
        """Return whether somebody sees it at once."""

    def write(self, text: str, /) -> int:
        """Take text; raises ``BrokenPipeError`` where the reader has gone."""

    def flush(self) -> None:
        """Pass on what was written."""


class Bytes(Protocol):
    """Bytes to read."""

    def read(self, most: int, /) -> bytes:
        """Return at most so many bytes, fewer only at the end."""


class Input(Protocol):
    """A stream to read from."""

    @property
    def closed(self) -> bool:
        """True once nothing can be read any more."""

    @property
    def buffer(self) -> Bytes:
        """The bytes of it."""

    def isatty(self) -> bool:
        """Return whether somebody types it."""

    def readline(self) -> str:
        """Return the next line."""


Opener = Callable[[RootLocation, Listener, threading.Event], AbstractContextManager[OneRoot]]
"""Opens a root for one command."""

Stoppable = Callable[[], AbstractContextManager[threading.Event]]
"""Gives an event that is set when the command should stop."""


def open_root(location: RootLocation, listener: Listener, stop: threading.Event) -> OneRoot:
    """Open a root in this process, for this command alone."""
    return OneRoot(location.root, location.config, listener, stop)


@dataclass(frozen=True, slots=True)
class Terminal:
    """The streams, None for one that the caller has closed, and what else a command sees of its caller.

    ``folder`` is the current one, None when it is gone. ``environ`` holds the variables that say what a terminal can
    show, ``columns`` its width.
    """

    stdin: Input | None
    out: Output | None
    err: Output | None
    folder: Path | None
    environ: Mapping[str, str]
    columns: int
    open_root: Opener = open_root
    stoppable: Stoppable = stop_on_interrupt

    @classmethod
    def of_process(cls) -> Terminal:
        """Return that of this process; from now on its streams take any character.

        What an old console cannot show becomes a question mark. On POSIX, UTF-8 output gives file names back byte for
        byte, also those that are not valid UTF-8.
        """
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                exact = os.name == "posix" and stream.encoding.lower().replace("-", "") == "utf8"
                stream.reconfigure(errors="surrogateescape" if exact else "replace")
        try:
            folder = Path.cwd()
        except FileNotFoundError:
            folder = None
        # Python leaves a stream out where the caller has closed it.
        return cls(sys.stdin, sys.stdout, sys.stderr, folder, terminal_environ(), terminal_columns())

    def with_roots(self, open_root: Opener) -> Terminal:
        """Return this terminal for a command that gets its roots elsewhere."""
        return replace(self, open_root=open_root)

    @property
    def cwd(self) -> Path:
        """The current folder; raises ``RootError`` when it is gone."""
        if self.folder is None:
            raise RootError("the current folder is gone; change to another one")
        return self.folder

    def screen(self, color: Color = "auto", *, grouped: bool = False) -> Screen:
        """Return what standard output can show; ``grouped`` treats a pipe as a terminal, such as one to a pager."""
        seen = _is_terminal(self.out)
        colored = color_wanted(self.environ, color, terminal=seen or grouped)
        # A pipe may lead to a program that does not know links.
        linked = colored and (seen or "FORCE_HYPERLINK" in self.environ) and links_shown(self.environ)
        host = link_host(self.environ, os.uname().nodename if hasattr(os, "uname") else "") if linked else None
        return Screen(colored, self.columns if seen or grouped else None, seen or grouped, host)

    def progress_line(self, *, quiet: bool) -> ProgressLine | None:
        """Return a line on standard error that shows how far a call is; None where nobody would see it."""
        return None if quiet or self.err is None or not _is_terminal(self.err) else ProgressLine(self.err, self.columns)

    def write_lines(self, lines: Iterable[str], end: str = "\n") -> None:
        """Print ``lines`` on standard output and pass them on at once; ``BrokenPipeError`` where the reader has gone."""
        try:
            for line in lines:
                _write(self.out, f"{line}{end}")
            if self.out is not None:
                self.out.flush()
        except OSError as error:
            if sys.platform == "win32" and error.errno == errno.EINVAL:  # how Windows reports a broken pipe
                raise BrokenPipeError(*error.args) from error
            raise

    def note(self, text: str) -> None:
        """Print one line on standard error."""
        _write(self.err, f"findspot: {visible(text)}\n")

    def complain(self, text: str) -> None:
        """Print a text of several lines on standard error as it is."""
        _write(self.err, text)

    def confirmed(self, question: str) -> bool | None:
        """Ask on the terminal and return whether the answer is yes; None where there is no terminal to ask on."""
        if self.stdin is None or not _is_terminal(self.stdin):
            return None
        with end_on_interrupt():
            _write(self.err, f"{visible(question)} [y/N] ")
            if self.err is not None:
                self.err.flush()
            return self.stdin.readline().strip().lower() in {"y", "yes"}

    def discard_output(self) -> None:
        """Redirect both streams to /dev/null after the reader of one has gone: Python flushes them once more when it exits."""
        nothing = os.open(os.devnull, os.O_WRONLY)
        for stream in (self.out, self.err):
            if isinstance(stream, io.TextIOWrapper):
                os.dup2(nothing, stream.fileno())
        os.close(nothing)

    def drop_unwritten(self) -> None:
        """Discard what standard output does not take: Python would try and complain once more when it exits."""
        try:
            if self.out is not None:
                self.out.flush()
        except OSError:
            self.discard_output()


def _is_terminal(stream: Output | Input | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _write(stream: Output | None, text: str) -> None:
    if stream is not None:
        stream.write(text)
