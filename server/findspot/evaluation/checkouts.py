"""The files of a commit, taken from a git repository into a folder that moves from commit to commit.

Plumbing only: ``ls-tree`` and ``cat-file --batch``, which touch neither the index nor the working folder of the
repository. A clone may lack blobs, which stops ``git archive`` and ``git checkout``; here such a file is left out and
counted. The folder gets a ``.git`` of its own whose HEAD is the commit and which borrows the repository's objects, so
that its history is what could be seen at the time: the ancestors of that commit, and nothing later.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from findspot import git
from findspot.errors import EvaluationError, reason
from findspot.opening import read_small

_REGULAR = ("100644", "100755")
"""Modes that become files; links and submodules are not followed by the engine either."""

_DIFFERENCE = ("--no-color", "--no-ext-diff", "--no-textconv", "--unified=0")

_LOOSE_PARTS = frozenset({"", ".", "..", ".git"})

_SHALLOW_BYTES = 4 << 20


class BareRepository:
    """Trees and blobs of one repository; ``close`` ends its reading process. Belongs to one thread."""

    def __init__(self, folder: Path) -> None:
        """Read from ``folder``, a bare repository or the ``.git`` folder of another."""
        self.folder = folder
        self._objects = git.GitObjects(folder, wide=self._is_wide())
        try:
            self._blobs = self._objects.start(
                "cat-file", "--batch", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            self._objects.close()
            raise EvaluationError(f"{folder}: cannot be read: {reason(error)}") from error

    def _is_wide(self) -> bool:
        return git.is_wide(git.head_commit(git.GitPlace(None, self.folder, self.folder)) or "")

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
        self._objects.close()

    def tree(self, commit: str) -> dict[str, str]:
        """Return the blob hash of each regular file by its path; raises ``EvaluationError`` for an unknown commit."""
        listing = self._objects.read("ls-tree", "-r", "-z", "--full-tree", commit)
        if listing is None:
            raise EvaluationError(f"the tree of commit {commit} cannot be read; is it in {self.folder}?")
        return dict(_entries(listing))

    def difference(self, old: str, new: str, *options: str) -> bytes | None:
        """Return the difference of two blobs or commits without context, None when one of them is missing."""
        return self._objects.read("diff", *_DIFFERENCE, *options, old, new)

    def blob(self, digest: str) -> bytes | None:
        """Return the bytes of a blob, None when the repository lacks it."""
        asked, answered = self._blobs.stdin, self._blobs.stdout
        if asked is None or answered is None:
            raise EvaluationError("the repository is closed")
        asked.write(digest.encode() + b"\n")
        asked.flush()
        head = answered.readline().split()
        if len(head) != 3:
            if head[-1:] == [b"missing"]:
                return None
            raise EvaluationError(f"{self.folder}: git stopped while reading {digest}")
        content = answered.read(int(head[2]) + 1)
        return content[:-1]


def _entries(listing: bytes) -> Iterator[tuple[str, str]]:
    """Yield (path, blob hash) of the regular files whose path is safe to write."""
    for entry in listing.split(b"\0"):
        head, tab, raw = entry.partition(b"\t")
        mode, _, rest = head.decode().partition(" ")
        path = os.fsdecode(raw)
        if tab and mode in _REGULAR and _is_safe(path):
            yield path, rest.split(" ")[1]


def _is_safe(path: str) -> bool:
    """Return whether a path of a tree stays inside the folder that it is written to, on this system too."""
    if os.sep == "\\" and (os.sep in path or ":" in path):
        return False
    return _LOOSE_PARTS.isdisjoint(path.lower().split("/"))


class WorkTree:
    """A folder that holds the files of one commit at a time; going to another commit writes only what differs."""

    def __init__(self, folder: Path, repository: BareRepository, *, history: bool) -> None:
        """Use ``folder``, whose contents go.

        With ``history`` HEAD of its ``.git`` is the commit, else there is no commit, and no repository around the folder
        lends its own.
        """
        self.folder = folder
        self._repository = repository
        self._history = history
        self._held: dict[str, str] = {}

    def go(self, commit: str, tree: Mapping[str, str]) -> int:
        """Make the folder hold ``tree``, the tree of ``commit``; returns how many files the repository lacks."""
        held, self._held = self._held, {}  # what is left half written is not held
        if not held:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in held.keys() - tree.keys():
            self._remove(path)
        present = dict(tree)
        for path, digest in tree.items():
            if held.get(path) == digest:
                continue
            content = self._repository.blob(digest)
            if content is None:
                del present[path]
                self._remove(path)
                continue
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        self._make_repository(commit)
        self._held = present
        return len(tree) - len(present)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file, None when it is not there."""
        try:
            return (self.folder / path).read_bytes()
        except OSError:
            return None

    def _remove(self, path: str) -> None:
        target = self.folder / path
        target.unlink(missing_ok=True)
        for folder in target.parents:
            if folder == self.folder or not folder.is_dir() or any(folder.iterdir()):
                return
            folder.rmdir()

    def _make_repository(self, commit: str) -> None:
        own = self.folder / ".git"
        (own / "objects" / "info").mkdir(parents=True, exist_ok=True)
        (own / "refs").mkdir(exist_ok=True)
        wide = git.is_wide(commit)
        settings = f"[core]\n\trepositoryformatversion = {int(wide)}\n\tbare = false\n"
        settings += "[extensions]\n\tobjectFormat = sha256\n" if wide else ""
        head = "ref: refs/heads/none"
        if self._history:
            head = commit
            borrowed = f"{(self._repository.folder / 'objects').resolve().as_posix()}\n"
            (own / "objects" / "info" / "alternates").write_text(borrowed, encoding="utf-8", newline="\n")
            with contextlib.suppress(OSError):
                (own / "shallow").write_bytes(read_small(self._repository.folder, "shallow", _SHALLOW_BYTES))
        (own / "config").write_text(settings, encoding="utf-8", newline="\n")
        (own / "HEAD").write_text(f"{head}\n", encoding="utf-8", newline="\n")
