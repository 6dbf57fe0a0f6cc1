"""The usearch index of one root: nearest neighbours by cosine, derived from the embeddings in SQLite (I-6).

Keys are chunk ids, which one database never uses again, so the file is brought up to date by comparing ids. Each
save writes a new file named after its database, generation, size and checksum, and then removes the others. What is read is
checked first and then held in memory: a file that is mapped would change under a running search, and would end the process
when it is cut.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from usearch.index import Index

from findspot.core.arrays import Ids, Vectors
from findspot.opening import open_inside
from findspot.storage.seal import checksum_of

_PREFIX = "vectors-"
_SUFFIX = ".usearch"

_DTYPE = "i8"

_EXACT_LIMIT = 200_000
"""Vectors up to which every one is compared: 1.4 ms for 50,000, so 6 ms here, and the nearest are the nearest."""

_THIN_CONNECTIVITY, _THIN_EXPANSION = 3, 1
_GRAPH_CONNECTIVITY, _GRAPH_EXPANSION = 16, 64
"""HNSW parameters (Malkov and Yashunin, 2018) below and above that limit. The thin graph exists only because an
index has one; it takes 0.1 s to build for 50,000 vectors where the real one takes 6 s."""

_LOCKED_BATCH = 256
"""Vectors added while searches wait: about 30 ms."""

_REBUILD_WHEN_REMOVED = 0.3
"""Share of removed keys above which the graph is built anew instead of being patched."""

_log = logging.getLogger(__name__)


class VectorIndex:
    """Nearest neighbours in memory, loaded from and saved to ``directory``.

    Thread-safe: one thread at a time changes it, searches wait for at most one batch.
    """

    def __init__(self, directory: Path, dimension: int, identity: str, generation: int) -> None:
        """Open the newest file of the database ``identity`` (letters and digits), or start empty.

        Files from after the database's ``generation`` are of changes that it has lost: their keys will be given again.
        """
        self._directory = directory
        self._prefix = f"{_PREFIX}{identity}-"
        self._dimension = dimension
        self._lock = threading.RLock()
        self._held: bytes | None = None
        self._dirty = 0
        self._exact = True
        self._generation = self._saved_generation = 0
        self._index = self._open_newest(generation)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def unsaved(self) -> int:
        """Number of keys added or removed since the last save."""
        return self._dirty

    @property
    def is_saved(self) -> bool:
        """Return whether the file on disk is this very state and says so."""
        return self._dirty == 0 and self._saved_generation == self._generation

    @property
    def generation(self) -> int:
        """The generation of the database that it is known to agree with; 0 for none, they count from 1."""
        return self._generation

    @generation.setter
    def generation(self, value: int) -> None:
        self._generation = value

    def ids(self) -> Ids:
        """Return the keys it holds, unsorted."""
        with self._lock:
            return np.asarray(self._index.keys[: len(self._index)]).astype(np.int64)

    def add(self, ids: Ids, vectors: Vectors, threads: int = 1) -> None:
        """Add unit vectors, shape (len(ids), dimension), none of them zero; keys it has already are passed over."""
        for start in range(0, len(ids), _LOCKED_BATCH):
            part = slice(start, start + _LOCKED_BATCH)
            with self._lock:
                self._make_writable()
                new = ~np.atleast_1d(self._index.contains(ids[part]))
                self._index.add(ids[part][new], vectors[part][new], threads=threads, copy=True)
                self._dirty += int(new.sum())

    def remove(self, ids: Ids) -> None:
        """Forget keys; unknown ones are passed over."""
        with self._lock:
            self._make_writable()
            for key in ids.tolist():
                if key in self._index:
                    self._index.remove(key)
                    self._dirty += 1

    def needs_rebuild(self, stale: int, size: int) -> bool:
        """Return whether patching is no use: ``stale`` keys would leave holes, or ``size`` vectors need another graph."""
        return stale > _REBUILD_WHEN_REMOVED * max(len(self._index), 1) or (size > _EXACT_LIMIT) == self._exact

    def clear(self, size: int = 0) -> None:
        """Forget everything, in memory and on disk; ``size`` is how many vectors are to come."""
        with self._lock:
            self._exact = size <= _EXACT_LIMIT
            self._index = self._new()
            self._held = None
            self._dirty = 0
            self._generation = self._saved_generation = 0
            self._remove_files(keep=None)

    def search(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Return at most ``limit`` (chunk id, cosine similarity) pairs, most similar first, for one query vector."""
        with self._lock:
            size = len(self._index)
            if size == 0 or limit <= 0:
                return []
            matches = self._index.search(vector.reshape(-1), min(limit, size), exact=self._exact)
            keys, distances = np.atleast_1d(matches.keys), np.atleast_1d(matches.distances)
        return [(int(key), 1.0 - float(distance)) for key, distance in zip(keys, distances, strict=True)]

    def save(self) -> None:
        """Write the graph beside the database; raises ``OSError`` when the disk does not take it.

        The name carries the generation, so that a reader can tell without looking inside whether it is up to date.
        """
        with self._lock:
            temporary = self._directory / f".{self._prefix}{self._generation}.{os.getpid()}"
            try:
                self._index.save(str(temporary))
                name = f"{self._prefix}{self._generation}-{temporary.stat().st_size}-{checksum_of(temporary):08x}"
                target = self._directory / f"{name}{_SUFFIX}"
                temporary.replace(target)
            except RuntimeError as error:
                raise OSError(f"the vector file cannot be written: {error}") from error
            finally:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)
            self._dirty = 0
            self._saved_generation = self._generation
            self._remove_files(keep=target)

    def close(self) -> None:
        """Give the memory back."""
        with self._lock:
            self._index = self._new()
            self._held = None

    def _new(self) -> Index:
        return Index(
            ndim=self._dimension,
            metric="cos",
            dtype=_DTYPE,
            connectivity=_THIN_CONNECTIVITY if self._exact else _GRAPH_CONNECTIVITY,
            expansion_add=_THIN_EXPANSION if self._exact else _GRAPH_EXPANSION,
            expansion_search=2 * _GRAPH_EXPANSION,
        )

    def _files(self) -> list[Path]:
        """Return the saved files of this database, newest generation first."""
        found = self._directory.glob(f"{self._prefix}*{_SUFFIX}")
        return sorted(found, key=lambda path: _name_parts(path).generation, reverse=True)

    def _open_newest(self, newest: int) -> Index:
        for path in self._files():
            if _name_parts(path).generation > newest:
                continue
            index = self._restore(path)
            if index is not None:
                self._generation = self._saved_generation = _name_parts(path).generation
                self._exact = index.connectivity < _GRAPH_CONNECTIVITY
                return index
        return self._new()

    def _restore(self, path: Path) -> Index | None:
        named = _name_parts(path)
        try:
            with open_inside(path.parent, path.name) as stream:
                if os.fstat(stream.fileno()).st_size != named.size:
                    raise ValueError("its size is not the one in its name")
                data = stream.read()
            if zlib.crc32(data) != named.checksum:
                raise ValueError("its checksum is not the one in its name")
            index = self._new()
            index.view(data)
        except (RuntimeError, ValueError, OSError) as error:
            _log.info("vector file %s is not usable and will be built again: %s", path.name, error)
            return None
        if index.ndim != self._dimension or str(index.dtype) != str(self._new().dtype):
            return None
        self._held = data
        return index

    def _make_writable(self) -> None:
        """Swap a graph that stands in the bytes of its file, and cannot change there, for one of its own."""
        if self._held is not None:
            index = self._new()
            index.load(self._held)
            self._index, self._held = index, None

    def _remove_files(self, keep: Path | None) -> None:
        unfinished = self._directory.glob(f".{_PREFIX}*")  # of processes that were killed while they saved
        for path in (*self._directory.glob(f"{_PREFIX}*{_SUFFIX}"), *unfinished):
            if path != keep:
                with contextlib.suppress(OSError):  # still mapped by another process on Windows: the next save retries
                    path.unlink()


