"""The past of a workspace that is a git repository: messages of commits and the files they changed.

Only ancestors of what is checked out are read. A missing git, a folder that is no repository, a shallow clone or a
broken one cost this signal and nothing else: what can be read is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import NamedTuple

from findspot import git
from findspot.core.text import SubTokenizer
from findspot.storage.records import PastCommit

COMMITS = 2_000
"""Commits that are remembered, newest first: older messages speak of code that has moved since."""

_MAX_FILES = 12
"""A commit that changes more files is a mass edit, and its message speaks of none of them."""

_MAX_MESSAGE = 2_000
"""Characters of a message that are read."""

_MAX_SUBJECT = 300


def head_commit(root: Path) -> str | None:
    """Return the hash of the commit that is checked out, None if none is available."""
    place = git.find_git(root)
    return None if place is None else git.head_commit(place)


def read_past(root: Path, head: str, limit: int = COMMITS, stop: Event | None = None) -> list[PastCommit]:
    """Return the newest ``limit`` ancestors of ``head`` that changed files below ``root``, newest first.

    Merges and mass edits are left out. Paths are relative to ``root``, with ``/``. Raises ``Cancelled`` once ``stop`` is
    set.
    """
    place = git.find_git(root)
    if place is None:
        return []
    inside = "." if place.top is None else root.relative_to(place.top).as_posix()
    below = () if inside == "." else (f"--relative={inside}/",)
    options = ("--no-merges", "--no-renames", "--name-only", *below, "-z", f"--max-count={limit}")
    with git.GitObjects(place.store, wide=git.is_wide(head)) as objects:
        listing = objects.read("log", *options, "--format=%x01%B%x02", head, "--", inside, stop=stop)
    return [] if listing is None else list(_commits(listing))


class FileCommit(NamedTuple):
    """A commit that changed a file: its name, when it was made (ISO 8601), and the first line of its message."""

    commit: str
    time: str
    subject: str


def file_history(root: Path, path: str, limit: int, stop: Event | None = None) -> list[FileCommit] | None:
    """Return the newest ``limit`` commits that changed the root-relative ``path``, newest first; None without a history.

    Renames are not followed. Raises ``Cancelled`` once ``stop`` is set.
    """
    place = git.find_git(root)
    head = None if place is None else git.head_commit(place)
    if place is None or head is None:
        return None
    inside = path if place.top is None else (root.relative_to(place.top) / path).as_posix()
    options = ("--no-renames", "-z", f"--max-count={limit}", "--format=%H%x01%cI%x01%s")
    with git.GitObjects(place.store, wide=git.is_wide(head)) as objects:
        listing = objects.read("log", *options, head, "--", inside, stop=stop)
    if listing is None:
        return None
    lines = (entry.split("\x01") for entry in listing.decode("utf-8", "replace").split("\0"))
    return [FileCommit(line[0], line[1], line[2][:_MAX_SUBJECT]) for line in lines if len(line) == 3]


def _commits(listing: bytes) -> Iterator[PastCommit]:
    tokenizer = SubTokenizer()
    for place, entry in enumerate(listing.decode("utf-8", "replace").split("\x01")[1:]):
        message, _, rest = entry.partition("\x02")
        paths = tuple(path for part in rest.split("\0") if (path := part.strip("\n")))
        if 0 < len(paths) <= _MAX_FILES:
            yield PastCommit(place, " ".join(tokenizer.tokens(message[:_MAX_MESSAGE])), paths)
