"""Standard output and standard error that survive any text, any locale and a reader that goes away."""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
from collections.abc import Iterable
from typing import TextIO

from findspot.cli.columns import visible
from findspot.cli.output import Screen
from findspot.config import color_wanted


def prepare_streams() -> None:
    """Make both streams take any character: what an old console cannot show becomes a question mark.

    On POSIX, UTF-8 output gives file names back byte for byte, also those that are not valid UTF-8.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            exact = os.name == "posix" and stream.encoding.lower().replace("-", "") == "utf8"
            stream.reconfigure(errors="surrogateescape" if exact else "replace")


def screen_of(stream: TextIO) -> Screen:
    """Return what ``stream`` can show."""
    if not _is_terminal(stream):
        return Screen(color=False, width=None)
    return Screen(color=color_wanted(), width=shutil.get_terminal_size().columns)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def write_lines(lines: Iterable[str]) -> None:
    """Print ``lines`` on standard output and pass them on at once; ``BrokenPipeError`` where the reader has gone."""
    try:
        for line in lines:
            _write(sys.stdout, f"{line}\n")
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if sys.platform == "win32" and error.errno == errno.EINVAL:  # how Windows reports a broken pipe
            raise BrokenPipeError(*error.args) from error
        raise


def note(text: str) -> None:
    """Print one line on standard error."""
    _write(sys.stderr, f"findspot: {visible(text)}\n")


def confirmed(question: str) -> bool | None:
    """Ask on the terminal and return whether the answer is yes; None where there is no terminal to ask on."""
    if not _is_terminal(sys.stdin):
        return None
    _write(sys.stderr, f"{visible(question)} [y/N] ")
    if sys.stderr is not None:
        sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # Python leaves a stream out where the caller has closed it
        stream.write(text)


def discard_output() -> None:
    """Redirect both streams to /dev/null after the reader of one has gone: Python flushes them once more when it exits."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            os.dup2(nothing, stream.fileno())
    os.close(nothing)


def drop_unwritten() -> None:
    """Discard what standard output does not take: Python would try and complain once more when it exits."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        discard_output()