class Version(NamedTuple):
    """A state of a database: which one it is, and the number of its last change."""

    identity: str
    generation: int


def copy_saved(source: Path, former: Version, target: Path, own: Version) -> None:
    """Copy the saved file of a database in ``source`` for a copy of that, ``own``, in ``target``; errors cost a rebuild.

    One that lags behind its database lags behind the copy. The checksum in its name is compared when it is opened.
    """
    for path in source.glob(f"{_PREFIX}{former.identity}-*{_SUFFIX}"):
        named = _name_parts(path)
        if 0 <= named.generation <= former.generation:
            generation = own.generation - (named.generation < former.generation)
            name = f"{_PREFIX}{own.identity}-{generation}-{named.size}-{named.checksum:08x}{_SUFFIX}"
            with contextlib.suppress(OSError):
                shutil.copyfile(path, target / name)


def damaged_files(directory: Path) -> list[str]:
    """Return the names of vector files that do not have the size and checksum that their names state."""
    found: list[str] = []
    for path in directory.glob(f"{_PREFIX}*{_SUFFIX}"):
        named = _name_parts(path)
        with contextlib.suppress(FileNotFoundError):  # replaced by a newer one meanwhile
            if (path.stat().st_size, checksum_of(path)) != (named.size, named.checksum):
                found.append(path.name)
    return found


class _Named(NamedTuple):
    """What a vector file's name states; -1 for what is missing."""

    generation: int
    size: int
    checksum: int


def _name_parts(path: Path) -> _Named:
    numbers = path.stem.removeprefix(_PREFIX).partition("-")[2].split("-")
    try:
        generation, size, checksum = int(numbers[0]), int(numbers[1]), int(numbers[2], 16)
    except (IndexError, ValueError):
        return _Named(-1, -1, -1)
    return _Named(generation, size, checksum)
