"""Unsaved editor buffers: parsed and embedded in memory, searched in place of the files they will become."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from findspot.core.arrays import Vectors
from findspot.core.render import content_hash
from findspot.indexing.pool import PreparerOptions
from findspot.indexing.sources import Source
from findspot.inference.base import Embedder
from findspot.retrieval.view import NO_OVERLAY, Overlay
from findspot.storage.records import PreparedFile

if TYPE_CHECKING:
    from findspot.indexing.prepare import Preparer


class Buffers:
    """The buffers of one root. Threads may share it; each request works on the overlay as it was at its start."""

    def __init__(self, options: PreparerOptions, embedder: Embedder | None) -> None:
        """Take what a preparer is made of; it is made when the first buffer comes."""
        self._options = options
        self._preparer: Preparer | None = None
        self._embedder = embedder
        self._lock = threading.Lock()
        self._files: dict[str, PreparedFile] = {}
        self._sources: dict[str, Source] = {}
        self._vectors: dict[bytes, Vectors] = {}
        self._overlay = NO_OVERLAY

    @property
    def overlay(self) -> Overlay:
        """The buffers as retrieval wants them; a new object after every change."""
        return self._overlay

    def source(self, path: str) -> Source | None:
        """Return the text of a buffer, or None when the path has none."""
        return self._sources.get(path)

    def set(self, path: str, text: str | None) -> None:
        """Replace the buffer of a root-relative path; None removes it."""
        with self._lock:
            if text is None:
                if self._files.pop(path, None) is None:
                    return
                self._sources.pop(path, None)
            else:
                raw = text.encode("utf-8", "replace")
                if self._preparer is None:
                    self._preparer = self._options.make()
                file = self._preparer.prepare_buffer(path, raw)
                self._files[path] = file
                self._sources[path] = Source(content_hash(raw), raw)
                self._embed(file)
            used = {chunk.content_hash for file in self._files.values() for chunk in file.chunks}
            self._vectors = {key: vector for key, vector in self._vectors.items() if key in used}
            self._overlay = Overlay.of(self._files.values(), self._vectors) if self._files else NO_OVERLAY

    def _embed(self, file: PreparedFile) -> None:
        if self._embedder is None:
            return
        texts = {chunk.content_hash: chunk.static_text for chunk in file.chunks}
        missing = [key for key in texts if key not in self._vectors]
        if missing:
            vectors = self._embedder.embed_documents([texts[key] for key in missing])
            self._vectors.update(zip(missing, vectors, strict=True))
