"""The one place that runs git: what the past of a workspace says, read by plumbing commands only.

Git is optional. Where the program or the repository is missing, or answers with an error, callers get None and do
without. No command asks a person or a remote for anything (I-16), and none runs programs that a repository names in
its settings: no pager, no file system monitor, no signature check, no external or textual difference.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event

from findspot.config import child_environ
from findspot.errors import Cancelled

_QUIET: Mapping[str, str] = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
"""A missing object is an answer here, not a reason to ask a remote or a person."""

_SAFE = (
    "protocol.allow=never",
    "core.fsmonitor=false",
    "core.hooksPath=" + os.devnull,
    "log.showSignature=false",
    "core.quotePath=false",
)
"""Settings that win over a repository's own; the first closes every way to a remote, also for old versions of git."""

_SECONDS = 30.0
"""Time for one command; a folder that few of a million commits touched may need longer, and then has no past."""

_LOOK = 0.1
"""Seconds between two looks at whether the caller still wants the answer."""

_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""On Windows a console program would open a window of its own beside an editor."""

_OTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_CEILING_DIRECTORIES")
"""Variables that a hook of another repository would leave to us."""


def environment() -> dict[str, str]:
    """Return the environment for git: our own without the settings of persons and of other repositories."""
    kept = {name: value for name, value in child_environ().items() if name not in _OTHER_REPOSITORY}
    return {**kept, **_QUIET}


def command(folder: Path, *arguments: str, bare: bool = False) -> list[str]:
    """Return a git command on the repository around ``folder``, or on the bare repository ``folder``.

    Whoever owns its files: reading commits runs nothing of the repository's own.
    """
    settings = [part for setting in ("safe.directory=*", *_SAFE) for part in ("-c", setting)]
    place = [f"--git-dir={folder}"] if bare else ["-C", str(folder)]
    return ["git", "--no-pager", *settings, *place, *arguments]


def read(folder: Path, *arguments: str, bare: bool = False, stop: Event | None = None) -> bytes | None:
    """Return what a git command prints, None when git is missing, the command fails or takes too long.

    Raises ``Cancelled`` once ``stop`` is set; the command is ended then.
    """
    try:
        running = subprocess.Popen(
            command(folder, *arguments, bare=bare),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            creationflags=_NO_WINDOW,
        )
    except OSError:
        return None
    with running:
        try:
            printed = _printed(running, stop)
        finally:
            running.kill()  # does nothing to a command that has ended
    return printed if running.returncode == 0 else None


def _printed(running: subprocess.Popen[bytes], stop: Event | None) -> bytes | None:
    over = time.monotonic() + _SECONDS
    while True:
        try:
            return running.communicate(timeout=_LOOK)[0]
        except subprocess.TimeoutExpired:
            if stop is not None and stop.is_set():
                raise Cancelled("reading the past was stopped") from None
            if time.monotonic() > over:
                return None
