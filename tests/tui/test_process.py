"""The view as a process of its own on a real pseudo-terminal: what it leaves behind, however it ends."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tui.conftest import TRACE

PATIENCE_SECONDS = 90.0
_ASKED = b"\x1b]11;?"
_ANSWER = b"\x1b]11;rgb:1616/1818/1d1d\x1b\\\x1b[?62;c"
_LEFT = b"\x1b[?1049l"


class Terminal:
    """The other side of a pseudo-terminal, with the view behind it."""

    def __init__(self, process: subprocess.Popen[bytes], side: int, own: int) -> None:
        self.process, self.shown = process, b""
        self._side, self._own = side, own
        self.before = termios.tcgetattr(own)

    def read(self, seconds: float = 0.05) -> None:
        """Take what the view draws."""
        if select.select([self._side], [], [], seconds)[0]:
            try:
                self.shown += os.read(self._side, 65536)
            except OSError:  # nobody has the other side open
                time.sleep(seconds)

    def until(self, text: bytes) -> None:
        """Wait until something was drawn."""
        until = time.monotonic() + PATIENCE_SECONDS
        while text not in self.shown:
            assert time.monotonic() < until, self.shown[-2000:]
            assert self.process.poll() is None or text in self.shown, self.shown[-2000:]
            self.read()

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._side, keys)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._side)
        self._side = os.open(os.devnull, os.O_RDWR)

    def close(self) -> None:
        """Close both sides."""
        os.close(self._side)
        os.close(self._own)

    def end(self) -> int:
        """Wait for the end and return the exit status."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < until
            self.read()
        self.read(0.2)
        return self.process.returncode

    def is_as_before(self) -> bool:
        """Return whether the terminal is what it was: settings, screen, cursor, mouse."""
        tail = self.shown[self.shown.rfind(_LEFT) :]
        return (
            termios.tcgetattr(self._own) == self.before
            and _LEFT in self.shown
            and b"\x1b[?25h" in tail
            and b"\x1b[?1000h" not in tail
        )


@contextmanager
def started(
    root: Path, *words: str, stdin: bytes | None = None, out: int | None = None, **variables: str
) -> Iterator[Terminal]:
    """Start ``findspot tui`` in a folder, on a terminal of its own."""
    side, own = os.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    name = os.ttyname(own)

    def take_terminal() -> None:
        fcntl.ioctl(os.open(name, os.O_RDWR), termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        [sys.executable, "-m", "findspot", "tui", *words],
        cwd=root,
        stdin=own if stdin is None else subprocess.PIPE,
        stdout=own if out is None else out,
        stderr=own,
        env={**os.environ, "TERM": "xterm-256color", **variables},
        start_new_session=True,
        preexec_fn=take_terminal,  # noqa: PLW1509 - it opens one file and no more
    )
    terminal = Terminal(process, side, own)
    try:
        if process.stdin is not None:
            process.stdin.write(stdin or b"")
            process.stdin.close()
        terminal.until(_ASKED)
        terminal.type(_ANSWER)
        yield terminal
    finally:
        process.kill()
        process.wait()
        terminal.close()


def test_chosen_places_are_printed_into_a_pipe(root: Path) -> None:
    reading, writing = os.pipe()
    with started(root, "schedule_retry", out=writing) as terminal:
        os.close(writing)
        terminal.until(b"retry.py")
        terminal.until(b"4 files")
        terminal.type(b"\t\t\r")
        assert terminal.end() == 0
        assert terminal.is_as_before()
    with os.fdopen(reading) as printed:
        assert printed.read() == "src/retry.py:5\nsrc/client.py:7\n"


def test_leaving_prints_nothing_and_is_told_from_a_choice(root: Path) -> None:
    reading, writing = os.pipe()
    with started(root, "schedule_retry", "-l", out=writing) as terminal:
        os.close(writing)
        terminal.until(b"retry.py")
        terminal.type(b"\x1b")
        assert terminal.end() == 130
    with os.fdopen(reading) as printed:
        assert not printed.read()


def test_a_trace_comes_through_a_pipe(root: Path) -> None:
    with started(root, stdin=TRACE.encode()) as terminal:
        terminal.until(b"6 lines pasted")
        terminal.until(b"retry.py")
        terminal.type(b"\x03")
        assert terminal.end() == 0
        assert terminal.is_as_before()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_gives_the_terminal_back(root: Path, number: signal.Signals) -> None:
    with started(root, "schedule_retry") as terminal:
        terminal.until(b"retry.py")
        terminal.process.send_signal(number)
        assert terminal.end() == 128 + number
        assert terminal.is_as_before()


def test_a_crash_gives_the_terminal_back(root: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import findspot.tui.words as words\n"
        "def crash(*_):\n    raise RuntimeError('made to fail')\n"
        "words.lines_text = crash\n"
    )
    with started(root, "schedule_retry", PYTHONPATH=str(tmp_path)) as terminal:
        terminal.until(b"made to fail")
        assert terminal.end() == 1
        assert terminal.is_as_before()


def test_it_ends_when_its_terminal_dies(root: Path) -> None:
    with started(root, "schedule_retry") as terminal:
        terminal.until(b"retry.py")
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE_SECONDS) in {129, -signal.SIGHUP}


def test_it_is_left_at_once_while_it_indexes(root: Path) -> None:
    for number in range(3000):
        (root / f"src/module_{number}.py").write_text(f"def function_{number}() -> int:\n    return {number}\n" * 20)
    with started(root) as terminal:
        terminal.until(b"indexing")
        terminal.type(b"\x03")
        terminal.until(_LEFT)
        assert terminal.end() == 0
        assert terminal.is_as_before()


def test_the_editor_has_the_terminal_and_gives_it_back(root: Path, tmp_path: Path) -> None:
    editor = tmp_path / "vim"
    editor.write_text(
        f"#!{sys.executable}\nimport os, sys, termios\n"
        "echo = bool(termios.tcgetattr(0)[3] & termios.ECHO)\n"
        "print('EDITING', *sys.argv[1:], [os.isatty(n) for n in range(3)], echo, flush=True)\nsys.stdin.readline()\n"
    )
    editor.chmod(0o700)
    with started(root, "schedule_retry", VISUAL=str(editor)) as terminal:
        terminal.until(b"retry.py")
        terminal.type(b"\r")
        terminal.until(b"EDITING +5 " + os.fsencode(root / "src/retry.py") + b" [True, True, True] True")
        drawn = len(terminal.shown)
        terminal.type(b"\x03\n")  # the interrupt is the editor's
        until = time.monotonic() + PATIENCE_SECONDS
        while b"F2" not in terminal.shown[drawn:]:
            assert time.monotonic() < until
            terminal.read()
        terminal.type(b"\x03")
        assert terminal.end() == 0
        assert terminal.is_as_before()


def test_without_a_terminal_there_is_one_line(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "findspot", "tui"],
        cwd=root,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        check=False,
        env={**os.environ, "TERM": "xterm"},
    )
    assert done.returncode == 2
    assert re.fullmatch(rb"findspot: error: the interactive view needs a terminal[^\n]*\n", done.stderr)
