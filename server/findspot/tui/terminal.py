"""The terminal that the interactive view is drawn on, and what brings it back as it was, however the view ends.

Standard output may be a pipe, as in ``vim $(findspot tui)``, and standard input a file with a trace; keyboard and screen
are then those of the controlling terminal. Programs that the view starts get it, too.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from findspot.core.limits import MAX_TEXT
from findspot.errors import TerminalError, reason

_IN, _OUT, _ERR = 0, 1, 2

_ASK_BACKGROUND = b"\x1b]11;?\x1b\\\x1b[c"
"""The colour of the background, and a question that every terminal answers, which ends the wait."""

_BACKGROUND = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)[^\x07\x1b]*(?:\x07|\x1b\\)")
_ANSWERED = re.compile(rb"\x1b\[\?[0-9;]*c")
_PATIENCE_SECONDS = 0.3

_END_SECONDS = 3.0
"""How long a view without a terminal may take to end."""

_RESTORE = (
    b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l"  # no mouse
    b"\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[<u"  # no reports of pastes, focus and size, plain keys
    b"\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m"  # the first screen, wrapped lines, the cursor, no colours
)


@dataclass(frozen=True, slots=True)
class Streams:
    """What the process was started with: the text of a standard input that is no terminal, and where to print.

    ``out`` is a file descriptor that no terminal is behind, None where results are not printed.
    """

    text: str
    out: int | None


@contextlib.contextmanager
def on_terminal(environ: Mapping[str, str]) -> Iterator[Streams]:
    """Put the controlling terminal in place of the standard streams that are none; raises ``TerminalError``.

    At the end all is as before, the terminal's settings as well.
    """
    if sys.platform == "win32":
        if not (os.isatty(_IN) and os.isatty(_OUT)):
            raise TerminalError("the interactive view needs a console; print results with 'findspot QUERY' instead")
        yield Streams("", None)
        return
    import termios  # noqa: PLC0415 - not on Windows

    if environ.get("TERM", "dumb") == "dumb":
        raise TerminalError("this terminal cannot move its cursor (TERM); ask with 'findspot QUERY' instead")
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        settings = termios.tcgetattr(terminal)
    except (OSError, termios.error) as error:
        raise TerminalError(
            "the interactive view needs a terminal, and there is none; ask with 'findspot QUERY' instead"
        ) from error
    text = "" if os.isatty(_IN) else _all_of_standard_input()
    saved = [os.dup(number) for number in (_IN, _OUT, _ERR)]
    try:
        out = None if os.isatty(_OUT) else saved[_OUT]
        for number in (_IN, _OUT, _ERR):
            if not os.isatty(number):
                os.dup2(terminal, number)
        yield Streams(text, out)
    finally:
        with contextlib.suppress(OSError, termios.error):  # the terminal is gone
            os.write(terminal, _RESTORE)
            termios.tcsetattr(terminal, termios.TCSADRAIN, settings)
        for number, before in zip((_IN, _OUT, _ERR), saved, strict=True):
            os.dup2(before, number)
            os.close(before)
        os.close(terminal)


def is_gone() -> bool:
    """Return whether there is no terminal behind the keyboard any more."""
    if sys.platform == "win32":
        return False
    import termios  # noqa: PLC0415 - not on Windows

    try:
        termios.tcgetattr(_IN)
    except (OSError, termios.error):
        return True
    return False


@contextlib.contextmanager
def asking_background() -> Iterator[Background]:
    """Ask the terminal for its background while something else is done, and have the answer at the end of the block."""
    background = Background()
    if sys.platform == "win32":
        yield background
        return
    import termios  # noqa: PLC0415 - not on Windows
    import tty  # noqa: PLC0415

    settings = termios.tcgetattr(_IN)
    try:
        tty.setcbreak(_IN, termios.TCSANOW)
        os.write(_OUT, _ASK_BACKGROUND)
        yield background
        background.take(_IN)
    finally:
        termios.tcsetattr(_IN, termios.TCSANOW, settings)


class Background:
    """The colour behind the text, ``#rrggbb``, None where the terminal does not say; ``typed`` came meanwhile."""

    def __init__(self) -> None:
        self.color: str | None = None
        self.typed = ""

    def take(self, keyboard: int) -> None:
        """Read what the terminal has answered, and what was typed before."""
        data = bytearray()
        until = time.monotonic() + _PATIENCE_SECONDS
        while not _ANSWERED.search(data) and (left := until - time.monotonic()) > 0:
            if select.select([keyboard], [], [], left)[0]:
                data += os.read(keyboard, 4096)
        found = _BACKGROUND.search(data)
        if found is not None:
            self.color = "#" + "".join(f"{int(part[:2].ljust(2, b'0'), 16):02x}" for part in found.groups())
        typed = _ANSWERED.sub(b"", _BACKGROUND.sub(b"", data)).decode("utf-8", "replace")
        self.typed = "" if "\x1b" in typed else "".join(filter(str.isprintable, typed))

    @property
    def is_dark(self) -> bool:
        """True for a dark one, and where it is not known."""
        if self.color is None:
            return True
        red, green, blue = (int(self.color[at : at + 2], 16) for at in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue < 128


def end_soon(code: int) -> None:
    """End the process in a moment: writing to a terminal that is gone may never return, and an index may be left at any point (I-5)."""
    timer = threading.Timer(_END_SECONDS, os._exit, (code,))
    timer.daemon = True
    timer.start()


def write_places(out: int, text: str) -> None:
    """Print the places that were chosen; raises ``BrokenPipeError`` where the reader has gone."""
    data = os.fsencode(text)
    while data:
        data = data[os.write(out, data) :]


def _all_of_standard_input() -> str:
    """Return what stands in a standard input that is a pipe or file; raises ``TerminalError`` if that cannot be read."""
    most = 4 * MAX_TEXT
    data = bytearray()
    try:
        while len(data) <= most and (part := os.read(_IN, 65536)):
            data += part
    except OSError as error:
        raise TerminalError(f"standard input cannot be read: {reason(error)}") from error
    return data.decode("utf-8-sig", "replace")[:MAX_TEXT]
