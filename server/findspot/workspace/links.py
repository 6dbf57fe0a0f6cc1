"""Links that a walk follows: none leads into a loop, and none leads to one folder again and again."""

from __future__ import annotations

import os

LOOP = "It leads to a folder that it lies in, or to one that many other links lead to."

_MOST_TIMES = 8
"""How often one folder is entered: links that lead to links would else multiply from level to level."""

_Identity = tuple[int, int]


class Links:
    """Which folder on disk each folder of one walk is, by its root-relative path with a closing ``/``."""

    def __init__(self) -> None:
        self._identities: dict[str, _Identity] = {}
        self._times: dict[_Identity, int] = {}

    def begin(self, folder: str, absolute: str) -> None:
        """Note the folder that a walk begins with."""
        self._identities[folder] = _identity(os.stat(absolute))  # noqa: PTH116 - absolute is a plain string

    def enters(self, path: str, entry: os.DirEntry[str]) -> bool:
        """Return whether to enter a folder, or a link to one; what is entered is noted. Raises ``OSError``."""
        identity = _identity(os.stat(entry.path))  # noqa: PTH116 - DirEntry.stat has no inode on Windows
        above = path
        while above:
            above = above.rpartition("/")[0]
            if self._identities.get(f"{above}/" if above else "") == identity:
                return False
        times = self._times.get(identity, 0)
        if times >= _MOST_TIMES and entry.is_symlink():
            return False
        self._times[identity] = times + 1
        self._identities[f"{path}/"] = identity
        return True


def _identity(status: os.stat_result) -> _Identity:
    return status.st_dev, status.st_ino
