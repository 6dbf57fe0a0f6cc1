"""Reading and replacing files that belong to other programs: whole, behind links, with a backup, or not at all."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from findspot.config import replace_file
from findspot.errors import InstallError, reason

_BACKUP = ".findspot-backup"
_LARGEST = 32_000_000
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What UTF-8 files of some Windows programs begin with."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read: its name, where links lead to, and its bytes, None if there is none."""

    path: Path
    target: Path
    data: bytes | None

    @property
    def mark(self) -> str:
        """Return the byte order mark, if there is one."""
        return _MARK if self.data is not None and self.data.startswith(_MARK.encode()) else ""

    def text(self) -> str | None:
        """Return its text without a byte order mark; ``InstallError`` names the line that is no UTF-8."""
        if self.data is None:
            return None
        try:
            return self.data.decode("utf-8").removeprefix(_MARK)
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise InstallError(f"{self.path}, line {line}: this is no UTF-8; save the file as UTF-8 first") from None

    @property
    def backup(self) -> Path:
        """Return where the bytes from before our first change are kept."""
        return self.target.with_name(self.target.name + _BACKUP)


def read_file(path: Path, inside: Path | None = None) -> File:
    """Read ``path``, following links; with ``inside`` none may lead out of that folder."""
    target = Path(os.path.realpath(path))
    if inside is not None and not target.is_relative_to(os.path.realpath(inside)):
        raise InstallError(f"{path}: it leads out of the project, to {target}; it is left alone")
    try:
        mode = target.stat().st_mode
        if not stat.S_ISREG(mode):
            raise InstallError(f"{path}: {'it is a folder' if stat.S_ISDIR(mode) else 'it is no regular file'}")
        data = target.read_bytes()
    except FileNotFoundError:
        return File(path, target, None)
    except OSError as error:
        raise InstallError(f"{path}: {reason(error)}") from error
    if len(data) > _LARGEST:
        raise InstallError(f"{path}: larger than {_LARGEST:,} bytes")
    return File(path, target, data)


def replace(file: File, data: bytes | None, *, backup: bool) -> None:
    """Give ``file`` new bytes in one step, or delete it; not if it has changed since it was read.

    With ``backup`` its bytes are kept beside it first. Permissions stay; missing folders are made.
    """
    target = file.target
    if read_file(file.path).data != file.data or Path(os.path.realpath(file.path)) != target:
        raise InstallError(f"{file.path}: it was changed by another program just now; run this again")
    try:
        if backup and file.data is not None:
            replace_file(file.backup, file.data, like=target)
        if data is None:
            target.unlink(missing_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, data, like=target)
    except OSError as error:
        raise InstallError(f"{file.path}: {reason(error)}; nothing in it was changed") from error


def remove_empty_folders(path: Path, above: Path) -> None:
    """Remove the folders between ``above`` and ``path`` that are empty now."""
    for folder in path.parents:
        if folder == above or not folder.is_relative_to(above):
            return
        try:
            folder.rmdir()
        except OSError:  # something is in it
            return
