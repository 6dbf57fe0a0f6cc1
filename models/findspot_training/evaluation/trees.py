"""The files of a commit, taken from a bare git repository into a folder that moves from commit to commit.

Plumbing only: ``ls-tree`` and ``cat-file --batch``. Mirrors may lack their largest blobs, which stops ``git archive``
and ``git checkout``; here such a file is left out and counted. The folder gets a ``.git`` of its own whose HEAD is the
commit and which borrows the mirror's objects, so that its history is what the author of the issue could see: the
ancestors of that commit, and nothing later.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from findspot_training.source import TrainingError

_REGULAR = ("100644", "100755")
"""Modes that become files; links and submodules are not followed by the engine either."""

_LOOSE_PARTS = frozenset({"", ".", "..", ".git"})

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
"""A missing object is an answer here, not a reason to ask a remote or a person."""


def git_command(repository: Path, *arguments: str) -> list[str]:
    """Return a git command on a bare repository, whoever owns its files."""
    return ["git", "-c", "safe.directory=*", f"--git-dir={repository}", *arguments]


def git_environment() -> dict[str, str]:
    """Return the environment of every git process: the user's own, without their configuration."""
    return {**os.environ, **_ENVIRONMENT}


def find_repository(folder: Path, repo: str) -> Path | None:
    """Return the bare repository of ``owner/name`` below ``folder``, None when it is not there.

    Known layouts: ``owner+name/repo``, ``owner+name``, ``owner/name``, and ``anybody+owner__name`` for copies that keep
    the origin in their name; with or without ``.git``, in upper or lower case.
    """
    owner, name = repo.lower().split("/")
    wanted = (f"{owner}+{name}", f"{owner}__{name}")
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        called = entry.name.lower().removesuffix(".git")
        if called in wanted or called.endswith(f"+{owner}__{name}"):
            candidates = [entry / "repo", entry]
        elif called == owner and entry.is_dir():
            candidates = [one for one in sorted(entry.iterdir()) if one.name.lower().removesuffix(".git") == name]
        else:
            continue
        for candidate in candidates:
            if (candidate / "objects").is_dir() and (candidate / "HEAD").is_file():
                return candidate
    return None


class BareRepository:
    """Trees and blobs of one bare repository; ``close`` ends its reading process. Belongs to one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._blobs = subprocess.Popen(
            git_command(folder, "cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=git_environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading process. Idempotent."""
        if self._blobs.poll() is None:
            self._blobs.kill()
        self._blobs.wait()
        for stream in (self._blobs.stdin, self._blobs.stdout):
            if stream is not None:
                stream.close()

    def tree(self, commit: str) -> dict[str, str]:
        """Return the blob hash of each regular file by its path; raises ``TrainingError`` for an unknown commit."""
        command = git_command(self.folder, "ls-tree", "-r", "-z", "--full-tree", commit)
        done = subprocess.run(command, capture_output=True, check=False, env=git_environment())
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise TrainingError(f"the tree of commit {commit} cannot be read: {said}")
        return dict(_entries(done.stdout))

    def blob(self, digest: str) -> bytes | None:
        """Return the bytes of a blob, None when the repository lacks it."""
        asked, answered = self._blobs.stdin, self._blobs.stdout
        if asked is None or answered is None:
            raise TrainingError("the repository is closed")
        asked.write(digest.encode() + b"\n")
        asked.flush()
        head = answered.readline().split()
        if len(head) != 3:
            if head[-1:] == [b"missing"]:
                return None
            raise TrainingError(f"{self.folder}: git stopped while reading {digest}")
        content = answered.read(int(head[2]) + 1)
        return content[:-1]


def _entries(listing: bytes) -> Iterator[tuple[str, str]]:
    """Yield (path, blob hash) of the regular files whose path is safe to write."""
    for entry in listing.split(b"\0"):
        head, tab, raw = entry.partition(b"\t")
        mode, _, rest = head.decode().partition(" ")
        path = os.fsdecode(raw)
        if tab and mode in _REGULAR and _LOOSE_PARTS.isdisjoint(path.split("/")):
            yield path, rest.split(" ")[1]


@dataclass(frozen=True, slots=True)
class Move:
    """What going to a commit did: files written and removed, and how many the repository lacks."""

    written: int
    removed: int
    missing: int


class WorkTree:
    """A folder that holds the files of one commit at a time; going to another commit writes only what differs.

    What the folder holds is noted beside it. A note is missing while files are being written, so after a kill the
    folder is emptied and filled again.
    """

    def __init__(self, folder: Path, repository: BareRepository, *, history: bool) -> None:
        """Use ``folder``, made when needed; with ``history`` it gets a ``.git`` whose HEAD is the commit."""
        self.folder = folder
        self._note = folder.with_name(folder.name + ".json")
        self._repository = repository
        self._history = history

    def go(self, commit: str, tree: Mapping[str, str]) -> Move:
        """Make the folder hold ``tree``, the tree of ``commit``."""
        held = self._held()
        self._note.unlink(missing_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        removed = [path for path in held if path not in tree]
        for path in removed:
            self._remove(path)
        missing = written = 0
        for path, digest in tree.items():
            if held.get(path) == digest:
                continue
            content = self._repository.blob(digest)
            if content is None:
                missing += 1
                self._remove(path)
                continue
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            written += 1
        if self._history:
            self._set_head(commit)
        self._note.write_text(json.dumps(dict(tree)), encoding="utf-8")
        return Move(written, len(removed), missing)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, None when it is not there."""
        try:
            return (self.folder / path).read_bytes()
        except OSError:
            return None

    def _held(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            shutil.rmtree(self.folder, ignore_errors=True)
            return {}

    def _remove(self, path: str) -> None:
        target = self.folder / path
        target.unlink(missing_ok=True)
        for folder in target.parents:
            if folder == self.folder or not folder.is_dir() or any(folder.iterdir()):
                return
            folder.rmdir()

    def _set_head(self, commit: str) -> None:
        own = self.folder / ".git"
        (own / "objects" / "info").mkdir(parents=True, exist_ok=True)
        (own / "refs").mkdir(exist_ok=True)
        borrowed = (self._repository.folder / "objects").resolve()
        (own / "objects" / "info" / "alternates").write_text(f"{borrowed.as_posix()}\n", encoding="utf-8", newline="\n")
        (own / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n", encoding="utf-8")
        shallow = self._repository.folder / "shallow"
        if shallow.is_file():
            shutil.copyfile(shallow, own / "shallow")
        (own / "HEAD").write_text(f"{commit}\n", encoding="utf-8", newline="\n")
