"""A repository of a stranger, and every way in which a user opens it: the real commands and the real server."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.lsp.test_process import answer, frame, hello
from tests.training.repositories import git

SECONDS = 60
"""Far above what any of these takes on a loaded machine; a command that waits for a pipe or reads forever passes it."""

_MEMORY_KB = 8 << 20
"""Address space of a command: many times what it needs, and far below what an endless file would take."""

UPLOADS = '''"""Uploads."""


def schedule_retry(upload, attempt):
    """Put a failed upload back into the queue."""
    return min(300, 2**attempt)
'''

COMMANDS: dict[str, tuple[str, ...]] = {
    "search": ("search", "retry of an upload", "--json"),
    "localize": ("localize", "A failed upload is never put back into the queue", "--json"),
    "index": ("index",),
    "status": ("status",),
    "eval": ("eval", "--commits", "1", "--budget", "0"),
}

WAYS = (*COMMANDS, "lsp")


def make_repository(root: Path) -> Path:
    """Make a repository with three commits; returns its root."""
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    (root / "uploads.py").write_text(UPLOADS, encoding="utf-8")
    steps = ("Begin with uploads", "Wait longer before a failed upload is tried again", "Wait less in schedule_retry")
    for number, message in enumerate(steps):
        (root / "uploads.py").write_text(UPLOADS.replace("300", str(300 + number)), encoding="utf-8")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", message)
    return root


def command(*words: str) -> list[str]:
    """Return the words that start Findspot with bounded memory."""
    bounded = () if sys.platform == "win32" else ("sh", "-c", f'ulimit -v {_MEMORY_KB}; exec "$@"', "sh")
    return [*bounded, sys.executable, "-m", "findspot", *words]


def run(way: str, root: Path, env: Mapping[str, str] | None = None, *, may_fail: bool = False) -> str:
    """Open ``root`` in one of ``WAYS``; returns all that was said. It must have worked, in time.

    With ``may_fail`` the command may also say in one line why it does not.
    """
    environ = os.environ | dict(env or {})
    if way == "lsp":
        return _serve(root, environ)
    done = subprocess.run(
        command(*COMMANDS[way]),
        cwd=root,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert "Traceback" not in said, said
    if may_fail and done.returncode == 2:
        assert done.stderr.count(b"\n") == 1, said
        return said
    assert done.returncode == 0, said
    if way in {"search", "localize"}:
        assert "uploads.py" in done.stdout.decode(), said
    return said


def _serve(root: Path, environ: Mapping[str, str]) -> str:
    with subprocess.Popen(
        command("lsp"),
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        try:
            assert process.stdin
            assert process.stdout
            assert process.stderr
            seen = Listening(process.stdout)
            process.stdin.write(hello(root) + frame({"id": 2, "method": "findspot/index", "params": {}}))
            process.stdin.flush()
            assert "result" in answer(seen, 2)
            ask = {"query": "retry of an upload"}
            process.stdin.write(frame({"id": 3, "method": "findspot/search", "params": ask}))
            process.stdin.flush()
            found: dict[str, Any] = answer(seen, 3)
            assert any("uploads.py" in str(one) for one in found["result"]["results"]), found
            process.stdin.write(frame({"id": 4, "method": "shutdown"}) + frame({"method": "exit"}))
            process.stdin.flush()
            assert process.wait(SECONDS) == 0
            errors = process.stderr.read().decode(errors="replace")
            assert "Traceback" not in errors, errors
            return errors + seen.heard.decode(errors="replace")
        finally:
            timer.cancel()
            process.kill()


class Listening:
    """A stream that keeps what was read from it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.heard = b""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        data: bytes = self._stream.read(size)
        self.heard += data
        return data
