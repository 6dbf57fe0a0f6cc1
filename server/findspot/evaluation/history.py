"""The past of a repository: which files each commit changed, read without opening a single file.

``git log --no-renames --raw`` needs trees only, so it neither stops nor ends early where a clone lacks blobs, as a log
that looks for renames does. Only ancestors of HEAD are walked.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from findspot import git
from findspot.errors import EvaluationError

_REGULAR = frozenset({"100644", "100755"})
_NOTHING = frozenset({"000000"})

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Change:
    """One changed file; ``old`` and ``new`` are blob hashes, None where the file did not exist."""

    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with its parents, its message as written and its changed files; merges come without files."""

    digest: str
    parents: tuple[str, ...]
    message: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with at least one commit.

    ``top`` is its working folder, None for a bare one; ``store`` the folder that holds the objects of all its working
    folders; ``head`` the commit of HEAD; a ``shallow`` one has the last part of its history only.
    """

    top: Path | None
    store: Path
    head: str
    shallow: bool


def find_repository(folder: Path) -> Repository:
    """Return the repository around a folder; raises ``EvaluationError`` saying what is missing."""
    if not folder.is_dir():
        raise EvaluationError(f"{folder}: no such folder; give a folder inside a git repository")
    if not git.is_installed():
        raise EvaluationError("git cannot be run; install it, since commits are what is measured on")
    place = git.find_git(folder.resolve())
    if place is None:
        raise EvaluationError(f"{folder}: not inside a git repository, so there is no history to measure on")
    head = git.head_commit(place)
    if head is None:
        raise EvaluationError(f"{folder}: the git repository has no commit yet, so there is nothing to measure on")
    return Repository(place.top, place.store.resolve(), head, git.is_shallow(place))


def head_of(folder: Path) -> str:
    """Return the hash of HEAD of a bare repository; raises ``EvaluationError`` when there is none."""
    found = git.head_commit(git.GitPlace(None, folder, folder))
    if found is None:
        raise EvaluationError(f"{folder}: git finds no commit there")
    return found


def read_history(folder: Path, head: str) -> Generator[Commit]:
    """Yield ``head`` and its ancestors, newest first, as git finds them; ``folder`` is a bare repository or a ``.git``.

    Raises ``EvaluationError`` when the history is not whole. Who has had enough closes the iterator.
    """
    options = ("--no-renames", "--raw", "--no-abbrev", "-z", "--no-color", "--encoding=UTF-8")
    form = "--format=%x01%H%x02%P%x02%B"
    with (
        tempfile.TemporaryFile() as said,
        git.GitObjects(folder, wide=git.is_wide(head)) as objects,
        objects.start(
            "log", *options, form, head, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        ) as running,
    ):
        try:
            if running.stdout is not None:
                yield from _commits(_tokens(running.stdout))
            if running.wait() != 0:
                said.seek(0)
                reason = said.read().decode(errors="replace").strip()
                raise EvaluationError(f"{folder}: the history cannot be read: {reason}")
        finally:
            running.kill()


def _tokens(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands between the zero bytes of a stream."""
    rest = b""
    while block := stream.read(_BLOCK):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole
    if rest:
        yield rest


def _commits(tokens: Iterator[bytes]) -> Iterator[Commit]:
    commit: tuple[str, tuple[str, ...], str] | None = None
    changes: list[Change] = []
    for raw in tokens:
        token = raw.lstrip(b"\n")
        if token.startswith(b"\x01"):
            if commit is not None:
                yield Commit(*commit, tuple(changes))
            digest, parents, message = token[1:].decode("utf-8", "replace").split("\x02", 2)
            commit, changes = (digest, tuple(parents.split()), message), []
        elif token.startswith(b":"):
            change = _change(token.decode(), next(tokens, b""))
            if change is not None:
                changes.append(change)
    if commit is not None:
        yield Commit(*commit, tuple(changes))


def _change(head: str, path: bytes) -> Change | None:
    """Return what a raw entry says; links, submodules and paths that are not UTF-8 are none of our files."""
    old_mode, new_mode, old, new, _ = head[1:].split(" ")
    if not {old_mode, new_mode} <= _REGULAR | _NOTHING:
        return None
    try:
        name = path.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Change(name, None if old_mode in _NOTHING else old, None if new_mode in _NOTHING else new)
