"""What a repository says of the folders in it: what it tracks, which are submodules, which are other checkouts.

All of it is read from files of the repository, which is untrusted (I-23): bounded, regular, never through a link.
"""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from findspot.opening import read_small
from findspot.workspace.tracked import Tracked

_MAX_SETTINGS_BYTES = 1_000_000


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
