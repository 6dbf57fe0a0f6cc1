"""The embedder of one engine: fast, slow, or none, and what is said where a question or a chunk has no vector (V40, V42)."""

from __future__ import annotations

from collections.abc import Sequence

from findspot.core.types import Unavailable
from findspot.errors import ModelError
from findspot.inference.base import SlowEmbedder, WordEmbedder
from findspot.inference.models import Models
from findspot.inference.static import StaticEmbedder
from findspot.retrieval.meaning import QueryEmbedder
from findspot.storage.store import IndexStore


class Meaning:
    """What one engine makes of the embedder that the settings name. ``absent`` says why there is none."""

    def __init__(self, models: Models) -> None:
        found = models.embedder()
        self.absent = found.reason if isinstance(found, Unavailable) else ""
        self.fast: StaticEmbedder | None = None
        self.slow: SlowEmbedder | None = None
        if isinstance(found, StaticEmbedder):
            self.fast = found
        elif not isinstance(found, Unavailable):
            self.slow = found
        self._queries: QueryEmbedder | None = None
        self._store: IndexStore | None = None

    def of_questions(self, store: IndexStore) -> WordEmbedder | None:
        """Return what embeds the questions to an index."""
        if self.slow is None:
            return self.fast
        self._store = store
        self._queries = QueryEmbedder(self.slow, lambda: store.dimension)
        return self._queries

    def failure(self, since: float) -> str:
        """Return why a question that came at ``since`` (``time.monotonic``) was answered by its words only."""
        return "" if self._queries is None else self._queries.failure_since(since)

    def check(self, found: Sequence[object], since: float) -> None:
        """Raise ``ModelError`` where nothing was found and the question had no vector: that is no answer."""
        if not found and (failure := self.failure(since)):
            raise ModelError(f"the search failed: no word of the question occurs, and it has no vector: {failure}")

    def is_used(self, since: float) -> bool:
        """Return whether the answer to a question that came at ``since`` was found by meaning, too."""
        if self.absent or self.failure(since):
            return False
        return self._store is None or self._store.dimension > 0

    def lack(self, since: float) -> str:
        """Return in words that a question was answered without meaning; empty when it was not."""
        failure = self.failure(since)
        return f"found by words only, for the question has no vector: {failure}" if failure else ""
