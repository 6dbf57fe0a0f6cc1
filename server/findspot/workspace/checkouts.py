"""What a repository says of the folders in it: what it tracks, which are submodules, which are other checkouts.

All of it is read from files of the repository, which is untrusted (I-23): bounded, regular, never through a link.
"""

from __future__ import annotations

import codecs
import os
from itertools import islice
from pathlib import Path

from findspot import git
from findspot.opening import read_small
from findspot.workspace.tracked import Tracked

_MAX_SETTINGS_BYTES = 1_000_000
_MAX_WORKTREES = 1_000

_OF_GIT = frozenset(
    [
        "branches",
        "config",
        "config.worktree",
        "description",
        "HEAD",
        "hooks",
        "index",
        "info",
        "lfs",
        "logs",
        "modules",
        "objects",
        "packed-refs",
        "refs",
        "reftable",
        "shallow",
        "worktrees",
        "COMMIT_EDITMSG",
    ]
)
_OF_GIT_TOO = ("_HEAD", ".lock", ".log", ".pid")
"""What git, and who serves repositories, put into the folder of one."""


class Repository:
    """The nearest repository around a folder of the root.

    ``base`` is the root-relative folder in which it lies, with a closing ``/``, or empty; for one that lies above the
    root, ``lead`` is the path from its top down to the root, with a closing ``/``. ``warning`` says what of its settings
    does not count here.
    """

    def __init__(self, top: Path, git_folder: Path, base: str = "", lead: str = "", warning: str = "") -> None:
        self.warning = warning
        self._top = top
        self._git_folder = git_folder
        self._cut = len(base)
        self._lead = lead
        self._tracked: Tracked | None = None
        self._submodules: frozenset[str] | None = None

    def tracks(self, path: str, *, is_folder: bool) -> bool:
        """Return whether git tracks the root-relative file, or something in the folder; its index is read when first asked."""
        if self._tracked is None:
            self._tracked = Tracked.load(self._git_folder)
        return self._tracked.holds(self._lead + path[self._cut :], is_folder=is_folder)

    def has_submodule(self, path: str) -> bool:
        """Return whether the root-relative folder is a submodule of this repository: listed, or tracked as one."""
        if self._submodules is None:
            text = read_text(self._top, ".gitmodules") or ""
            values = (line.partition("=") for line in text.splitlines())
            self._submodules = frozenset(
                right.strip().strip('"').rstrip("/") for key, _, right in values if key.strip().lower() == "path"
            )
        return self._lead + path[self._cut :] in self._submodules or self.tracks(path, is_folder=False)

    @property
    def store(self) -> Path | None:
        """The folder that holds the objects, which all worktrees of a repository share; None where it is not known."""
        return git.common_folder(self._git_folder)

    def not_checked_out(self) -> list[str]:
        """Return what a sparse checkout leaves out of the root, by root-relative path; whole folders have a closing ``/``."""
        if not os.path.isfile(self._git_folder / "info" / "sparse-checkout"):  # noqa: PTH113 - asked in the walk
            return []
        self._tracked = self._tracked or Tracked.load(self._git_folder)
        absent = map(os.fsdecode, self._tracked.absent)
        return [path[len(self._lead) :] for path in absent if path.startswith(self._lead)]


def shared_store(top: Path) -> Path | None:
    """Return the folder with the objects of a linked worktree; None for any other folder, a submodule too."""
    own = git.git_folder(top)
    common = None if own is None else git.common_folder(own)
    return None if common == own else common


def worktrees(common: Path) -> dict[Path, bool]:
    """Return the working folders of a repository, and whether each is at what its HEAD names; none was looked at.

    The first is that in which the repository lies, if it is not bare.
    """
    head = read_text(common, "HEAD")
    found = {common.parent: True} if common.name == ".git" else {}
    try:
        with os.scandir(common / "worktrees") as entries:
            names = sorted(entry.name for entry in islice(entries, _MAX_WORKTREES))
    except OSError:
        names = []
    for name in names:
        folder = common / "worktrees" / name
        back = read_text(folder, "gitdir")
        place = None if back is None else git.named_path(folder, back.strip())
        if place is not None:
            found[place.parent] = read_text(folder, "HEAD") == head
    return found


def standing_for(top: Path, root: Path) -> Path | None:
    """Return which other working folder below ``root`` is searched in place of the linked worktree ``top``; None if none is.

    That is the one in which the repository lies, else the one with the commit that the repository's HEAD names, else
    the first by path.
    """
    common = shared_store(top)
    if common is None:
        return None
    inside = {top: False}  # what a repository names outside of the root is not even looked for
    inside |= {place: at_head for place, at_head in worktrees(common).items() if place.is_relative_to(root)}
    main = common.parent if common.name == ".git" else None
    there = [place for place in inside if os.path.lexists(place / ".git")]
    chosen = min(there, key=lambda place: (place != main, not inside[place], place), default=top)
    return None if chosen == top else chosen


def is_bare(folder: Path) -> bool:
    """Return whether a folder is a repository without files; with any other file it is not, lest code be hidden so."""
    if not git.is_git_folder(folder):
        return False
    try:
        with os.scandir(folder) as entries:
            return all(entry.name in _OF_GIT or entry.name.endswith(_OF_GIT_TOO) for entry in entries)
    except OSError:
        return True


def is_around_bare(top: Path) -> bool:
    """Return whether ``.git`` in a folder is a file that names a bare repository inside: then only worktrees hold files."""
    text = read_text(top, ".git") if git.git_folder(top) is None else None
    if text is None or not text.startswith("gitdir:"):
        return False
    named = git.named_path(top, text.removeprefix("gitdir:").strip())
    return named is not None and named != top and named.is_relative_to(top) and git.is_git_folder(named)


def read_text(folder: Path, path: str) -> str | None:
    """Return the text of a small regular file; None when it is missing, unreadable, large or something else."""
    try:
        data = read_small(folder, path, _MAX_SETTINGS_BYTES)
    except OSError:
        return None
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="surrogateescape")


def is_checkout(folder: str) -> bool:
    """Return whether ``.git`` in the absolute ``folder`` makes it a checkout of its own, not just a name."""
    return os.path.isfile(f"{folder}/.git") or os.path.isfile(f"{folder}/.git/HEAD")  # noqa: PTH113 - asked in the walk
