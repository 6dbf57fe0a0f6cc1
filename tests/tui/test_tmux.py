"""The view once for real: in tmux, with its captures kept."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.conftest import TRACE

PATIENCE_SECONDS = 60.0

pytestmark = pytest.mark.editors


class Tmux:
    """A tmux of its own, with one window."""

    def __init__(self, folder: Path, captures: Path) -> None:
        self._socket, self._captures, self._number = folder / "tmux", captures, 0

    def run(self, *words: str, text: str | None = None) -> str:
        """Give a command to tmux."""
        command = ["tmux", "-S", str(self._socket), "-f", os.devnull, *words]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout

    def start(self, command: str, root: Path, width: int, height: int) -> None:
        """Start a command in a shell."""
        size = ["-x", str(width), "-y", str(height)]
        self.run("new-session", "-d", *size, "-c", str(root), f"{command}; echo ended with $?; sleep 600")

    def keys(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self.run("send-keys", *keys)

    def wait_until(self, seen: Callable[[str], bool]) -> str:
        """Wait for the screen to show something, and keep it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not seen(screen := self.run("capture-pane", "-p")):
            assert time.monotonic() < until, f"this stayed on the screen:\n{screen}"
            time.sleep(0.1)
        self._number += 1
        (self._captures / f"{self._number:02}.txt").write_text(screen)
        (self._captures / f"{self._number:02}.ansi").write_text(self.run("capture-pane", "-p", "-e"))
        return screen


@pytest.fixture
def tmux(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tmux]:
    captures = Path(os.environ.get("FINDSPOT_CAPTURES", tmp_path)) / request.node.name
    captures.mkdir(parents=True, exist_ok=True)
    tmux = Tmux(tmp_path, captures)
    yield tmux
    tmux.run("kill-server")


def _command(*words: str) -> str:
    return shlex.join([sys.executable, "-m", "findspot", "tui", *words])


def test_typing_choosing_opening_leaving(tmux: Tmux, root: Path, tmp_path: Path) -> None:
    editor = tmp_path / "vim"
    editor.write_text("#!/bin/sh\nprintf 'EDITING %s\\n' \"$*\"; read -r line\n")
    editor.chmod(0o700)
    tmux.start(f"EDITOR={shlex.quote(str(editor))} {_command()}", root, 80, 24)
    tmux.wait_until(lambda screen: "4 files" in screen)
    tmux.keys("-l", "schedule_retry")
    tmux.wait_until(lambda screen: "▌  Uploader.schedule_retry" in screen and "def schedule_retry" in screen)
    tmux.keys("Down", "Up", "Enter")
    tmux.wait_until(lambda screen: "EDITING +5" in screen and "Enter open" not in screen)
    tmux.keys("Enter")
    tmux.wait_until(lambda screen: "Enter open" in screen and "▌  Uploader.schedule_retry" in screen)
    tmux.run("resize-window", "-x", "120", "-y", "40")
    tmux.wait_until(lambda screen: "src/retry.py:5  method" in screen)
    tmux.keys("C-c")
    tmux.wait_until(lambda screen: "ended with 0" in screen and "Enter open" not in screen)


def test_a_bracketed_paste_is_localized(tmux: Tmux, root: Path) -> None:
    tmux.start(_command(), root, 80, 24)
    tmux.wait_until(lambda screen: "4 files" in screen)
    tmux.run("load-buffer", "-", text=TRACE)
    tmux.run("paste-buffer", "-p")
    tmux.wait_until(lambda screen: "6 lines pasted" in screen and "schedule_retry  src/retry.py:7" in screen)
    tmux.keys("Escape")
    tmux.wait_until(lambda screen: "lines pasted" not in screen)


def test_the_chosen_files_go_to_another_command(tmux: Tmux, root: Path) -> None:
    tmux.start(f"echo CHOSEN $(NO_COLOR=1 {_command('-l', 'schedule_retry')})", root, 80, 24)
    tmux.wait_until(lambda screen: "▌  Uploader.schedule_retry" in screen and "4 files" in screen)
    tmux.keys("Tab", "Enter")
    tmux.wait_until(lambda screen: "CHOSEN src/retry.py" in screen)
