"""Unsaved editor buffers: parsed in a worker, embedded in memory, searched in place of the files they will become.

Each path is read by a thread of its own while its text changes, so that a buffer which the parser cannot take keeps
neither another buffer nor a search waiting.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from findspot.core.arrays import Vectors
from findspot.core.types import ProblemKind
from findspot.errors import Cancelled
from findspot.indexing.pool import PreparerPool
from findspot.indexing.tasks import Task
from findspot.inference.base import Embedder
from findspot.retrieval.overlay import NO_OVERLAY, Overlay
from findspot.storage.packed import packed_vector, vectors_of
from findspot.storage.prepared_cache import Held
from findspot.storage.records import PreparedFile
from findspot.workspace.files import Source, source_of

_AT_ONCE = 4
"""Buffers that are read at the same time, each by a worker of its own: more would only take the processor from searches."""

_log = logging.getLogger(__name__)


class _Wanted(NamedTuple):
    """The newest text of a path, None to forget it; numbers rise with every change of any path."""

    number: int
    text: bytes | None


class Buffers:
    """The buffers of one root. Threads may share it; each request works on the overlay as it was at its start."""

    def __init__(self, pool: PreparerPool, embedder: Embedder | None) -> None:
        """Take the workers that read buffers."""
        self._pool = pool
        self._embedder = embedder
        self._changed = threading.Condition()
        self._places = threading.Semaphore(_AT_ONCE)
        self._number = 0
        self._wanted: dict[str, _Wanted] = {}
        self._reading: set[str] = set()
        self._failed: dict[str, Exception] = {}
        self._quarantine: dict[str, str] = {}
        self._files: dict[str, PreparedFile] = {}
        self._sources: dict[str, Source] = {}
        self._vectors: dict[bytes, Vectors] = {}
        self._overlay = NO_OVERLAY

    @property
    def overlay(self) -> Overlay:
        """The buffers as retrieval wants them; a new object after every change."""
        return self._overlay

    @property
    def pending(self) -> str:
        """Which texts are still being read, in a sentence; empty when the overlay is up to date."""
        with self._changed:
            paths = sorted(self._wanted)
        return f"the unsaved text of {', '.join(paths)} is still being read" if paths else ""

    def embedded(self, file: PreparedFile) -> Held | None:
        """Return a file with the vectors of its chunks as an index would store them; None where nothing makes them."""
        if self._embedder is None:
            return None
        found = {key: vector for key, vector in self._embed(file).items() if vector.any()}
        return Held(file, {key: vectors_of([packed_vector(vector)], vector.size)[0] for key, vector in found.items()})

    def overlay_with(self, files: Sequence[PreparedFile], known: Mapping[bytes, Vectors]) -> Overlay:
        """Return an overlay that holds further files, for one question; a buffer of the same path goes first.

        ``known`` are vectors of their chunks; those of files without any are made.
        """
        with self._changed:
            buffered, vectors = dict(self._files), dict(self._vectors)
        for file in files:
            if file.path not in buffered:
                buffered[file.path] = file
                if not any(chunk.content_hash in known for chunk in file.chunks):
                    vectors |= self._embed(file)
        return Overlay.of(buffered.values(), {**vectors, **known})

    def source(self, path: str) -> Source | None:
        """Return the text of a buffer, or None when the path has none."""
        return self._sources.get(path)

    def set(self, path: str, text: str | None, patience: float | None = None) -> None:
        """Replace the buffer of a root-relative path; None removes it.

        Returns when the text can be searched, or after ``patience`` seconds, when it is still ``pending``. Raises
        ``WorkerError``, ``Cancelled``.
        """
        with self._changed:
            if text is None and path not in self._files and path not in self._wanted:
                return
            self._number += 1
            number = self._number
            self._wanted[path] = _Wanted(number, None if text is None else text.encode("utf-8", "replace"))
            self._failed.pop(path, None)
            if path not in self._reading:
                self._reading.add(path)
                threading.Thread(target=self._read, args=(path,), name="findspot-buffer", daemon=True).start()
            self._changed.wait_for(lambda: path not in self._wanted or self._wanted[path].number > number, patience)
            failure = self._failed.pop(path, None)
        if failure is not None:
            raise failure

    def _read(self, path: str) -> None:
        """Read the texts of one path until there is no newer one."""
        while True:
            with self._changed:
                wanted = self._wanted[path]
            try:
                with self._places:
                    file, vectors = self._prepare(path, wanted.text)
            except Exception as error:  # noqa: BLE001 - whoever waits for the text raises it
                with self._changed:
                    if self._finish(path, wanted):
                        self._failed[path] = error
                        return
                continue
            with self._changed:
                self._install(path, wanted.text, file, vectors)
                if self._finish(path, wanted):
                    return

    def _finish(self, path: str, done: _Wanted) -> bool:
        """Return whether the newest text was read."""
        last = self._wanted[path] is done
        if last:
            del self._wanted[path]
            self._reading.discard(path)
        self._changed.notify_all()
        return last

    def _prepare(self, path: str, text: bytes | None) -> tuple[PreparedFile | None, Mapping[bytes, Vectors]]:
        if text is None:
            self._quarantine.pop(path, None)
            return None, {}
        # A buffer that ended a worker is plain text until it is saved or closed: each key would end another one.
        task = Task(path, text=text, quarantine=self._quarantine.get(path, ""))
        [outcome] = chain.from_iterable(self._pool.prepare([task]))
        if not isinstance(outcome, PreparedFile):
            raise Cancelled(f"{path} was not read")
        for kind, message in outcome.problems:
            if kind is ProblemKind.QUARANTINED and path not in self._quarantine:
                self._quarantine[path] = message
                _log.warning("the unsaved text of %s: %s", path, message)
        return outcome, self._embed(outcome)

    def _embed(self, file: PreparedFile) -> Mapping[bytes, Vectors]:
        if self._embedder is None:
            return {}
        known = self._vectors
        texts = {chunk.content_hash: chunk.static_text for chunk in file.chunks}
        vectors = {key: known[key] for key in texts if key in known}
        missing = [key for key in texts if key not in vectors]
        if missing:
            made = self._embedder.embed_documents([texts[key] for key in missing])
            vectors |= zip(missing, made, strict=True)
        return vectors

    def _install(
        self, path: str, text: bytes | None, file: PreparedFile | None, vectors: Mapping[bytes, Vectors]
    ) -> None:
        source = None if text is None or file is None else source_of(path, text)
        if file is None or source is None:
            self._files.pop(path, None)
            self._sources.pop(path, None)
        else:
            self._files[path] = file
            self._sources[path] = source
        every = {**self._vectors, **vectors}
        used = {chunk.content_hash for file in self._files.values() for chunk in file.chunks}
        self._vectors = {key: vector for key, vector in every.items() if key in used}
        self._overlay = Overlay.of(self._files.values(), self._vectors) if self._files else NO_OVERLAY
