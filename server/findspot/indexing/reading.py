"""Opening a file of the workspace so that nothing that happened since the walk can do harm."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from findspot.indexing.walker import extended_path

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
"""Should the file have become a pipe or a link meanwhile, opening it neither blocks nor leaves the root."""


def open_source(root: Path, path: str) -> BinaryIO:
    """Open the root-relative file ``path`` for reading bytes.

    Raises ``FileNotFoundError`` when it is gone, has become a symbolic link (which the walk would not report either)
    or lies under what is no folder any more; another ``OSError`` when it cannot be read or is not a regular file.
    """
    absolute = Path(extended_path(str(root), windows=sys.platform == "win32"), path)
    try:
        if not stat.S_ISREG(absolute.lstat().st_mode):
            raise _not_regular(absolute)
        stream = open(os.open(absolute, _FLAGS), "rb")  # noqa: SIM115, PTH123 - the caller closes it
    except NotADirectoryError as error:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(absolute)) from error
    except OSError as error:
        if error.errno == errno.ELOOP:  # what O_NOFOLLOW says of a link
            raise FileNotFoundError(errno.ENOENT, "has become a symbolic link", str(absolute)) from error
        raise
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise _not_regular(absolute)
    return stream


def _not_regular(absolute: Path) -> OSError:
    if absolute.is_symlink():
        return FileNotFoundError(errno.ENOENT, "has become a symbolic link", str(absolute))
    return OSError(errno.EINVAL, "is not a regular file", str(absolute))
