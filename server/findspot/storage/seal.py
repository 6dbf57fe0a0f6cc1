"""The seal of a database file: what it holds while nobody writes to it, so that damage is noticed before it is read.

SQLite checks the frames of its log, but not the pages of its file: a flipped bit there mostly still decodes, and the
answer is wrong in silence. The file changes only when the log is moved into it. So the seal is broken before that,
written anew afterwards, and holds a checksum of the whole file together with its size, times and inode: as long as those
are the same, nobody has touched the file and it need not be read. It is a small file beside the database, whose name says
whether the log is empty as well.
"""

from __future__ import annotations

import contextlib
import os
import threading
import zlib
from enum import Enum
from pathlib import Path
from typing import BinaryIO, NamedTuple

from findspot.opening import open_inside, read_small

_SEAL_BYTES = 200
_BLOCK = 1 << 20


class Identity(NamedTuple):
    """What changes when a file is replaced or written to."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


class State(Enum):
    """What a look at the seal says about the database file."""

    WHOLE = "whole"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"
    """There is no seal: a process was ended while it moved the log, or is doing so just now."""


def identity_of(path: Path) -> Identity:
    """Return the identity of a file; raises ``OSError``."""
    status = path.stat()
    return Identity(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def checksum_of(path: Path) -> int:
    """Return the CRC-32 of a regular file, about 0.2 s for 100 MB; raises ``OSError``."""
    with open_inside(path.parent, path.name) as stream:
        return _checksum(stream)


def _checksum(stream: BinaryIO) -> int:
    checksum = 0
    while block := stream.read(_BLOCK):
        checksum = zlib.crc32(block, checksum)
    return checksum


class OpenFile:
    """A database file that is read while SQLite has it open: whoever has the connections closes it after them.

    POSIX takes all locks on a file from a process that closes any descriptor of it, SQLite's too. Another process that then
    closes the database would think itself the last one, and remove the log under this one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._streams: list[BinaryIO] = []
        self._lock = threading.Lock()

    def checksum(self) -> int:
        """Return the checksum of the file that has the name now; raises ``OSError``."""
        with self._lock:
            present = self._path.stat().st_ino
            held = (stream for stream in self._streams if os.fstat(stream.fileno()).st_ino == present)
            stream = next(held, None)
            if stream is None:
                stream = open_inside(self._path.parent, self._path.name)
                self._streams.append(stream)
            stream.seek(0)
            return _checksum(stream)

    def close(self) -> None:
        """Close it; it may be read again."""
        with self._lock:
            while self._streams:
                self._streams.pop().close()


def is_untouched(database: Path) -> bool:
    """Return whether a database file looks like the one that was sealed, without opening it; raises ``OSError``."""
    seal = next((path for path in _names(database) if path.exists()), None)
    if seal is None:
        return False
    try:
        *numbers, _ = map(int, read_small(seal.parent, seal.name, _SEAL_BYTES).split())
    except ValueError:
        return False
    return tuple(numbers) == identity_of(database)


def check(database: Path, file: OpenFile | None = None, *, thorough: bool = False) -> State:
    """Compare a database file with its seal; who calls keeps others from writing. Raises ``OSError``.

    ``file`` is the database's own where this process has it open. ``thorough`` reads the file although nobody seems to
    have touched it.
    """
    closed, open_ = _names(database)
    log_is_empty = closed.exists()
    seal = closed if log_is_empty else open_
    try:
        *numbers, stored = map(int, read_small(seal.parent, seal.name, _SEAL_BYTES).split())
        sealed = Identity(*numbers)
    except (OSError, ValueError, TypeError):
        return State.UNKNOWN
    if log_is_empty and _size(database.with_name(f"{database.name}-wal")):
        return State.DAMAGED  # SQLite would take any log for the database's own
    present = identity_of(database)
    if present == sealed and not thorough:
        return State.WHOLE
    if present.size != sealed.size or (file.checksum() if file else checksum_of(database)) != stored:
        return State.DAMAGED
    with contextlib.suppress(OSError):  # copied or restored; the next look shall be cheap again
        if present != sealed:
            _write(seal, present, stored)
    return State.WHOLE


def close(database: Path, file: OpenFile | None = None) -> None:
    """Seal a database file whose log is empty; raises ``OSError``. See ``check``."""
    before = identity_of(database)
    checksum = file.checksum() if file else checksum_of(database)
    if identity_of(database) == before:
        _write(_names(database)[0], before, checksum)


def open_log(database: Path) -> None:
    """Note that the log is about to be written; the file itself stays sealed. Raises ``OSError``."""
    closed, open_ = _names(database)
    with contextlib.suppress(FileNotFoundError):
        closed.replace(open_)


def remove(database: Path) -> None:
    """Break the seal; to be called before the file changes. Raises ``OSError``."""
    for path in _names(database):
        path.unlink(missing_ok=True)


def is_closed(database: Path) -> bool:
    """Return whether the file is sealed and its log empty."""
    return _names(database)[0].exists()


def _names(database: Path) -> tuple[Path, Path]:
    return database.with_name(f"{database.name}.seal"), database.with_name(f"{database.name}.seal-open")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _write(target: Path, identity: Identity, checksum: int) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.write_text(" ".join(map(str, (*identity, checksum))) + "\n", encoding="ascii")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
