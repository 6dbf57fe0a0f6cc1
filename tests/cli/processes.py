"""Running the real command in a process of its own, and a small project to run it on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "findspot")

FILES = {
    "src/uploads/scheduler.py": '''"""When uploads are tried again."""


class UploadScheduler:
    """Plans the retries of failed uploads."""

    def schedule_retry(self, upload, attempt):
        """Put a failed upload back into the queue with exponential backoff."""
        delay = min(300, 2 ** attempt)
        self.queue.push(upload, delay)
        return delay
''',
    "src/uploads/checksum.py": '''"""Checksums of uploaded files."""


def verify_checksum(upload, expected):
    """Compare the digest of the stored bytes with the one that the client sent."""
    if digest(upload.data) != expected:
        raise ChecksumMismatch(upload.name)
''',
    "web/render.ts": """export function renderInvoice(invoice: Invoice): string {
  return invoice.lines.map((line) => formatAmount(line.amount)).join("\\n");
}
""",
    "docs/guide.md": "# Guide\n\n## Retrying uploads\n\nA failed upload is tried again up to five times.\n",
}


def write_project(root: Path, files: dict[str, str] | None = None) -> Path:
    """Write a project with a ``.git`` folder under ``root`` and return its resolved path."""
    (root / ".git").mkdir(parents=True)
    for name, text in (FILES if files is None else files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Path(os.path.realpath(root))


def findspot(
    *argv: str, cwd: Path, stdin: bytes | None = b"", env: dict[str, str] | None = None, status: int | None = 0
) -> subprocess.CompletedProcess[bytes]:
    """Run ``findspot`` with ``argv`` and check its exit status, unless ``status`` is None."""
    done = subprocess.run(
        [*COMMAND, *argv], cwd=cwd, input=stdin, capture_output=True, env=os.environ | (env or {}), check=False
    )
    assert status is None or done.returncode == status, (done.returncode, done.stderr.decode(errors="replace"))
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    return done


def records(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    """Return the JSON lines of a finished command."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def paths(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    """Return the path of each JSON line."""
    return [str(record["path"]) for record in records(done)]


def asking(words: list[str], cwd: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Run the command on a terminal, and return the process and the other end of the terminal."""
    import pty  # not on Windows

    ours, theirs = pty.openpty()
    process = subprocess.Popen([*COMMAND, *words], cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    return process, ours


def rest_of(master: int) -> bytes:
    """Read what a terminal still holds, and close it."""
    parts = []
    try:
        while part := os.read(master, 4096):
            parts.append(part)
    except OSError:  # Linux says so when the other end has gone
        pass
    finally:
        os.close(master)
    return b"".join(parts)
