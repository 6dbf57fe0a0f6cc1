"""Which folders a client's questions are about, and how files in them are written.

With one root a file is written relative to it; with several the name of the root comes first. A client may also write an
absolute path or a ``file:`` URI: all of them are strangers' words, which the workspace checks against its roots (I-17).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from findspot.errors import QueryError
from findspot.service.uris import file_of_uri
from findspot.service.workspaces import find_root, home_folder


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the roots of a client come from: ``given`` with the command, else what the client says, else ``working``."""

    given: tuple[Path, ...]
    working: Path

    def own(self) -> tuple[Path, ...]:
        """Return the roots that need no client: those given, or the project around the working folder.

        None where the working folder is no project but the home folder or all of a disk, in which programs with windows
        start their servers, and which they name to them: nobody means to index that.
        """
        if self.given:
            return self.given
        root, marker = find_root(self.working)
        return () if marker is None and too_wide(root) else (root,)


def too_wide(folder: Path) -> bool:
    """Return whether a folder is the home folder or all of a disk."""
    return folder in {home_folder(), Path(folder.anchor)}


def names_of(folders: Sequence[Path]) -> dict[Path, str]:
    """Return a short name for each folder, different from all others: its own, or with a number."""
    names: dict[Path, str] = {}
    for folder in folders:
        name, number = folder.name or "root", 1
        while name in names.values():
            number += 1
            name = f"{folder.name or 'root'}~{number}"
        names[folder] = name
    return names


def absolute(written: str, names: dict[Path, str]) -> Path:
    """Return the absolute path that a client's word for a file or folder means; it may lie outside of all roots.

    Raises ``QueryError`` for what cannot be a path.
    """
    if "\0" in written:
        raise QueryError("a path holds a null character")
    if written.startswith("file:"):
        return file_of_uri(written)
    path = Path(written)
    if path.is_absolute():
        return path
    if len(names) > 1:
        first, *rest = PurePosixPath(written.replace("\\", "/")).parts or (".",)
        for root, name in names.items():
            if name == first:
                return root.joinpath(*rest)
        there = [root for root in names if (root / written).exists()]
        if len(there) == 1:
            return there[0] / written
        raise QueryError(
            f"{written} could lie in any of {len(names)} folders; begin with the name of one: {', '.join(names.values())}"
        )
    return next(iter(names)) / written
