"""A small git repository in two languages, with tests and documents, whose commits say what they change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.training.repositories import QUEUE, UPLOAD, git

SERVER = """package server

// Listen waits for a client on the given port and never returns.
func Listen(port int) error {
	return open(port)
}

// Drop forgets a client that went away without a word.
func Drop(clients []string, name string) {
	for range clients {
		forget(name)
	}
}
"""

WAITS = UPLOAD.replace("            if self", "            self.wait()\n            if self")
DRAINS = QUEUE.replace("items.pop(0)", "items.pop()")
ONCE = SERVER.replace("forget(name)", "once(name)")
REPORTS = (
    '\n\ndef report_lost_parcels(parcels):\n    """Write down which parcels were lost."""\n    return list(parcels)\n'
)

WAIT = "Wait a moment between two tries of sending an item"
DRAIN = "Take the newest job out of the queue first, in drain"
DROP = "Forget a client that went away only once"
COUNT = "Report lost parcels by their number and not one by one"

Files = Mapping[str, str | None]


def commit(work: Path, message: str, files: Files) -> str:
    """Write or remove files, commit them, and return the commit."""
    for path, text in files.items():
        target = work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            target.unlink()
        else:
            target.write_text(text, encoding="utf-8", newline="\n")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", message)
    return git(work, "rev-parse", "HEAD")


def make_history(work: Path) -> dict[str, str]:
    """Make the repository; returns the commits by message.

    ``report_lost_parcels`` comes with the commit about draining, and is changed by the last one.
    """
    work.mkdir(parents=True)
    git(work, "init", "-q", "-b", "main")
    steps: tuple[tuple[str, Files], ...] = (
        ("Begin with uploads, a queue and a server", {
            "src/upload.py": UPLOAD, "src/queue.py": QUEUE, "net/server.go": SERVER,
            "tests/test_upload.py": "def test_attempt_of_sending():\n    pass\n",
            "docs/guide.md": "# Guide\n\nHow the next attempt of sending an item waits.\n",
        }),
        (WAIT, {"src/upload.py": WAITS, "tests/test_upload.py": "def test_attempt_of_sending():\n    assert 1\n"}),
        (DRAIN, {"src/queue.py": DRAINS + REPORTS}),
        ("Bump requests from 2.30 to 2.31", {"src/upload.py": WAITS + "\nVERSION = 2\n"}),
        (DROP, {"net/server.go": ONCE, "net/client.go": "package server\n\nfunc Dial() {\n}\n"}),
        ("Say more about the queue in the guide", {"docs/guide.md": "# Guide\n\nThe queue.\n"}),
        (COUNT, {"src/queue.py": DRAINS + REPORTS.replace("list(parcels)", "len(parcels)")}),
    )  # fmt: skip
    return {message: commit(work, message, files) for message, files in steps}
