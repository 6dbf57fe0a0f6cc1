"""Reads functions with the localization model ahead of time, in a process that lives on and has nothing else to do.

A warm ``localize`` then costs the encoding of the question alone. Files that past commits changed lately come first. The
thread yields to every request, sleeps as long as it worked, and keeps all vectors in the shared cache, so that it
begins where it stopped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from findspot.core.arrays import Vectors
from findspot.core.types import Unavailable
from findspot.errors import FindspotError
from findspot.retrieval.protocols import DocumentModel, DocumentVectors
from findspot.retrieval.rescoring import model_document
from findspot.storage.records import ChunkRow

_QUIET_SECONDS = 1.0
"""Time after the last request before reading goes on."""

_LOOK_SECONDS = 0.2
"""Between two looks at whether the processor is free."""

_RETRY_SECONDS = 60.0
"""After which a pass that failed is begun again."""

_BATCH = 32
"""Functions that are looked up in the cache at a time."""


class FunctionReader(Protocol):
    """What is asked of the index."""

    def recent_functions(self, limit: int) -> list[int]:
        """Return chunks of functions in source files, those of lately changed files first."""
        ...

    def rows(self, ids: Sequence[int]) -> dict[int, ChunkRow]:
        """Return the rows of the chunks that still exist."""
        ...


class Filler:
    """One thread that fills the cache of model vectors; ``limit`` bounds the functions that are read."""

    def __init__(
        self,
        index: FunctionReader,
        model: Callable[[], DocumentModel | Unavailable],
        cache: DocumentVectors,
        text_of: Callable[[ChunkRow], str | None],
        limit: int,
        is_busy: Callable[[], bool],
        on_end: Callable[[FindspotError | None], None],
    ) -> None:
        """Take what is read and where it is kept.

        ``is_busy`` says that something else needs the processor; ``on_end`` gets what ended a pass before its time, or None.
        """
        self._index = index
        self._model = model
        self._cache = cache
        self._text_of = text_of
        self._limit = limit
        self._is_busy = is_busy
        self._on_end = on_end
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._last_request = 0.0
        self._thread = threading.Thread(target=self._run, name="findspot-filler", daemon=True)
        self.read = 0

    def start(self) -> None:
        """Begin; does nothing where nothing is to be read."""
        self._changed.set()
        if self._limit > 0:
            self._thread.start()

    def yield_to_request(self) -> None:
        """Leave the processor to a request that has just come."""
        self._last_request = time.monotonic()

    def index_changed(self) -> None:
        """Look again for functions that have no vector yet."""
        self._changed.set()

    def close(self) -> None:
        """Stop after the function in hand. Idempotent."""
        self._stop.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        wait: float | None = None
        while not self._stop.is_set():
            self._changed.wait(wait)
            self._changed.clear()
            try:
                self._pass()
            except FindspotError as error:
                wait = _RETRY_SECONDS
                self._on_end(error)
            else:
                wait = None
                self._on_end(None)

    def _pass(self) -> None:
        model = self._model()
        if isinstance(model, Unavailable):
            return
        ids = self._index.recent_functions(self._limit)
        for start in range(0, len(ids), _BATCH):
            documents = self._documents(ids[start : start + _BATCH])
            known = self._cache.get(model.model_id, list(documents))
            for key, document in documents.items():
                if key not in known:
                    self._wait_for_quiet()
                    if self._stop.is_set() or self._changed.is_set():
                        return  # what has changed comes first, and nothing that was read is lost
                    self._keep(model, {key: document})

    def _documents(self, ids: Sequence[int]) -> Mapping[bytes, str]:
        found: dict[bytes, str] = {}
        rows = self._index.rows(ids)
        for number in ids:
            row = rows.get(number)
            text = self._text_of(row) if row is not None else None
            if row is not None and text is not None:
                key, document = model_document(row, text)
                found[key] = document
        return found

    def _keep(self, model: DocumentModel, wanted: Mapping[bytes, str]) -> None:
        started = time.monotonic()
        vectors: Vectors = model.embed_documents(list(wanted.values()), self._stop)
        self._cache.put(model.model_id, dict(zip(wanted, vectors, strict=True)))
        self.read += len(wanted)
        self._stop.wait(time.monotonic() - started)

    def _wait_for_quiet(self) -> None:
        while not self._stop.is_set():
            rest = self._last_request + _QUIET_SECONDS - time.monotonic()
            if rest <= 0 and not self._is_busy():
                return
            self._stop.wait(max(rest, _LOOK_SECONDS))
