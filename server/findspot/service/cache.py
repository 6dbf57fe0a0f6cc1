"""The cache folder as a whole: what lies there, what nobody needs, whether it is whole, and moving it elsewhere."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from findspot.config import Config, index_name
from findspot.errors import IndexLockedError, IndexStorageError, complaint
from findspot.service.line import living_processes
from findspot.storage import catalogue, prepared_cache, vector_cache
from findspot.storage.catalogue import CachedIndex
from findspot.storage.files import remove_database

_DAY = 86_400.0

_VARIANT_DAYS = 30
_UNKNOWN_DAYS = 90
"""How long what is seldom needed, and what may be needed still, is let be."""

_LEAVING_SECONDS = 600.0
"""How old a folder without an index must be: a younger one may be about to get it."""

_MOUNTS = ("/media/", "/mnt/", "/run/media/", "/Volumes/", "/net/")
"""Where drives come and go: a folder there may come back."""

FolderState = Literal["there", "gone", "out of reach", "unknown"]


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """One index: its root ("" where it is not known), whether that folder is there, its variant, bytes and last use."""

    root: str
    folder: FolderState
    variant: str
    size: int
    used: float
    index: str


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """A file that all roots share, and its bytes."""

    name: str
    holds: str
    size: int


@dataclass(frozen=True, slots=True)
class Needless:
    """What no root needs: a path, its bytes, and why."""

    path: Path
    size: int
    why: str


class Cache:
    """The cache folder of a configuration."""

    def __init__(self, config: Config) -> None:
        self.folder = config.cache_dir

    def indexes(self) -> list[IndexFacts]:
        """Return the indexes, the one that was used last first."""
        return [
            IndexFacts(
                "" if one.root is None else str(one.root),
                _state(one.root),
                one.variant,
                one.size,
                one.used,
                str(one.directory),
            )
            for one in catalogue.indexes(self.folder)
        ]

    def shared(self) -> list[SharedFacts]:
        """Return the files that all roots share."""
        names = {
            vector_cache.NAME: "vectors of the localization model",
            prepared_cache.NAME: "files of other branches and earlier versions",
        }
        return [
            SharedFacts(name, holds, size) for name, holds in names.items() if (size := _size(self.folder / name)) > 0
        ]

    def needless(self) -> list[Needless]:
        """Return what no root needs."""
        found = catalogue.indexes(self.folder)
        doomed = [Needless(one.directory, one.size, why) for one in found if (why := _why(one))]
        leaving = {one.path for one in doomed}
        keys = {catalogue.key_of(one.directory) for one in found if one.directory not in leaving}
        entries, size = prepared_cache.orphans(self.folder, {key for key in keys if key is not None})
        if entries:
            why = f"{entries:,} files that were prepared for settings or versions that no index has"
            doomed.append(Needless(self.folder / prepared_cache.NAME, size, why))
        old = ((self.folder / name, _size(self.folder / name)) for name in vector_cache.OLDER)
        return [*doomed, *(Needless(path, size, "of an earlier format") for path, size in old if size)]

    def prune(self, doomed: list[Needless]) -> list[str]:
        """Remove what ``needless`` has named; returns in words what could not be removed."""
        kept: list[str] = []
        for one in doomed:
            try:
                if one.path.is_dir():
                    catalogue.remove(one.path)
                elif one.path.name != prepared_cache.NAME:
                    one.path.unlink(missing_ok=True)
            except (IndexLockedError, IndexStorageError, OSError) as error:
                kept.append(f"{one.path.name}: {_words(error)}")
        if any(one.path.name == prepared_cache.NAME for one in doomed):
            keys = {catalogue.key_of(one.directory) for one in catalogue.indexes(self.folder)}
            prepared_cache.remove_orphans(self.folder, {key for key in keys if key is not None})
        return kept

    def clear(self, root: Path | None) -> tuple[int, int]:
        """Remove the indexes of a root, or all; returns how many and how many bytes. Raises ``IndexLockedError``."""
        found = catalogue.indexes(self.folder)
        if root is not None:
            name = index_name(root)
            found = [one for one in found if one.directory.name == name or one.directory.name.startswith(f"{name}-")]
        for one in found:
            try:
                catalogue.remove(one.directory)
            except IndexLockedError as error:
                raise IndexLockedError(
                    f"the index of {one.root or one.directory} is in use: {error}; end it, or let "
                    "'findspot index --rebuild' build it again under it"
                ) from error
        size = sum(one.size for one in found)
        if root is None:
            for name in (vector_cache.NAME, prepared_cache.NAME):
                size += _size(self.folder / name)
                remove_database(self.folder / name)
        return len(found), size

    def verify(self) -> Iterator[tuple[str, list[str]]]:
        """Yield for each index and shared file what it is, and in words what is damaged of it."""
        for one in catalogue.indexes(self.folder):
            name = str(one.root or one.directory.name) + f" ({one.variant})" * bool(one.variant)
            yield name, catalogue.faults(one.directory)
        for name, damaged in (
            (prepared_cache.NAME, prepared_cache.damaged(self.folder)),
            (vector_cache.NAME, vector_cache.damaged(self.folder)),
        ):
            if _size(self.folder / name):
                yield name, [f"{damaged:,} entries are not what was written"] if damaged else []

    def move(self, target: Path) -> None:
        """Move the folder; raises ``IndexLockedError`` while a process uses it, ``IndexStorageError``.

        A kill leaves the folder where it was, or where it shall be, and perhaps a copy that is not finished beside that.
        """
        if not self.folder.is_dir():
            raise IndexStorageError(f"there is no cache folder {self.folder} yet; nothing was moved")
        here, there = self.folder.resolve(), target.resolve()
        if here == there or here in there.parents or there in here.parents:
            raise IndexStorageError(f"{target} and {self.folder} lie in each other; name another folder")
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise IndexStorageError(f"{target} exists and is not an empty folder; name another one")
        for pid in living_processes(self.folder):
            raise IndexLockedError(
                f"process {pid} uses the cache; end it (a server of an editor or agent) and try again"
            )
        with contextlib.ExitStack() as stack:
            for one in catalogue.indexes(self.folder):
                try:
                    stack.enter_context(catalogue.alone(one.directory))
                except IndexLockedError as error:
                    raise IndexLockedError(f"the index of {one.root or one.directory} is in use: {error}") from error
            if self._renamed(target):
                return
            partial = target.with_name(f"{target.name}.moving-{os.getpid()}")
            try:
                ignore = shutil.ignore_patterns("*.lock", "indexing", "processes")
                shutil.copytree(self.folder, partial, ignore=ignore)
                partial.chmod(0o700)
                partial.rename(target)
            except OSError as error:
                raise IndexStorageError(f"the cache was not moved: {complaint(error)}") from error
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _renamed(self, target: Path) -> bool:
        """Return whether the folder could be moved in one step: not to another disk, nor on Windows, with our locks in it."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target.rmdir()
            if sys.platform != "win32":
                self.folder.rename(target)
                return True
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise IndexStorageError(f"the cache was not moved: {complaint(error)}") from error
        return False


def _why(one: CachedIndex) -> str:
    """Return why no root needs an index; empty where one may."""
    days = (time.time() - one.used) / _DAY
    state = _state(one.root)
    if state == "gone":
        return "its folder is gone"
    if catalogue.is_of_earlier_format(one.directory):
        return "of an earlier format"
    if not one.current and days * _DAY > _LEAVING_SECONDS:
        return "holds no index"
    if one.variant and days > _VARIANT_DAYS:
        return f"a second index ({one.variant}) that was not used for {days:.0f} days"
    if state in {"unknown", "out of reach"} and days > _UNKNOWN_DAYS:
        return f"its folder is {state}, and it was not used for {days:.0f} days"
    return ""


def _state(root: Path | None) -> FolderState:
    if root is None:
        return "unknown"
    try:
        if root.is_dir():
            return "there"
    except OSError:
        return "out of reach"
    comes_back = str(root).startswith(_MOUNTS) or not Path(root.anchor).exists()
    return "out of reach" if comes_back else "gone"


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*"))


def _words(error: Exception) -> str:
    return complaint(error) if isinstance(error, OSError) else str(error)
