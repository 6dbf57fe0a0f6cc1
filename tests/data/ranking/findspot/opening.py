"""Opening what a stranger may have put there: regular files of an opened repository and nothing else (I-23).

A link, a pipe, a device or a socket is never opened for reading, nor is a file under a folder that is a link: the walk
follows no links, so whatever is one now has been swapped for it since, or leads out of the root.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
"""Should the file have become a pipe or a link in the last moment, opening it neither blocks nor leaves the root."""

_FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_DIRECTORY", 0)

_STEP_FLAGS = _FOLDER_FLAGS | getattr(os, "O_NOFOLLOW", 0)

_BY_FOLDER = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd
"""Whether a file can be opened relative to an open folder, so that no folder above it can be swapped meanwhile."""


def open_inside(root: Path, path: str) -> BinaryIO:
    """Open the regular file ``path`` (relative to ``root``, with ``/``) for reading bytes.

    How ``root`` itself is reached does not matter. Raises ``FileNotFoundError`` when the file is gone, is a symbolic
    link, or lies under what is a link or no folder; another ``OSError`` when it cannot be read, is not a regular file,
    or when ``path`` leads upwards.
    """
    parts = [part for part in path.split("/") if part not in {"", "."}]
    absolute = root.joinpath(*parts)
    if not parts or ".." in parts or path.startswith("/") or not absolute.is_relative_to(root) or "\0" in path:
        raise OSError(errno.EINVAL, "is not a path inside the root", path)
    try:
        descriptor = _open_below(root, parts) if _BY_FOLDER else _open_checked(root, parts)
    except OSError as error:
        # ENOTDIR and ELOOP are what O_DIRECTORY and O_NOFOLLOW say of a link.
        if error.errno in {errno.ENOTDIR, errno.ELOOP}:
            raise FileNotFoundError(errno.ENOENT, "is gone or has become a symbolic link", str(absolute)) from error
        error.filename = str(absolute)
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is not a regular file", str(absolute))
    return open(descriptor, "rb")  # noqa: PTH123 - the caller closes it


def read_small(root: Path, path: str, limit: int) -> bytes:
    """Return the bytes of a small regular file, opened as by ``open_inside``; ``OSError`` as well above ``limit``."""
    with open_inside(root, path) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"is larger than {limit:,} bytes", str(root / path))
    return data


def _open_below(root: Path, parts: list[str]) -> int:
    """Go down folder by folder; each is open while the next is looked up, so a swap cannot lead elsewhere."""
    *folders, name = parts
    folder = os.open(root, _FOLDER_FLAGS)
    try:
        for part in folders:
            inner = os.open(part, _STEP_FLAGS, dir_fd=folder)
            os.close(folder)
            folder = inner
        _check_regular(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        return os.open(name, _FLAGS, dir_fd=folder)
    finally:
        os.close(folder)


def _open_checked(root: Path, parts: list[str]) -> int:
    """Look at each folder, then open: for systems that cannot open relative to a folder (Windows)."""
    at = root
    for part in parts[:-1]:
        at /= part
        if not stat.S_ISDIR(os.lstat(at).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    at /= parts[-1]
    _check_regular(os.lstat(at).st_mode)
    return os.open(at, _FLAGS)


def _check_regular(mode: int) -> None:
    """Refuse the rest before it is opened: opening alone already does something to a device."""
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "is a symbolic link")
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "is not a regular file")
