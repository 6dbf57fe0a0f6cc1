"""A small git repository with a past, made with the real git, and issues about it in the shape of SWE-bench."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UPLOAD = '''"""Uploads."""


class Uploader:
    """Sends files."""

    limit = 3

    def send(self, item):
        """Send one item to the server."""
        return self.attempt(item)

    def attempt(self, item):
        """Try again after a timeout, as the retry policy says."""
        for _ in range(self.limit):
            if self.connection.post(item):
                return True
        return False
'''

QUEUE = '''"""A queue."""


def enqueue(items, job):
    """Put a job behind the others."""
    items.append(job)
    return items


def drain(items):
    """Take all jobs out, the oldest first."""
    while items:
        yield items.pop(0)
'''

REPO = "Acme/tool"


@dataclass(frozen=True, slots=True)
class Past:
    """A folder with bare repositories below it, and the commits of ``REPO``, oldest first."""

    folder: Path
    commits: tuple[str, ...]

    @property
    def bare(self) -> Path:
        """The bare repository."""
        return self.folder / "acme+tool" / "repo"


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it printed."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def make_past(folder: Path) -> Past:
    """Make three commits: two modules with a test; the queue gone and a client come; the upload changed."""
    work = folder / "origin"
    steps: tuple[dict[str, str | None], ...] = (
        {
            "src/upload.py": UPLOAD,
            "src/queue.py": QUEUE,
            "tests/test_upload.py": "def test_retry():\n    pass\n",
            "docs/guide.md": "# Guide\n\nHow uploads are retried.\n",
        },
        {"src/queue.py": None, "net/client.py": "def connect(host):\n    return open_socket(host)\n"},
        {"src/upload.py": UPLOAD.replace("limit = 3", "limit = 5")},
    )
    work.mkdir(parents=True)
    git(work, "init", "-q")
    commits = []
    for number, step in enumerate(steps):
        for path, text in step.items():
            target = work / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                target.unlink()
            else:
                target.write_text(text, encoding="utf-8", newline="\n")
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", f"Step {number}")
        commits.append(git(work, "rev-parse", "HEAD"))
    bares = folder / "bares"
    (bares / "acme+tool").mkdir(parents=True)
    git(folder, "clone", "-q", "--bare", str(work), str(bares / "acme+tool" / "repo"))
    return Past(bares, tuple(commits))


def issue(number: int, commit: str, text: str, **changes: Any) -> dict[str, Any]:
    """Return a row whose gold is the retrying of uploads; ``changes`` replace fields."""
    row: dict[str, Any] = {
        "instance_id": f"acme__tool-{number}",
        "repo": REPO,
        "base_commit": commit,
        "created_at": f"2021-0{number}-01T00:00:00Z",
        "problem_statement": text,
        "patch": "",
        "gold_files": ["src/upload.py", "docs/guide.md", "src/new.py"],
        "gold_code_files": ["src/upload.py"],
        "gold": [
            {
                "file": "src/upload.py",
                "lines": [[15, 17]],
                "functions": ["Uploader.attempt", "Uploader.later"],
                "classes": [],
            },
            {"file": "src/new.py", "lines": [[1, 1]], "status": "A"},
        ],
    }
    return {**row, **changes}


def write_issues(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_mined(folder: Path, past: Past) -> Path:
    """Write a folder as the command ``mine`` does, with one commit of the repository; returns the folder."""
    row = {
        "kind": "commit",
        "repository": REPO,
        "commit": past.commits[2],
        "parent": past.commits[1],
        "message": "fix(upload): Give up later when the server is slow",
        "files": [
            {"path": "src/upload.py", "language": "python", "functions": ["Uploader.attempt"], "spans": [[13, 18]]}
        ],
    }
    path = folder / "rows" / "acme+tool.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(row) + "\n" + json.dumps({**row, "kind": "docstring"}) + "\n", encoding="utf-8")
    return folder
