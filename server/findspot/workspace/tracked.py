"""Which files git tracks, read from the index file of a repository; no git program is needed.

git applies ignore rules to untracked files only, so whoever follows its rules has to know what is tracked. The file
belongs to an untrusted repository (I-23): it is opened as a regular file of bounded size, and what does not look right
means that nothing is known.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_left
from pathlib import Path

from findspot.opening import read_small

_MAX_BYTES = 128_000_000
"""About a million files."""

_STAT_BYTES = 40
"""Of an entry, before the name of its object: times, device, mode, owner, size."""

_HASH_BYTES = (20, 32)
"""SHA-1 and SHA-256; the file does not say which, so the one that fits is taken."""

_EXTENDED = 0x4000
_SKIPPED = 0x40  # of the first byte of the extended flags
_LENGTH = 0x0FFF


class Tracked:
    """The tracked paths of one repository, relative to its top, in git's order (by bytes).

    ``absent`` are those that a sparse checkout leaves out; of a sparse index they may be folders, with a closing ``/``.
    """

    def __init__(self, paths: list[bytes], absent: list[bytes]) -> None:
        self._paths = paths
        self.absent = absent

    @classmethod
    def load(cls, git_folder: Path) -> Tracked:
        """Read ``index`` in the git folder of a repository or worktree; empty where it is missing or not understood."""
        try:
            data = read_small(git_folder, "index", _MAX_BYTES)
        except OSError:
            return cls([], [])
        for size in _HASH_BYTES:
            try:
                return cls(*_read_paths(data, size))
            except (ValueError, struct.error):
                continue
        return cls([], [])

    def __len__(self) -> int:
        return len(self._paths)

    def holds(self, path: str, *, is_folder: bool) -> bool:
        """Return whether git tracks the file ``path``, or something in the folder, or the folder as a submodule."""
        wanted = os.fsencode(path)
        place = bisect_left(self._paths, wanted)
        if place < len(self._paths) and self._paths[place] == wanted:
            return True
        if not is_folder:
            return False
        wanted += b"/"
        place = bisect_left(self._paths, wanted, place)
        return place < len(self._paths) and self._paths[place].startswith(wanted)


def _read_paths(data: bytes, hash_bytes: int) -> tuple[list[bytes], list[bytes]]:
    """Return the paths, and those not checked out, of an index file of version 2 to 4; raises ``ValueError`` or ``struct.error`` when it is none."""
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError("not an index file")
    paths: list[bytes] = []
    absent: list[bytes] = []
    position = 12
    flags_at = _STAT_BYTES + hash_bytes
    name = b""
    for _ in range(count):
        start = position
        flags = data[start + flags_at] << 8 | data[start + flags_at + 1] if start + flags_at + 1 < len(data) else -1
        if flags < 0:
            raise ValueError("ends too early")
        position = start + flags_at + (4 if flags & _EXTENDED else 2)
        before = name
        if version == 4:
            cut, position = _varint(data, position)
            end = data.index(b"\0", position)
            name = before[: len(before) - cut] + data[position:end]
            position = end + 1
        else:
            length = flags & _LENGTH
            end = position + length if length < _LENGTH else data.index(b"\0", position + length)
            name = data[position:end]
            position = start + (end - start + 8 & ~7)
            if data[end : end + 1] != b"\0":
                raise ValueError("a name does not end")
        if name < before or not name:
            raise ValueError("not in order")
        if name != before:  # a conflict stands there up to three times
            paths.append(name)
            if flags & _EXTENDED and data[start + flags_at + 2] & _SKIPPED:
                absent.append(name)
    return paths, absent


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """Read a number as git packs it; return it and where to go on."""
    byte = data[position] if position < len(data) else 0
    value = byte & 0x7F
    while byte & 0x80:
        position += 1
        if position >= len(data) or value > len(data):
            raise ValueError("a number does not end")
        byte = data[position]
        value = (value + 1 << 7) | (byte & 0x7F)
    return value, position + 1
