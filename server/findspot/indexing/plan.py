"""The plan of a refresh: what was found in the workspace against what the index holds; pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from findspot.core.types import PathClass
from findspot.languages.paths import path_class
from findspot.storage.records import READ_AGAIN, StoredFile
from findspot.workspace.walker import FoundFile

RACY_NS = 50_000_000
"""Clocks of file systems tick coarsely: a write up to this long after another may leave the same time stamp."""

COARSE_RACY_NS = 2_000_000_000
"""The same for time stamps in whole seconds, as FAT, archives and some network file systems keep them."""

_SECOND_NS = 1_000_000_000

_WORK_ORDER = {
    PathClass.SOURCE: 0,
    PathClass.CONFIG: 1,
    PathClass.TEST: 2,
    PathClass.EXAMPLE: 3,
    PathClass.DOCS: 4,
    PathClass.VENDORED: 5,
    PathClass.GENERATED: 6,
}
"""Which kind of file is indexed first: what people most often look for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between workspace and index.

    ``added`` is unknown to the index; ``maybe_changed`` must be read and its content compared with the stored hash
    beside it, which is empty where it is to be prepared again; both are in the order of work. ``removed`` (in the index, not in the workspace) and ``unchanged`` are
    sorted paths.
    """

    added: tuple[FoundFile, ...]
    maybe_changed: tuple[tuple[FoundFile, bytes], ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    def work(self) -> list[tuple[FoundFile, bytes | None]]:
        """Return the files to read, each with its stored hash if it has one, in the order of work."""
        files: list[tuple[FoundFile, bytes | None]] = [(file, None) for file in self.added]
        files += self.maybe_changed
        return sorted(files, key=lambda pair: _order(pair[0].path))


def make_plan(found: Mapping[str, FoundFile], stored: Mapping[str, StoredFile], prefix: str = "") -> Plan:
    """Compare ``found``, a walk of ``prefix``, with ``stored``, which may hold more than that.

    ``prefix`` is a root-relative folder or file, empty for the whole root; only what is stored under it can be removed.
    A file is unchanged when it has the stored size, times and inode, and is not racy.
    """
    added: list[FoundFile] = []
    maybe_changed: list[tuple[FoundFile, bytes]] = []
    unchanged: list[str] = []
    for path, file in found.items():
        known = stored.get(path)
        if known is None:
            added.append(file)
        elif known.indexed_ns == READ_AGAIN:
            maybe_changed.append((file, b""))
        elif _differs(file, known) or is_racy(file, known.indexed_ns):
            maybe_changed.append((file, known.content_hash))
        else:
            unchanged.append(path)
    whole = prefix.rstrip("/")
    below = f"{whole}/" if whole else ""
    removed = sorted(path for path in stored.keys() - found.keys() if path.startswith(below) or path == whole)
    added.sort(key=lambda file: _order(file.path))
    maybe_changed.sort(key=lambda pair: _order(pair[0].path))
    unchanged.sort()
    return Plan(tuple(added), tuple(maybe_changed), tuple(removed), tuple(unchanged))


def in_order_of_work(paths: Iterable[str]) -> list[str]:
    """Return paths in the order in which they are indexed."""
    return sorted(paths, key=_order)


def _differs(file: FoundFile, known: StoredFile) -> bool:
    """Return True if a file may be another one than was read.

    Size and modification time can be those of another content, by a tool that sets the time back or by another file that
    was moved to the path. A restored or copied tree costs reading and hashing its files once more, no more.
    """
    if file.size != known.size or file.mtime_ns != known.mtime_ns or file.ctime_ns != known.ctime_ns:
        return True
    return file.inode != known.inode and bool(file.inode and known.inode)  # a listing on Windows has no inodes


def is_racy(file: FoundFile, indexed_ns: int) -> bool:
    """Return whether the file may differ from what was indexed although size and modification time are the stored ones.

    That is so when its content or metadata was touched at or after ``indexed_ns``, as far as the clock can tell. The
    change time counts, so an edit whose modification time was set back afterwards is noticed too.
    """
    slack = COARSE_RACY_NS if file.mtime_ns % _SECOND_NS == 0 else RACY_NS
    return max(file.mtime_ns + slack, file.ctime_ns + RACY_NS) >= indexed_ns


def _order(path: str) -> tuple[int, int, str]:
    return _WORK_ORDER[path_class(path)], path.count("/"), path
