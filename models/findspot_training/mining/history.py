"""The past of a bare repository: which files each commit changed, read without opening a single file.

``git log --no-renames --raw`` needs trees only, so it neither stops nor ends early where a mirror lacks large blobs,
as a log that looks for renames does. Only ancestors of HEAD are walked.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from findspot_training.evaluation.trees import git_command, git_environment
from findspot_training.source import TrainingError

_REGULAR = frozenset({"100644", "100755"})
_NOTHING = frozenset({"000000"})


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


def head_of(folder: Path) -> str:
    """Return the hash of HEAD; raises ``TrainingError`` when there is none."""
    return _git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()


def read_history(folder: Path, head: str) -> Iterator[Commit]:
    """Yield ``head`` and its ancestors, newest first; raises ``TrainingError`` when the history is not whole."""
    form = "%x01%H%x02%P%x02%B"
    listing = _git(
        folder,
        "log",
        "--no-renames",
        "--raw",
        "--no-abbrev",
        "-z",
        "--no-color",
        f"--format={form}",
        "--end-of-options",
        head,
    )
    tokens = iter(listing.split(b"\0"))
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
            change = _change(token.decode(), next(tokens))
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


def changed_hunks(folder: Path, old: str, new: str) -> bytes | None:
    """Return the difference of two blobs without context, None when one of them is missing."""
    options = ("--no-color", "--no-ext-diff", "--no-textconv", "--unified=0", "--end-of-options")
    command = git_command(folder, "diff", *options, old, new)
    done = subprocess.run(command, capture_output=True, check=False, env=git_environment())
    return done.stdout if done.returncode == 0 else None


def _git(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(git_command(folder, *arguments), capture_output=True, check=False, env=git_environment())
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise TrainingError(f"{folder}: git {arguments[0]} failed: {said or 'no commit is checked out'}")
    return done.stdout
