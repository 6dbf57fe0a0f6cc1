"""The past of a workspace that is a git repository: messages of commits and the files they changed.

Only ancestors of what is checked out are read. A missing git, a folder that is no repository, a shallow clone or a
broken one cost this signal and nothing else: what can be read is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from findspot import git
from findspot.core.text import SubTokenizer
from findspot.storage.records import PastCommit

COMMITS = 2_000
"""Commits that are remembered, newest first: older messages speak of code that has moved since."""

_MAX_FILES = 12
"""A commit that changes more files is a mass edit, and its message speaks of none of them."""

_MAX_MESSAGE = 2_000
"""Characters of a message that are read."""


def head_commit(root: Path) -> str | None:
    """Return the hash of the commit that is checked out, None when there is none to be had."""
    # Starting git costs 10 ms, which a command that answers in half a second notices.
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return None
    found = git.read(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return found.decode("ascii", "replace").strip() or None if found is not None else None


def read_past(root: Path, head: str, limit: int = COMMITS, stop: Event | None = None) -> list[PastCommit]:
    """Return the newest ``limit`` ancestors of ``head`` that changed files below ``root``, newest first.

    Merges and mass edits are left out. Paths are relative to ``root``, with ``/``. Raises ``Cancelled`` once ``stop`` is
    set.
    """
    listing = git.read(
        root,
        "log",
        "--no-merges",
        "--no-renames",
        "--name-only",
        "--relative",
        "-z",
        f"--max-count={limit}",
        "--format=%x01%B%x02",
        "--end-of-options",
        head,
        "--",
        ".",
        stop=stop,
    )
    return [] if listing is None else list(_commits(listing))


def _commits(listing: bytes) -> Iterator[PastCommit]:
    tokenizer = SubTokenizer()
    for place, entry in enumerate(listing.decode("utf-8", "replace").split("\x01")[1:]):
        message, _, rest = entry.partition("\x02")
        paths = tuple(path for part in rest.split("\0") if (path := part.strip("\n")))
        if 0 < len(paths) <= _MAX_FILES:
            yield PastCommit(place, " ".join(tokenizer.tokens(message[:_MAX_MESSAGE])), paths)
