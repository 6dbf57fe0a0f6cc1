"""Where the index of one root stands: its state, what is complete, and what has failed and is tried again (I-21)."""

from __future__ import annotations

from pathlib import Path

from findspot.config import Config
from findspot.core.types import IndexState, IndexStatus, Progress
from findspot.engine.freshness import Freshness
from findspot.engine.unsaved import Unsaved
from findspot.storage.locks import is_locked
from findspot.storage.store import IndexStore


class Standing:
    """Tells states from the store, from what is known of failures, and from the pass in progress, None for none.

    ``no_embedder`` is why nothing is found by meaning; empty where it is.
    """

    def __init__(
        self, root: Path, config: Config, store: IndexStore, index_dir: Path, freshness: Freshness, no_embedder: str
    ) -> None:
        self._root = root
        self._settings = config.settings
        self._store = store
        self._index_dir = index_dir
        self._freshness = freshness
        self.no_embedder = no_embedder

    def state(self, step: Progress | None) -> IndexState:
        """Return the state; raises ``IndexStorageError``."""
        if step is not None:
            return IndexState.INDEXING
        if self._store.is_complete():
            return IndexState.READY
        if is_locked(self._index_dir):
            return IndexState.INDEXING
        if self._store.corpus().files or self._store.is_noted("declined"):
            return IndexState.ABORTED
        return IndexState.FAILED if self._freshness.indexing_failed else IndexState.EMPTY

    def is_complete(self, state: IndexState, own: Unsaved) -> bool:
        """Return whether the index agrees with the files and with one client's buffers."""
        return state is IndexState.READY and self._freshness.settled and not own.buffers.pending

    def message(self, own: Unsaved) -> str:
        """Return what a person should know of it; may be empty."""
        return "; ".join(filter(None, (self._freshness.message, self.no_embedder, own.buffers.pending)))

    def status(self, step: Progress | None, own: Unsaved, *, busy: bool) -> IndexStatus:
        """Return the whole status; ``busy`` says that this process is indexing. Raises ``IndexStorageError``."""
        totals = self._store.totals()
        state, settings = self.state(step), self._settings
        return IndexStatus(
            root=str(self._root),
            state=state,
            files=totals.files,
            chunks=totals.chunks,
            holes=totals.holes,
            size_bytes=totals.size_bytes,
            indexed=step.done if step is not None else 0,
            total=step.total if step is not None else None,
            generation=totals.generation,
            embedder=None if self.no_embedder else settings.other_embedder() or settings.embedder,
            localization_model=settings.localization_model or None,
            ranker=settings.ranker or None,
            other_process_indexing=not busy and is_locked(self._index_dir),
            message=self.message(own),
            complete=self.is_complete(state, own),
            problems=totals.problems,
            quarantined=totals.quarantined,
            skipped=self._store.skipped_counts(),
        )
