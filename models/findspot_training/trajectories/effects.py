"""What a call does, as far as its name and arguments tell."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a call is for."""

    READ = "read"
    SEARCH = "search"
    LIST = "list"
    CHANGE = "change"
    SHELL = "shell"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call does.

    ``changes`` is whether it may change the workspace, which everything does that is not known to leave it alone; if there
    is a ``path``, nothing else is changed.
    """

    kind: Kind
    request: str
    """The same for two calls that ask for the same."""
    changes: bool = False
    path: str | None = None
    """The one file or folder that it is about, where there is one."""
    first_line: int = 1
    """The line that a read begins with, for output without line numbers."""
    shell_folder: str | None = None
    """Of a shell: the working directory from now on, empty if it is not known; None if it stays."""
    output_folder: str | None = None
    """Of a shell: what paths in its output are relative to."""


def normalized(path: str, folder: str = "") -> str:
    """Return one spelling of a path, below the folder that it is relative to; a slash at the end does not count."""
    return posixpath.normpath(posixpath.join(folder, path))
